#include "app/workflows/law_curves.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "costmodel/planner/draws.h"

namespace moe {
namespace {

constexpr double kWiden = 1.25;
constexpr double kTogether = 1.05;              // values of a ratio below stay in one group
constexpr std::size_t kOptimumDrawsShare = 10;  // one of so many draws is solved for optima

using Runs = std::vector<TrainingRun>;

std::vector<Runs> byExperts(const Law& law, std::span<const TrainingRun> runs, std::size_t most) {
  std::map<double, Runs> groups;
  const bool known = law.family->dependsOnExperts();
  for (const TrainingRun& run : runs) groups[known ? run.experts : 1].push_back(run);
  const std::size_t count = std::min(groups.size(), most);
  std::vector<Runs> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = count < 2 ? 0 : i * (groups.size() - 1) / (count - 1);
    chosen.push_back(std::next(groups.begin(), static_cast<std::ptrdiff_t>(place))->second);
  }
  return chosen;
}

std::vector<double> evenlyInLog(double low, double high, std::size_t points) {
  std::vector<double> x(points);
  for (std::size_t i = 0; i < points; ++i)
    x[i] = low * std::pow(high / low, static_cast<double>(i) / static_cast<double>(points - 1));
  return x;
}

/// Loss of a law at x, NaN where it has none.
using LossAt = std::function<double(const Law&, double x)>;

void addBand(const Law& law, const LossAt& lossAt, std::size_t draws, LawCurve& curve) {
  if (law.posterior.size() < kFewestDraws) return;
  std::vector<Law> drawn;
  for (const std::size_t draw : chosenDraws(law.posterior.size(), draws, 0))
    drawn.push_back(law.draw(draw));
  std::vector<double> losses(drawn.size());
  for (const double x : curve.x) {
    std::transform(drawn.begin(), drawn.end(), losses.begin(),
                   [&](const Law& one) { return lossAt(one, x); });
    const Range band = intervalOf(losses).value_or(Range{NAN, NAN});
    curve.low95.push_back(band.low);
    curve.high95.push_back(band.high);
  }
}

LawCurve curveOf(const Law& law, const LossAt& lossAt, std::vector<double> x) {
  LawCurve curve;
  curve.x = std::move(x);
  for (const double at : curve.x) curve.loss.push_back(lossAt(law, at));
  return curve;
}

double valueOf(const TrainingRun& run, LawVariable variable) {
  return variable == LawVariable::kParams ? run.params : run.train_tokens;
}

std::vector<double> rangeOf(const Runs& runs,
                            const std::function<double(const TrainingRun&)>& value,
                            std::size_t points) {
  double low = HUGE_VAL;
  double high = 0;
  for (const TrainingRun& run : runs) {
    low = std::min(low, value(run));
    high = std::max(high, value(run));
  }
  return evenlyInLog(low / kWiden, high * kWiden, points);
}

void sortBy(LawVariable variable, Runs& runs) {
  std::stable_sort(runs.begin(), runs.end(), [&](const TrainingRun& a, const TrainingRun& b) {
    return valueOf(a, variable) < valueOf(b, variable);
  });
}

/// Ranges of a variable with about as many runs each.
std::vector<Runs> byValue(Runs runs, LawVariable variable, std::size_t most) {
  sortBy(variable, runs);
  std::vector<Runs> clusters;
  for (const TrainingRun& run : runs) {
    const bool apart =
        clusters.empty() ||
        valueOf(run, variable) > kTogether * valueOf(clusters.back().back(), variable);
    if (apart) clusters.emplace_back();
    clusters.back().push_back(run);
  }
  if (clusters.size() <= most) return clusters;
  std::vector<Runs> groups(most);
  std::size_t before = 0;
  for (const Runs& cluster : clusters) {
    Runs& group = groups[before * most / runs.size()];
    group.insert(group.end(), cluster.begin(), cluster.end());
    before += cluster.size();
  }
  std::erase_if(groups, [](const Runs& group) { return group.empty(); });
  return groups;
}

/// A curve over N or D of one group, at the other variable of its median run.
LawCurve heldCurve(const Law& law, Runs runs, LawVariable variable, LawVariable held,
                   const LawCurvesOptions& options) {
  sortBy(held, runs);
  const TrainingRun& median = runs[(runs.size() - 1) / 2];
  const LawPoint at = pointOf(median);
  const LossAt lossAt = [variable, at](const Law& one, double value) {
    LawPoint point = at;
    (variable == LawVariable::kParams ? point.params : point.train_tokens) = value;
    return one.loss(point);
  };
  const auto value = [&](const TrainingRun& run) { return valueOf(run, variable); };
  LawCurve curve = curveOf(law, lossAt, rangeOf(runs, value, options.points));
  curve.experts = median.experts;
  curve.held = valueOf(median, held);
  curve.held_by_runs = {valueOf(runs.front(), held), valueOf(runs.back(), held)};
  addBand(law, lossAt, options.draws, curve);
  return curve;
}

void addFlopCurve(const Law& law, const Runs& runs, const LawCurvesOptions& options,
                  std::vector<LawCurve>& curves) {
  const LawPoint model = pointOf(runs[runs.size() / 2]);
  const auto flop = [&](const TrainingRun& run) { return trainFlop(law, pointOf(run)).value(); };
  const std::vector<double> x = rangeOf(runs, flop, options.points);
  if (!computeOptimum(law, Flop(x.front()), model)) return;
  const LossAt lossAt = [&](const Law& one, double budget) {
    const BudgetLine line(one, Flop(budget), model);
    const auto params = line.optimum();
    return params ? line.loss(*params) : NAN;
  };
  LawCurve curve = curveOf(law, lossAt, x);
  curve.experts = runs.front().experts;
  addBand(law, lossAt, std::max(kFewestDraws, options.draws / kOptimumDrawsShare), curve);
  curves.push_back(std::move(curve));
}

}  // namespace

Flop trainFlop(const Law& law, const LawPoint& point) {
  const double router = law.router_flop * point.granularity * std::pow(point.params, 2.0 / 3);
  return Flop((law.flopPerParamToken(point) * point.params + router) * point.train_tokens);
}

std::vector<LawCurve> lawCurves(const Law& law, std::span<const TrainingRun> runs,
                                LawVariable variable, const LawCurvesOptions& options) {
  std::vector<LawCurve> curves;
  if (runs.empty()) return curves;
  std::vector<Runs> groups = byExperts(law, runs, options.most_experts);
  if (variable == LawVariable::kTrainFlop) {
    for (const Runs& group : groups) addFlopCurve(law, group, options, curves);
    return curves;
  }
  const LawVariable held =
      variable == LawVariable::kParams ? LawVariable::kTrainTokens : LawVariable::kParams;
  const bool matters = law.family->dependsOnTokens() || held == LawVariable::kParams;
  if (groups.size() == 1 && matters) groups = byValue(groups.front(), held, options.most_groups);
  for (Runs& group : groups)
    curves.push_back(heldCurve(law, std::move(group), variable, held, options));
  return curves;
}

}  // namespace moe
