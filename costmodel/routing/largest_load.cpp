#include "costmodel/routing/largest_load.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace moe {
namespace {

constexpr double kWideDeviation = 3;  // from here on the integral is as good as the sum

double normalBelow(double z) { return 0.5 * std::erfc(-z * M_SQRT1_2); }

double raised(double below, double count) { return count == 1 ? below : std::pow(below, count); }

/// A load whose distribution is smooth, with the skewness of Panjer's class.
struct SmoothLoad {
  double mean = 0;
  double deviation = 0;
  double skewness = 0;
  double count = 1;

  explicit SmoothLoad(const LoadMoments& load)
      : mean(load.mean), deviation(std::sqrt(load.variance)), count(load.count) {
    if (deviation > 0) skewness = (2 * load.variance / mean - 1) / deviation;
  }

  /// P(load < x) of all `count` of them.
  double below(double x) const {
    if (x >= mean + 8 * deviation) return 1;  // all but 1e-12, whatever the skewness of a sum is
    const double w = (x - mean) / deviation;
    if (std::abs(skewness) < 1e-9) return raised(normalBelow(w), count);
    const double base = 1 + skewness * w / 2;
    if (base <= 0) return skewness > 0 ? 0 : 1;
    return raised(normalBelow(6 / skewness * (std::cbrt(base) - 1) + skewness / 6), count);
  }
};

/// Where a narrow load lies, all but 1e-12 of it.
double lowEnd(const LoadMoments& load) {
  return std::floor(std::max(0.0, load.mean - 9 * std::sqrt(load.variance) - 12));
}
double highEnd(const LoadMoments& load) {
  return std::ceil(load.mean + 9 * std::sqrt(load.variance) + 12);
}

/// P(load <= x) for the whole x from lowEnd to `end`, by Panjer's recursion p(x) = (a + b/x)
/// p(x-1) up and down from the mean, whatever p(0) is.
std::vector<double> wholeBelow(const LoadMoments& load, double end) {
  const double low = lowEnd(load);
  const auto values = static_cast<std::size_t>(end - low) + 1;
  std::vector<double> below(values, 0.0);
  const std::size_t start =
      std::min(values - 1, static_cast<std::size_t>(std::floor(load.mean + 1e-9) - low));
  below[start] = 1;
  if (load.variance > 1e-9 * load.mean) {
    const double a = 1 - load.mean / load.variance;
    const double b = load.mean * load.mean / load.variance - a;
    const auto ratio = [&](std::size_t i) { return a + b / (low + static_cast<double>(i)); };
    for (std::size_t i = start + 1; i < values; ++i)
      below[i] = std::max(0.0, ratio(i)) * below[i - 1];
    for (std::size_t i = start; i > 0 && ratio(i) > 0; --i) below[i - 1] = below[i] / ratio(i);
  }
  double sum = 0;
  for (double& probability : below) probability = sum += probability;
  for (double& probability : below) probability /= sum;
  return below;
}

double largestOfNarrow(std::span<const LoadMoments> loads, const LoadMoments& hottest,
                       double most) {
  const double low = lowEnd(hottest);
  double end = 0;
  for (const LoadMoments& load : loads) end = std::max(end, highEnd(load));
  end = std::floor(std::min(end, most));
  std::vector<double> all_below(static_cast<std::size_t>(end - low) + 1, 1.0);
  for (const LoadMoments& load : loads) {
    if (highEnd(load) < low) continue;
    const auto below = wholeBelow(load, end);
    const auto skipped = static_cast<std::ptrdiff_t>(low - lowEnd(load));
    for (std::size_t i = 0; i < all_below.size(); ++i) {
      const auto at = static_cast<std::ptrdiff_t>(i) + skipped;
      all_below[i] *= at < 0 ? 0 : raised(below[static_cast<std::size_t>(at)], load.count);
    }
  }
  double expected = low;
  for (std::size_t i = 0; i + 1 < all_below.size(); ++i) expected += 1 - all_below[i];
  return expected;
}

double allBelow(const std::vector<SmoothLoad>& loads, double x) {
  double all_below = 1;
  for (const SmoothLoad& load : loads) {
    all_below *= load.below(x);
    if (all_below < 1e-12) return 0;
  }
  return all_below;
}

double largestOfWide(std::span<const LoadMoments> loads, const LoadMoments& hottest, double most) {
  const double deviation = std::sqrt(hottest.variance);
  const double low = std::max(0.0, hottest.mean - 6 * deviation);
  double high = 0;
  std::vector<SmoothLoad> reaching;  // loads that are ever above `low`
  for (const LoadMoments& load : loads) {
    const SmoothLoad smooth(load);
    const double top = smooth.mean + 8 * smooth.deviation;
    if (top < low) continue;
    reaching.push_back(smooth);
    high = std::max(high, top);
  }
  // The hottest first: below its mean the product is soon nothing.
  std::sort(reaching.begin(), reaching.end(),
            [](const SmoothLoad& a, const SmoothLoad& b) { return a.mean > b.mean; });
  high = std::min(high, most);
  // The trapezoid rule on a smoothed step converges like exp(-2 pi^2 (deviation/step)^2): 3e-9.
  const double steps = std::max(1.0, std::ceil((high - low) / deviation));
  const double step = (high - low) / steps;
  double area = 0;
  for (double i = 0; i <= steps; ++i)
    area += (1 - allBelow(reaching, low + i * step)) * (i == 0 || i == steps ? 0.5 : 1);
  return low + area * step;
}

}  // namespace

double expectedLargest(std::span<const LoadMoments> loads, double most) {
  const auto hottest =
      std::max_element(loads.begin(), loads.end(),
                       [](const LoadMoments& a, const LoadMoments& b) { return a.mean < b.mean; });
  if (hottest->mean >= most * (1 - 1e-9)) return most;
  const bool wide = hottest->variance >= kWideDeviation * kWideDeviation;
  return wide ? largestOfWide(loads, *hottest, most) : largestOfNarrow(loads, *hottest, most);
}

}  // namespace moe
