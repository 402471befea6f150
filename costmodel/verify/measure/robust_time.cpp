#include "costmodel/verify/measure/robust_time.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "data/error.h"
#include "data/quantile.h"

namespace moe {
namespace {

constexpr double kShortest = 1e-9;  // so that no time is 0 after the overhead is taken off

bool wellKnown(const std::vector<double>& samples, double target_error) {
  const RobustTime time = robustTime(samples);
  return time.spread / std::sqrt(static_cast<double>(samples.size())) <= target_error;
}

}  // namespace

RobustTime robustTime(const std::vector<double>& samples_s) {
  require(!samples_s.empty(), "statistics of no timings");
  RobustTime time;
  time.samples = static_cast<int>(samples_s.size());
  time.median_s = quantile(samples_s, 0.5);
  time.spread = (quantile(samples_s, 0.75) - quantile(samples_s, 0.25)) / time.median_s;
  time.fastest_s = *std::min_element(samples_s.begin(), samples_s.end());
  return time;
}

double steadySeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double clockOverhead(const Clock& clock) {
  constexpr int kReadings = 101;
  std::vector<double> gaps;
  for (int i = 0; i < kReadings; ++i) {
    const double begin = clock();
    gaps.push_back(clock() - begin);
  }
  return quantile(gaps, 0.5);
}

RobustTime repeatTimed(const std::function<bool()>& work, const TimingOptions& options,
                       std::stop_token stop, const Clock& clock,
                       const std::function<void()>& before) {
  constexpr int kTries = 10;
  const double overhead = clockOverhead(clock);
  work();
  std::vector<double> samples;
  const double start = clock();
  for (int tries = kTries * options.most; static_cast<int>(samples.size()) < options.most;
       --tries) {
    if (before) before();
    const double begin = clock();
    const bool counts = work();
    const double end = clock();
    if (counts || tries <= 1) samples.push_back(std::max(end - begin - overhead, kShortest));
    if (samples.empty()) continue;
    if (stop.stop_requested() || tries <= 1) break;
    if (static_cast<int>(samples.size()) < options.least) continue;
    if (end - start >= options.budget_s || wellKnown(samples, options.target_error)) break;
  }
  return robustTime(samples);
}

}  // namespace moe
