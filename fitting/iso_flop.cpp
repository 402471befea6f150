#include "fitting/iso_flop.h"

#include <fmt/format.h>

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <tuple>

#include "data/counter_random.h"
#include "data/quantile.h"

namespace moe {

namespace {

constexpr double kSameBudget = 0.03;  // in ln C
constexpr double kBudgetsApart = 4;   // times kSameBudget: closer ones are a cloud cut in slices
constexpr std::size_t kLeastSizes = 4;
constexpr std::size_t kParabolaSizes = 5;
constexpr std::size_t kLeastGroups = 3;

struct SizePoint {
  double log_params = 0;
  double log_loss = 0;
  double weight = 1;
};

/// The runs of one budget, by size.
struct Budget {
  double log_flop = 0;
  std::vector<SizePoint> points;
};

std::vector<Budget> budgetsOf(std::span<const TrainingRun> runs) {
  struct Run {
    double log_flop;
    SizePoint point;
  };
  std::vector<Run> sorted;
  for (const TrainingRun& run : runs) {
    sorted.push_back(
        {std::log(run.params * run.train_tokens), {std::log(run.params), std::log(run.loss), 1}});
  }
  std::sort(sorted.begin(), sorted.end(), [](const Run& a, const Run& b) {
    return std::tie(a.log_flop, a.point.log_params, a.point.log_loss) <
           std::tie(b.log_flop, b.point.log_params, b.point.log_loss);
  });
  std::vector<Budget> budgets;
  double first = 0;
  for (const Run& run : sorted) {
    if (budgets.empty() || run.log_flop > first + kSameBudget) {
      budgets.emplace_back();
      first = run.log_flop;
    }
    budgets.back().log_flop += run.log_flop;
    budgets.back().points.push_back(run.point);
  }
  for (Budget& budget : budgets) {
    budget.log_flop /= static_cast<double>(budget.points.size());
    std::sort(budget.points.begin(), budget.points.end(),
              [](const SizePoint& a, const SizePoint& b) { return a.log_params < b.log_params; });
  }
  return budgets;
}

std::size_t sizesOf(const Budget& budget) {
  std::size_t sizes = 0;
  double last = -1e300;
  for (const SizePoint& point : budget.points) {
    if (point.log_params > last + 1e-6) ++sizes;
    last = point.log_params;
  }
  return sizes;
}

/// Points of one size are one point, their mean.
std::vector<SizePoint> merged(const std::vector<SizePoint>& points) {
  std::vector<SizePoint> result;
  for (const SizePoint& point : points) {
    if (point.weight == 0) continue;
    if (result.empty() || point.log_params > result.back().log_params + 1e-6) {
      result.push_back(point);
      continue;
    }
    SizePoint& last = result.back();
    const double weight = last.weight + point.weight;
    last.log_loss = (last.weight * last.log_loss + point.weight * point.log_loss) / weight;
    last.weight = weight;
  }
  return result;
}

/// The parabola's vertex, or a reason why there is none.
struct Vertex {
  double log_params = 0;
  double log_loss = 0;
  const char* reason = nullptr;
};

Vertex vertexOf(const std::vector<SizePoint>& all) {
  const std::vector<SizePoint> points = merged(all);
  Vertex vertex;
  if (points.size() < kLeastSizes) {
    vertex.reason = "fewer than four sizes";
    return vertex;
  }
  const auto least = std::min_element(
      points.begin(), points.end(),
      [](const SizePoint& a, const SizePoint& b) { return a.log_loss < b.log_loss; });
  const std::size_t middle = static_cast<std::size_t>(least - points.begin());
  if (middle == 0 || middle + 1 == points.size()) {
    vertex.reason = "the least loss lies at the edge of the sizes";
    return vertex;
  }
  const std::size_t count = std::min(kParabolaSizes, points.size());
  std::size_t from = middle > count / 2 ? middle - count / 2 : 0;
  from = std::min(from, points.size() - count);
  Eigen::MatrixXd columns(static_cast<Eigen::Index>(count), 3);
  Eigen::VectorXd target(static_cast<Eigen::Index>(count));
  for (std::size_t k = 0; k < count; ++k) {
    const SizePoint& point = points[from + k];
    const double root = std::sqrt(point.weight);
    const double x = point.log_params - points[middle].log_params;
    const auto row = static_cast<Eigen::Index>(k);
    columns.row(row) << root, root * x, root * x * x;
    target[row] = root * point.log_loss;
  }
  const Eigen::Vector3d solution = columns.colPivHouseholderQr().solve(target);
  const double x = -0.5 * solution[1] / solution[2];
  vertex.log_params = points[middle].log_params + x;
  vertex.log_loss = solution[0] + 0.5 * solution[1] * x;
  const bool inside =
      vertex.log_params > points.front().log_params && vertex.log_params < points.back().log_params;
  if (!(solution[2] > 0) || !inside) vertex.reason = "the parabola has no minimum among the sizes";
  return vertex;
}

PowerLine lineThrough(const std::vector<double>& log_flop, const std::vector<double>& log_value) {
  const double count = static_cast<double>(log_flop.size());
  double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
  for (std::size_t i = 0; i < log_flop.size(); ++i) {
    mean_x += log_flop[i] / count;
    mean_y += log_value[i] / count;
  }
  for (std::size_t i = 0; i < log_flop.size(); ++i) {
    xx += (log_flop[i] - mean_x) * (log_flop[i] - mean_x);
    xy += (log_flop[i] - mean_x) * (log_value[i] - mean_y);
  }
  PowerLine line;
  line.exponent = xy / xx;
  line.log_amplitude = mean_y - line.exponent * mean_x;
  return line;
}

/// Exponent of N* with the runs of each budget resampled; none when fewer than three vertices are
/// left.
std::optional<double> resampledExponent(const std::vector<Budget>& budgets, std::uint64_t seed,
                                        std::uint64_t resample) {
  std::vector<double> log_flop;
  std::vector<double> log_params;
  std::uint64_t index = 0;
  for (const Budget& budget : budgets) {
    std::vector<SizePoint> points = budget.points;
    for (SizePoint& point : points) point.weight = 0;
    for (std::size_t k = 0; k < points.size(); ++k) {
      points[counterIndex(seed, resample, index++, points.size())].weight += 1;
    }
    const Vertex vertex = vertexOf(points);
    if (vertex.reason != nullptr) continue;
    log_flop.push_back(budget.log_flop);
    log_params.push_back(vertex.log_params);
  }
  if (log_flop.size() < kLeastGroups) return std::nullopt;
  return lineThrough(log_flop, log_params).exponent;
}

void fillIntervals(const std::vector<Budget>& budgets, const IsoFlopOptions& options,
                   std::stop_token stop, IsoFlopResult& result) {
  std::vector<double> draws;
  for (std::size_t i = 0; i < options.resamples && !stop.stop_requested(); ++i) {
    if (const auto draw = resampledExponent(budgets, options.seed, i)) draws.push_back(*draw);
  }
  result.resamples = draws.size();
  if (draws.size() < 20) return;
  const Range range{quantile(draws, 0.025), quantile(draws, 0.975)};
  result.params.exponent95 = range;
  result.tokens.exponent95 = Range{1 - range.high, 1 - range.low};
  if (draws.size() < options.resamples / 2) {
    result.warnings.push_back(
        {"few_resamples", fmt::format("only {} of {} resamples have three budgets with a "
                                      "vertex; the interval is rough",
                                      draws.size(), options.resamples)});
  }
}

}  // namespace

bool hasIsoFlops(std::span<const TrainingRun> runs) {
  std::size_t groups = 0;
  std::size_t held = 0;
  std::vector<double> gaps;  // to the budget before
  const std::vector<Budget> budgets = budgetsOf(runs);
  for (std::size_t i = 0; i < budgets.size(); ++i) {
    if (sizesOf(budgets[i]) < kLeastSizes) continue;
    ++groups;
    held += budgets[i].points.size();
    if (i > 0) gaps.push_back(budgets[i].log_flop - budgets[i - 1].log_flop);
  }
  const bool most = groups >= kLeastGroups && 2 * held > runs.size();
  return most && quantile(gaps, 0.5) > kBudgetsApart * kSameBudget;
}

Result<IsoFlopResult> isoFlop(std::span<const TrainingRun> runs, const IsoFlopOptions& options,
                              std::stop_token stop) {
  IsoFlopResult result;
  const std::vector<Budget> budgets = budgetsOf(runs);
  std::vector<double> log_flop, log_params, log_tokens;
  for (const Budget& budget : budgets) {
    if (sizesOf(budget) < 2) continue;
    const double constant = std::log(options.flop_per_param_token);
    const Vertex vertex = vertexOf(budget.points);
    IsoFlopGroup& group = result.groups.emplace_back();
    group.flop = std::exp(budget.log_flop + constant);
    group.runs = budget.points.size();
    group.usable = vertex.reason == nullptr;
    if (!group.usable) {
      group.reason = vertex.reason;
      continue;
    }
    group.params = std::exp(vertex.log_params);
    group.train_tokens = std::exp(budget.log_flop - vertex.log_params);
    group.loss = std::exp(vertex.log_loss);
    log_flop.push_back(budget.log_flop + constant);
    log_params.push_back(vertex.log_params);
    log_tokens.push_back(budget.log_flop - vertex.log_params);
  }
  if (log_flop.size() < kLeastGroups) {
    return fail(ErrorKind::kInput, "",
                fmt::format("{} budgets have a vertex among their runs and three are needed: run "
                            "four or more sizes at each of three training budgets",
                            log_flop.size()));
  }
  result.params = lineThrough(log_flop, log_params);
  result.tokens = lineThrough(log_flop, log_tokens);
  fillIntervals(budgets, options, stop, result);
  return result;
}

}  // namespace moe
