#include "costmodel/verify/accuracy_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>

#include "costmodel/engine/engine_constants.h"
#include "costmodel/verify/constants_fit.h"
#include "data/quantile.h"

namespace moe {
namespace {

constexpr double kCoverage = 0.9;
constexpr std::size_t kFewestPointsToFit = 30;
constexpr std::size_t kClasses = std::size(kIntervalClasses) + 1;

std::map<std::string, PointSet> grouped(const PointSet& points, const KeyOf& key) {
  std::map<std::string, PointSet> groups;
  for (const PredictedPoint* point : points) groups[key(*point)].push_back(point);
  return groups;
}

/// TPOT from all points, TTFT of each engine from its own; an engine with few points keeps the
/// shipped constants.
ConstantsByEngine fitAll(const PointSet& points) {
  ConstantsByEngine constants = shippedConstants();
  const EngineConstants tpot = fitTpotConstants(points, unfittedConstants().front());
  for (std::size_t i = 0; i < constants.size(); ++i) {
    EngineConstants& one = constants[i];
    one.prefill_share = tpot.prefill_share;
    one.host_step_s = tpot.host_step_s;
    one.host_sequence_s = tpot.host_sequence_s;
    one.multi_device_layer_s = tpot.multi_device_layer_s;
    const PointSet own =
        filtered(points, [&](const PredictedPoint& p) { return engineIndex(p) == i; });
    if (own.size() >= kFewestPointsToFit) one = fitTtftConstants(own, one);
  }
  return constants;
}

/// |ln(measured/predicted)| of TPOT of points that their fit did not see.
struct LeftOutError {
  std::string pair;
  std::size_t concurrency_class;
  double error;
};

struct LeftOut {
  std::vector<GroupAccuracy> groups;  ///< and all of them together at the end
  std::vector<LeftOutError> errors;
};

/// Leaves one group out at a time, fits to the rest outside the frozen fifth and predicts the
/// group.
LeftOut leaveOut(const PointSet& points, const KeyOf& key, const std::string& together) {
  LeftOut result;
  TimeRatios all;
  for (const auto& [group, members] : grouped(points, key)) {
    const ConstantsByEngine constants = fitAll(
        filtered(points, [&](const PredictedPoint& p) { return key(p) != group && !isFrozen(p); }));
    all.add(members, constants);
    result.groups.push_back(accuracyOf(group, members, constants));
    for (const PredictedPoint* point : members) {
      if (!point->measured.tpot_s) continue;
      const double predicted = tpotWith(point->point, constantsFor(*point, constants));
      result.errors.push_back({pairOf(*point), concurrencyClass(point->measured.concurrency),
                               std::abs(std::log(*point->measured.tpot_s / predicted))});
    }
  }
  result.groups.push_back(all.summary(together));
  return result;
}

double quantileOf(const std::vector<LeftOutError>& errors, std::size_t concurrency_class,
                  const std::string& without_pair) {
  std::vector<double> kept;
  for (const LeftOutError& error : errors)
    if (error.concurrency_class == concurrency_class && error.pair != without_pair)
      kept.push_back(error.error);
  return kept.empty() ? 0 : quantile(kept, kCoverage);
}

void setIntervals(AccuracyStudy& study, const std::vector<LeftOutError>& errors) {
  study.interval_coverage.resize(kClasses + 1);
  for (std::size_t c = 0; c < kClasses; ++c)
    study.interval_quantiles.push_back(quantileOf(errors, c, ""));
  std::map<std::pair<std::string, std::size_t>, double> limits;
  for (const LeftOutError& error : errors) {
    const auto key = std::pair(error.pair, error.concurrency_class);
    if (!limits.contains(key))
      limits[key] = quantileOf(errors, error.concurrency_class, error.pair);
    for (const std::size_t place : {error.concurrency_class, kClasses}) {
      study.interval_coverage[place].count += 1;
      study.interval_coverage[place].inside += error.error <= limits[key] ? 1 : 0;
    }
  }
}

std::string configurationOf(const PredictedPoint& point) {
  const ServingMeasurement& m = point.measured;
  return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", m.model, m.hardware, m.engine,
                     m.engine_version, m.weights, m.tensor_parallel, m.data_parallel,
                     m.expert_parallel, m.concurrency, m.prompt_tokens);
}

/// The same prefill measured with two answer lengths: what no model of the prompt can tell apart.
void setRepeats(AccuracyStudy& study, const PointSet& points) {
  std::vector<double> spreads;
  for (const auto& [configuration, members] : grouped(points, configurationOf))
    for (std::size_t i = 0; i + 1 < members.size(); ++i) {
      const ServingMeasurement& a = members[i]->measured;
      const ServingMeasurement& b = members[i + 1]->measured;
      if (!a.ttft_s || !b.ttft_s || a.output_tokens == b.output_tokens) continue;
      spreads.push_back(std::max(*a.ttft_s, *b.ttft_s) / std::min(*a.ttft_s, *b.ttft_s));
    }
  study.repeated_pairs = spreads.size();
  if (spreads.empty()) return;
  study.repeated_median = quantile(spreads, 0.5);
  study.repeated_p90 = quantile(spreads, 0.9);
}

void setFrozen(AccuracyStudy& study, const PointSet& core) {
  const PointSet frozen = filtered(core, isFrozen);
  study.frozen = accuracyOf("frozen pairs", frozen, shippedConstants());
  study.frozen_unfitted = accuracyOf("frozen pairs", frozen, unfittedConstants());
  std::set<std::string> pairs;
  for (const PredictedPoint* point : frozen) pairs.insert(pairOf(*point));
  study.frozen_pairs.assign(pairs.begin(), pairs.end());
}

void setByConcurrency(AccuracyStudy& study, const PointSet& core) {
  for (std::size_t c = 0; c < kClasses; ++c) {
    const auto inside = [c](const PredictedPoint& p) {
      return concurrencyClass(p.measured.concurrency) == c;
    };
    study.by_concurrency.push_back(
        accuracyOf(concurrencyClassName(c), filtered(core, inside), shippedConstants()));
  }
}

void setLeftOut(AccuracyStudy& study, const PointSet& core) {
  const auto family = [](const PredictedPoint& p) { return p.family; };
  const auto machine = [](const PredictedPoint& p) { return p.hardware; };
  LeftOut pairs = leaveOut(core, pairOf, "all pairs, each left out");
  study.pairs_left_out = std::move(pairs.groups);
  setIntervals(study, pairs.errors);
  study.models_left_out = leaveOut(core, family, "all models, each left out").groups;
  study.machines_left_out = leaveOut(core, machine, "all machines, each left out").groups;
}

}  // namespace

