#include "app/workflows/run/step_schedule.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace moe {
namespace {

class Schedule {
 public:
  Schedule(std::span<const std::vector<std::size_t>> needs, int threads, std::stop_token stop)
      : missing_(needs.size()), waiting_(needs.size()), free_(threads), stop_(std::move(stop)) {
    for (std::size_t step = 0; step < needs.size(); ++step) {
      missing_[step] = needs[step].size();
      for (const std::size_t needed : needs[step]) waiting_[needed].push_back(step);
      if (missing_[step] == 0) ready_.insert(step);
    }
  }

  struct Turn {
    std::size_t step = 0;
    int threads = 0;
  };

  /// The next step with its threads, once there is one; none when there will be none.
  std::optional<Turn> next() {
    std::unique_lock lock(mutex_);
    const auto over = [&] {
      return failure_ || stop_.stop_requested() || (ready_.empty() && running_ == 0);
    };
    changed_.wait(lock, [&] { return over() || (!ready_.empty() && free_ > 0); });
    if (over()) return std::nullopt;
    const int ready = static_cast<int>(std::min<std::size_t>(ready_.size(), 1 << 20));
    const Turn turn{*ready_.begin(), (free_ + ready - 1) / ready};
    ready_.erase(ready_.begin());
    free_ -= turn.threads;
    ++running_;
    return turn;
  }

  void finished(const Turn& turn) {
    const std::lock_guard lock(mutex_);
    free_ += turn.threads;
    --running_;
    for (const std::size_t step : waiting_[turn.step])
      if (--missing_[step] == 0) ready_.insert(step);
    changed_.notify_all();
  }

  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    changed_.notify_all();
  }

  void throwFailure() const {
    if (failure_) std::rethrow_exception(failure_);
  }

  void wake() {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::size_t> missing_;               // of each step, needed ones that still run
  std::vector<std::vector<std::size_t>> waiting_;  // for each step, those that need it
  std::set<std::size_t> ready_;
  int free_ = 0;
  int running_ = 0;
  std::stop_token stop_;
  std::exception_ptr failure_;
};

}  // namespace

void runSchedule(std::span<const std::vector<std::size_t>> needs, int threads, std::stop_token stop,
                 const std::function<void(std::size_t step, int threads)>& work) {
  const auto machine = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const int wanted = threads > 0 ? threads : machine;
  Schedule schedule(needs, wanted, stop);
  const std::stop_callback wake(stop, [&] { schedule.wake(); });
  const auto take_turns = [&] {
    try {
      while (const auto turn = schedule.next()) {
        work(turn->step, turn->threads);
        schedule.finished(*turn);
      }
    } catch (...) {
      schedule.fail(std::current_exception());
    }
  };
  {
    std::vector<std::jthread> others;
    const auto workers = std::min(static_cast<std::size_t>(wanted), needs.size());
    for (std::size_t worker = 1; worker < workers; ++worker) others.emplace_back(take_turns);
    take_turns();
  }
  schedule.throwFailure();
}

}  // namespace moe
