#include "app/workflows/run/run_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace moe {

ProgressSink RunProgress::of(std::string step) {
  if (!sink_) return {};
  return [this, step = std::move(step)](std::string_view what, double fraction) {
    tell(step, what, fraction);
  };
}

void RunProgress::finished() {
  const std::lock_guard lock(mutex_);
  ++done_;
}

void RunProgress::tell(const std::string& step, std::string_view what, double fraction) {
  constexpr std::chrono::milliseconds kPause{100};
  const Time now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  if (now < next_) return;
  next_ = now + kPause;
  const double done = static_cast<double>(done_) + std::clamp(fraction, 0.0, 1.0);
  sink_(fmt::format("{} of {} steps done, {}: {}", done_, steps_, step, what),
        done / static_cast<double>(std::max<std::size_t>(1, steps_)));
}

}  // namespace moe
