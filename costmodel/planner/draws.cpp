#include "costmodel/planner/draws.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <thread>

namespace moe {
namespace {

/// Linear interpolation between order statistics; `values` is sorted.
double quantile(const std::vector<double>& values, double share) {
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace

std::vector<std::size_t> chosenDraws(std::size_t available, std::size_t wanted,
                                     std::uint64_t seed) {
  std::vector<std::size_t> indices(available);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  if (available <= wanted) return indices;
  std::mt19937_64 generator(seed);
  for (std::size_t i = 0; i < wanted; ++i)
    std::swap(indices[i], indices[i + generator() % (available - i)]);
  indices.resize(wanted);
  std::sort(indices.begin(), indices.end());
  return indices;
}

std::optional<Range> intervalOf(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.size() < kFewestDraws) return std::nullopt;
  std::sort(values.begin(), values.end());
  return Range{quantile(values, 0.025), quantile(values, 0.975)};
}

void shareOut(std::size_t count, int threads,
              const std::function<void(std::size_t, std::size_t, bool)>& work) {
  const std::size_t machine = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t wanted = threads > 0 ? static_cast<std::size_t>(threads) : machine;
  const std::size_t used = std::max<std::size_t>(1, std::min(wanted, count / 8));
  std::vector<std::jthread> others;
  for (std::size_t t = 1; t < used; ++t)
    others.emplace_back([&work, t, used] { work(t, used, false); });
  work(0, used, true);
}

}  // namespace moe
