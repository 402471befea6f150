#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace moe {

/// While it lives, OpenMP regions that this thread starts have one thread: oneDNN then computes
/// where it is called. Other threads keep their setting.
class SingleThreadedOpenMp {
 public:
  SingleThreadedOpenMp();
  ~SingleThreadedOpenMp();
  SingleThreadedOpenMp(const SingleThreadedOpenMp&) = delete;
  SingleThreadedOpenMp& operator=(const SingleThreadedOpenMp&) = delete;

 private:
  int before_;
};

/// Threads that wait for work, the caller among them as worker 0. They spin for a short while, then
/// sleep. Nothing is allocated after construction. Callers take turns, round by round.
class ThreadTeam {
 public:
  /// Throws std::system_error when the system refuses a thread; none is left running then.
  explicit ThreadTeam(int threads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int size() const { return static_cast<int>(others_.size()) + 1; }

  /// Calls work(index, worker) for every index in [0, count), handed out one by one in ascending
  /// order. Returns when all are done; the first exception is thrown again.
  template <class Work>
  void forEach(int count, const Work& work) {
    const std::lock_guard turn(callers_);
    job_ = {&work, [](const void* context, int index, int worker) {
              (*static_cast<const Work*>(context))(index, worker);
            }};
    start(count);
  }

 private:
  struct Job {
    const void* context = nullptr;
    void (*call)(const void* context, int index, int worker) = nullptr;
  };

  void end();
  void start(int count);
  void drain(int worker);
  void serve(int worker);

  std::mutex callers_;
  Job job_;
  int count_ = 0;
  std::atomic<int> next_ = 0;
  std::atomic<std::uint32_t> round_ = 0;
  std::atomic<std::uint32_t> busy_ = 0;
  std::atomic<bool> ends_ = false;
  std::mutex mutex_;
  std::exception_ptr failure_;
  std::vector<std::thread> others_;
};

}  // namespace moe