std::string pairOf(const PredictedPoint& point) { return point.family + ", " + point.hardware; }

bool isFrozen(const PredictedPoint& point) {
  std::uint64_t hash = 1469598103934665603ull;
  for (const char c : point.family + "|" + point.hardware) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ull;
  }
  return hash % 5 == 0;
}

AccuracyStudy studyAccuracy(const PredictedPoints& predicted) {
  PointSet all;
  for (const PredictedPoint& point : predicted.points) all.push_back(&point);
  const PointSet core = filtered(all, [](const PredictedPoint& p) { return p.measured.core; });
  const PointSet open = filtered(core, [](const PredictedPoint& p) { return !isFrozen(p); });
  const auto deployment = [](const PredictedPoint& p) {
    return p.model + ", " + p.hardware + ", " + p.measured.engine + ", " + p.measured.weights;
  };
  AccuracyStudy study;
  study.unfitted = accuracyByRowSet(all, unfittedConstants());
  study.fitted = accuracyByRowSet(all, shippedConstants());
  study.groups = accuracyByKey(core, deployment, shippedConstants());
  study.fitted_points = open.size();
  study.refitted = fitAll(open);
  setFrozen(study, core);
  setByConcurrency(study, core);
  setLeftOut(study, core);
  setRepeats(study, core);
  return study;
}

}  // namespace moe
