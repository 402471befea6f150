#include "costmodel/adaptation/expert_selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace moe {
namespace {

/// Numbers of the experts, the highest score first, equal ones in their order.
std::vector<int> byScore(std::span<const double> scores) {
  std::vector<int> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
  });
  return order;
}

SelectionPoint pointOf(const ExpertScores& scores, double p) {
  SelectionPoint point;
  point.p = p;
  for (const std::vector<double>& layer : scores.values) {
    const auto count = static_cast<std::int64_t>(selectExperts(layer, p).size());
    point.least = point.experts == 0 ? count : std::min(point.least, count);
    point.most = std::max(point.most, count);
    point.experts += count;
  }
  const double layers = static_cast<double>(scores.values.size());
  point.mean = layers > 0 ? static_cast<double>(point.experts) / layers : 0;
  return point;
}

}  // namespace

std::vector<int> selectExperts(std::span<const double> scores, double p) {
  std::vector<int> order = byScore(scores);
  std::size_t taken = 0;
  double sum = 0;
  while (taken < order.size() && sum < p) sum += scores[static_cast<std::size_t>(order[taken++])];
  order.resize(taken);
  return order;
}

Result<EsftConfig> selectExperts(const ExpertScores& scores, double p) {
  if (!(p > 0 && p <= 1))
    return fail(ErrorKind::kUsage, "--p",
                fmt::format("is {}; it must be above 0 and at most 1", p));
  EsftConfig config;
  for (std::size_t layer = 0; layer < scores.layers.size(); ++layer)
    config.experts[scores.layers[layer]] = selectExperts(scores.values[layer], p);
  return config;
}

std::vector<double> cumulativeScores(std::span<const double> scores) {
  std::vector<double> sums;
  double sum = 0;
  for (const int expert : byScore(scores))
    sums.push_back(sum += scores[static_cast<std::size_t>(expert)]);
  return sums;
}

std::vector<SelectionPoint> sweepThreshold(const ExpertScores& scores, std::span<const double> p) {
  std::vector<SelectionPoint> points;
  for (const double threshold : p) points.push_back(pointOf(scores, threshold));
  return points;
}

double selectedShare(std::span<const double> token_scores, std::span<const int> experts) {
  double share = 0;
  for (const int expert : experts) share += token_scores[static_cast<std::size_t>(expert)];
  return std::min(1.0, share);
}

}  // namespace moe
