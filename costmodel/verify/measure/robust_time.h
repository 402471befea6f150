#pragma once

#include <functional>
#include <stop_token>
#include <vector>

namespace moe {

/// Repeated timings of the same work, as statistics that single disturbances do not move.
struct RobustTime {
  double median_s = 0;
  double spread = 0;  ///< (third quartile - first quartile) / median
  double fastest_s = 0;
  int samples = 0;
};

/// At least one sample, each above 0.
RobustTime robustTime(const std::vector<double>& samples_s);

struct TimingOptions {
  double budget_s = 0.05;  ///< of all repetitions; the least number is run even so
  int least = 5;
  int most = 101;
  /// Enough when the median is known this well: spread / sqrt(samples) is below it.
  double target_error = 0.01;
};

/// Spread above which a timing is not trusted: a machine that does nothing else stays below 0.1.
inline constexpr double kNoisySpread = 0.25;

/// A clock in seconds, steady_clock unless a test brings its own.
using Clock = std::function<double()>;
double steadySeconds();

/// Median of the time between two readings of the clock.
double clockOverhead(const Clock& clock = steadySeconds);

/// Runs `work` once unmeasured, then again and again until the median is known, the budget is used
/// or stop is requested (then after at least one sample). The clock's overhead is taken off. `work`
/// says whether its time counts; one that prepared something for the first time does not. The last
/// of ten times `most` runs counts whatever it says. `before` runs before each of them, off the
/// clock.
RobustTime repeatTimed(const std::function<bool()>& work, const TimingOptions& options,
                       std::stop_token stop = {}, const Clock& clock = steadySeconds,
                       const std::function<void()>& before = {});

}  // namespace moe
