#pragma once

#include <chrono>

#include "data/units.h"

namespace moe {

/// Adds the time since the last mark to a phase; reads no clock unless it is asked to.
class PhaseClock {
 public:
  explicit PhaseClock(bool on) : on_(on) {
    if (on_) last_ = Clock::now();
  }
  void mark(Seconds& phase) {
    if (!on_) return;
    const Clock::time_point now = Clock::now();
    phase += Seconds(std::chrono::duration<double>(now - last_).count());
    last_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;
  bool on_;
  Clock::time_point last_;
};

}  // namespace moe
