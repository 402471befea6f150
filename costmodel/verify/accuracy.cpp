#include "costmodel/verify/accuracy.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <tuple>

#include "costmodel/engine/engine_constants.h"
#include "costmodel/verify/constants_fit.h"
#include "data/quantile.h"

namespace moe {
namespace {

constexpr Engine kEngines[] = {Engine::kVllm, Engine::kSglang, Engine::kTensorRtLlm};
constexpr double kCoverage = 0.9;
constexpr std::size_t kFewestPointsToFit = 30;

using KeyOf = std::function<std::string(const PredictedPoint&)>;

std::size_t engineIndex(const PredictedPoint& point) {
  for (std::size_t i = 0; i < std::size(kEngines); ++i)
    if (name(kEngines[i]) == point.measured.engine) return i;
  require(false, "a predicted point of an unknown engine");
  return 0;
}

const EngineConstants& constantsFor(const PredictedPoint& point,
                                    const ConstantsByEngine& constants) {
  return constants[engineIndex(point)];
}

PointSet filtered(const PointSet& points, const std::function<bool(const PredictedPoint&)>& keep) {
  PointSet kept;
  for (const PredictedPoint* point : points)
    if (keep(*point)) kept.push_back(point);
  return kept;
}

std::map<std::string, PointSet> grouped(const PointSet& points, const KeyOf& key) {
  std::map<std::string, PointSet> groups;
  for (const PredictedPoint* point : points) groups[key(*point)].push_back(point);
  return groups;
}

std::string pairOf(const PredictedPoint& point) { return point.family + ", " + point.hardware; }

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

/// Ratios of predicted over measured TPOT, TTFT and latency.
struct Ratios {
  std::vector<double> tpot, ttft, latency;

