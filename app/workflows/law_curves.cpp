#include "app/workflows/law_curves.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "costmodel/planner/draws.h"

namespace moe {
namespace {

constexpr double kWiden = 1.25;
constexpr double kVaries = 1.05;                // held variables that differ less are one
constexpr std::size_t kOptimumDrawsShare = 10;  // of the draws are solved for optima

using RunsByExperts = std::map<double, std::vector<TrainingRun>>;

RunsByExperts byExperts(const Law& law, std::span<const TrainingRun> runs, std::size_t most) {
  RunsByExperts groups;
  const bool known = law.family->dependsOnExperts();
  for (const TrainingRun& run : runs) groups[known ? run.experts : 1].push_back(run);
  if (groups.size() <= most || most < 2) return groups;
  RunsByExperts chosen;
  const auto last = static_cast<double>(groups.size() - 1);
  for (std::size_t i = 0; i < most; ++i) {
    const double place = last * static_cast<double>(i) / static_cast<double>(most - 1);
    chosen.insert(*std::next(groups.begin(), std::lround(place)));
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

std::vector<double> rangeOf(std::span<const TrainingRun> runs,
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

/// Curves over N or D of the runs of one expert count, sorted here by what is held.
void addHeldCurves(const Law& law, std::vector<TrainingRun> runs, LawVariable variable,
                   const LawCurvesOptions& options, std::vector<LawCurve>& curves) {
  const bool over_params = variable == LawVariable::kParams;
  const LawVariable held = over_params ? LawVariable::kTrainTokens : LawVariable::kParams;
  std::stable_sort(runs.begin(), runs.end(), [&](const TrainingRun& a, const TrainingRun& b) {
    return valueOf(a, held) < valueOf(b, held);
  });
  const std::vector<double> x = rangeOf(
      runs, [&](const TrainingRun& run) { return valueOf(run, variable); }, options.points);
  const bool varies = valueOf(runs.back(), held) > kVaries * valueOf(runs.front(), held) &&
                      (law.family->dependsOnTokens() || !over_params);
  std::vector<std::size_t> places{(runs.size() - 1) / 2};
  if (varies) places.insert(places.end(), {0, runs.size() - 1});
  for (const std::size_t place : places) {
    const LawPoint at = pointOf(runs[place]);
    const LossAt lossAt = [&, at](const Law& one, double value) {
      LawPoint point = at;
      (over_params ? point.params : point.train_tokens) = value;
      return one.loss(point);
    };
    LawCurve curve = curveOf(law, lossAt, x);
    curve.experts = runs.front().experts;
    curve.held = valueOf(runs[place], held);
    curve.middle = place == places.front();
    if (curve.middle) addBand(law, lossAt, options.draws, curve);
    curves.push_back(std::move(curve));
  }
}

void addFlopCurve(const Law& law, const std::vector<TrainingRun>& runs,
                  const LawCurvesOptions& options, std::vector<LawCurve>& curves) {
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
  for (const auto& [experts, group] : byExperts(law, runs, options.most_experts)) {
    if (variable == LawVariable::kTrainFlop)
      addFlopCurve(law, group, options, curves);
    else
      addHeldCurves(law, group, variable, options, curves);
  }
  return curves;
}

}  // namespace moe
