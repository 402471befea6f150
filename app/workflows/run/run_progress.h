#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

#include "data/progress.h"

namespace moe {

/// One progress of many steps that run at the same time. For several threads; the sink is called by
/// one at a time and not more than ten times a second.
class RunProgress {
 public:
  RunProgress(ProgressSink sink, std::size_t steps) : sink_(std::move(sink)), steps_(steps) {}

  /// The sink of one step; it must not outlive this.
  ProgressSink of(std::string step);

  void finished();

 private:
  using Time = std::chrono::steady_clock::time_point;

  void tell(const std::string& step, std::string_view what, double fraction);

  std::mutex mutex_;
  ProgressSink sink_;
  std::size_t steps_ = 0;
  std::size_t done_ = 0;
  Time next_ = {};
};

}  // namespace moe