  void add(const PredictedPoint& point, const EngineConstants& constants) {
    const ServingMeasurement& m = point.measured;
    const double predicted_tpot = tpotWith(point.point, constants);
    const double predicted_ttft = ttftWith(point.point, constants);
    if (m.tpot_s) tpot.push_back(predicted_tpot / *m.tpot_s);
    if (m.ttft_s) ttft.push_back(predicted_ttft / *m.ttft_s);
    if (!m.tpot_s || !m.ttft_s) return;
    const double steps = m.output_tokens - 1;
    latency.push_back((predicted_ttft + steps * predicted_tpot) / (*m.ttft_s + steps * *m.tpot_s));
  }
  GroupAccuracy summary(std::string name) const {
    return {std::move(name), summarise(tpot), summarise(ttft), summarise(latency)};
  }
};

std::size_t concurrencyClass(double concurrency) {
  std::size_t place = 0;
  while (place < std::size(kIntervalClasses) && concurrency > kIntervalClasses[place]) ++place;
  return place;
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

/// Leaves one group out at a time, fits to the rest and predicts the group.
LeftOut leaveOut(const PointSet& points, const KeyOf& key, const std::string& together) {
  LeftOut result;
  Ratios all;
  for (const auto& [group, members] : grouped(points, key)) {
    const ConstantsByEngine constants =
        fitAll(filtered(points, [&](const PredictedPoint& p) { return key(p) != group; }));
    Ratios own;
    for (const PredictedPoint* point : members) {
      own.add(*point, constantsFor(*point, constants));
      all.add(*point, constantsFor(*point, constants));
      if (!point->measured.tpot_s) continue;
      const double predicted = tpotWith(point->point, constantsFor(*point, constants));
      result.errors.push_back({pairOf(*point), concurrencyClass(point->measured.concurrency),
                               std::abs(std::log(*point->measured.tpot_s / predicted))});
    }
    result.groups.push_back(own.summary(group));
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
  const std::size_t classes = std::size(kIntervalClasses) + 1;
  std::vector<double> inside(classes, 0.0);
  std::vector<double> count(classes, 0.0);
  for (std::size_t c = 0; c < classes; ++c)
    study.interval_quantiles.push_back(quantileOf(errors, c, ""));
  std::map<std::pair<std::string, std::size_t>, double> limits;
  for (const LeftOutError& error : errors) {
    const auto key = std::pair(error.pair, error.concurrency_class);
    if (!limits.contains(key))
      limits[key] = quantileOf(errors, error.concurrency_class, error.pair);
    count[error.concurrency_class] += 1;
    inside[error.concurrency_class] += error.error <= limits[key];
  }
  double all_inside = 0;
  double all = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    study.interval_coverage.push_back(count[c] > 0 ? inside[c] / count[c] : 0);
    all_inside += inside[c];
    all += count[c];
  }
  study.interval_coverage.push_back(all_inside / all);
}

/// The same prefill measured with two answer lengths: what no model of the prompt can tell apart.
void setRepeats(AccuracyStudy& study, const PointSet& points) {
  const auto repeats = grouped(points, [](const PredictedPoint& p) {
    const ServingMeasurement& m = p.measured;
    return m.model + m.hardware + m.engine + m.engine_version + m.weights +
           std::to_string(m.tensor_parallel) + "," + std::to_string(m.data_parallel) + "," +
           std::to_string(m.expert_parallel) + "," + std::to_string(m.concurrency) + "," +
           std::to_string(m.prompt_tokens);
  });
  std::vector<double> spreads;
  for (const auto& [configuration, members] : repeats)
    for (std::size_t i = 0; i + 1 < members.size(); ++i) {
      const auto& a = members[i]->measured;
      const auto& b = members[i + 1]->measured;
      if (!a.ttft_s || !b.ttft_s || a.output_tokens == b.output_tokens) continue;
      spreads.push_back(std::max(*a.ttft_s, *b.ttft_s) / std::min(*a.ttft_s, *b.ttft_s));
    }
  study.repeated_pairs = spreads.size();
  if (spreads.empty()) return;
  study.repeated_median = quantile(spreads, 0.5);
  study.repeated_p90 = quantile(spreads, 0.9);
}

std::vector<GroupAccuracy> rowSets(const PointSet& all, const ConstantsByEngine& constants) {
  const auto clean = [](const PredictedPoint& p) { return isClean(p.measured); };
  const auto core = [](const PredictedPoint& p) { return p.measured.core; };
  return {accuracyOf("all rows", all, constants),
          accuracyOf("clean rows", filtered(all, clean), constants),
          accuracyOf("core rows", filtered(all, core), constants)};
}

std::vector<GroupAccuracy> groupAccuracies(const PointSet& points, const KeyOf& key,
                                           const ConstantsByEngine& constants) {
  std::vector<GroupAccuracy> groups;
  for (const auto& [group, members] : grouped(points, key))
    groups.push_back(accuracyOf(group, members, constants));
  return groups;
}

std::string concurrencyName(const PredictedPoint& point) {
  constexpr const char* kNames[] = {"1 to 8 requests", "9 to 32 requests", "33 to 128 requests",
                                    "more than 128 requests"};
  return kNames[concurrencyClass(point.measured.concurrency)];
}

}  // namespace

ErrorSummary summarise(const std::vector<double>& ratios) {
  ErrorSummary summary;
  summary.count = ratios.size();
  if (ratios.empty()) return summary;
  std::vector<double> errors;
  for (const double ratio : ratios) {
    errors.push_back(std::abs(ratio - 1));
    summary.mape += errors.back() / static_cast<double>(ratios.size());
  }
  summary.median_ape = quantile(errors, 0.5);
  summary.p90_ape = quantile(errors, 0.9);
  summary.median_ratio = quantile(ratios, 0.5);
  return summary;
}

ConstantsByEngine shippedConstants() {
  ConstantsByEngine constants;
  for (const Engine engine : kEngines) constants.push_back(engineConstants(engine));
  return constants;
}

ConstantsByEngine unfittedConstants() { return ConstantsByEngine(std::size(kEngines)); }

GroupAccuracy accuracyOf(std::string name, const PointSet& points,
                         const ConstantsByEngine& constants) {
  Ratios ratios;
  for (const PredictedPoint* point : points) ratios.add(*point, constantsFor(*point, constants));
  return ratios.summary(std::move(name));
}

bool isFrozen(const PredictedPoint& point) {
  std::uint64_t hash = 1469598103934665603ull;
  for (const char c : point.family + "|" + point.hardware) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ull;
  }
  return hash % 5 == 0;
}

bool isClean(const ServingMeasurement& point) {
  return point.flags.empty() || point.flags == "PAR2X";
}

AccuracyStudy studyAccuracy(const PredictedPoints& predicted) {
  PointSet all;
  for (const PredictedPoint& point : predicted.points) all.push_back(&point);
  const PointSet core = filtered(all, [](const PredictedPoint& p) { return p.measured.core; });
  const PointSet open = filtered(core, [](const PredictedPoint& p) { return !isFrozen(p); });
  AccuracyStudy study;
  study.unfitted = rowSets(all, unfittedConstants());
  study.fitted = rowSets(all, shippedConstants());
  study.frozen = accuracyOf("frozen pairs", filtered(core, isFrozen), shippedConstants());
  study.groups = groupAccuracies(
      core,
      [](const PredictedPoint& p) {
        return p.model + ", " + p.hardware + ", " + p.measured.engine + ", " + p.measured.weights;
      },
      shippedConstants());
  study.by_concurrency = groupAccuracies(core, concurrencyName, shippedConstants());
  LeftOut pairs = leaveOut(core, pairOf, "all pairs, each left out");
  study.pairs_left_out = std::move(pairs.groups);
  setIntervals(study, pairs.errors);
  study.models_left_out =
      leaveOut(
          core, [](const PredictedPoint& p) { return p.family; }, "all models, each left out")
          .groups;
  study.machines_left_out =
      leaveOut(
          core, [](const PredictedPoint& p) { return p.hardware; }, "all machines, each left out")
          .groups;
  study.refitted = fitAll(open);
  setRepeats(study, core);
  return study;
}

}  // namespace moe
