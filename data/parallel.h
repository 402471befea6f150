#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace moe {

/// Most threads that are used; workers are numbered below it.
inline constexpr std::size_t kMostWorkers = 64;

/// Calls work(index, worker) for every index in [0, count) from `threads` threads (0: as many as
/// the machine has), in any order; stops handing out indices once stop is requested. Results must
/// be written by index, so that they do not depend on the number of threads. The first exception
/// of a worker ends the work and is thrown again here.
inline void parallelFor(std::size_t count, int threads, std::stop_token stop,
                        const std::function<void(std::size_t index, std::size_t worker)>& work) {
  const std::size_t hardware = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t wanted = threads > 0 ? static_cast<std::size_t>(threads) : hardware;
  const std::size_t workers = std::min({count, wanted, kMostWorkers});
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex mutex;
  const auto run = [&](std::size_t worker) {
    try {
      for (std::size_t i = next++; i < count && !stop.stop_requested(); i = next++) work(i, worker);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t worker = 1; worker < workers; ++worker) others.emplace_back(run, worker);
    run(0);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace moe
