#include "costmodel/kernels/cpu/thread_team.h"

#include <chrono>
#include <utility>

// Of the OpenMP runtime that oneDNN is linked with. A compiler's <omp.h> may be of another one.
extern "C" int omp_get_max_threads();
extern "C" void omp_set_num_threads(int threads);

namespace moe {
namespace {

using Clock = std::chrono::steady_clock;

/// A round of a decode step takes 0.1 to 10 ms: who waits no longer than this never sleeps in it.
constexpr auto kSpin = std::chrono::microseconds(200);

/// Tells the processor that this is a loop that waits.
void pauseProcessor() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

void waitWhileEqual(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  const auto until = Clock::now() + kSpin;
  while (value.load(std::memory_order_acquire) == old) {
    if (Clock::now() > until) {
      value.wait(old, std::memory_order_acquire);
      return;
    }
    for (int i = 0; i < 32; ++i) pauseProcessor();
  }
}

}  // namespace

SingleThreadedOpenMp::SingleThreadedOpenMp() : before_(omp_get_max_threads()) {
  omp_set_num_threads(1);
}

SingleThreadedOpenMp::~SingleThreadedOpenMp() { omp_set_num_threads(before_); }

ThreadTeam::ThreadTeam(int threads) {
  try {
    others_.reserve(static_cast<std::size_t>(threads));
    for (int worker = 1; worker < threads; ++worker) {
      others_.emplace_back([this, worker] { serve(worker); });
    }
  } catch (...) {  // the system refuses one: those that wait must end before they are destroyed
    end();
    throw;
  }
}

ThreadTeam::~ThreadTeam() { end(); }

void ThreadTeam::end() {
  ends_ = true;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread& other : others_) other.join();
}

void ThreadTeam::start(int count) {
  count_ = count;
  next_.store(0, std::memory_order_relaxed);
  busy_.store(static_cast<std::uint32_t>(others_.size()), std::memory_order_relaxed);
  if (!others_.empty()) {
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
  }
  {
    const SingleThreadedOpenMp single;
    drain(0);
  }
  for (std::uint32_t left = busy_.load(); left != 0; left = busy_.load()) {
    waitWhileEqual(busy_, left);
  }
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ThreadTeam::drain(int worker) {
  try {
    for (int i = next_++; i < count_; i = next_++) job_.call(job_.context, i, worker);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    next_ = count_;
  }
}

void ThreadTeam::serve(int worker) {
  const SingleThreadedOpenMp single;
  std::uint32_t seen = 0;
  while (true) {
    waitWhileEqual(round_, seen);
    const std::uint32_t now = round_.load(std::memory_order_acquire);
    if (now == seen) continue;
    seen = now;
    if (ends_) return;
    drain(worker);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_all();
  }
}

}  // namespace moe
