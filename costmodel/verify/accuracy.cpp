#include "costmodel/verify/accuracy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "costmodel/engine/engine_constants.h"
#include "data/quantile.h"

namespace moe {
namespace {

constexpr Engine kEngines[] = {Engine::kVllm, Engine::kSglang, Engine::kTensorRtLlm};

void addRatios(TimeRatios& ratios, const PredictedPoint& point, const EngineConstants& constants) {
  const ServingMeasurement& m = point.measured;
  const double tpot = tpotWith(point.point, constants);
  const double ttft = ttftWith(point.point, constants);
  if (m.tpot_s) ratios.tpot.push_back(tpot / *m.tpot_s);
  if (m.ttft_s) ratios.ttft.push_back(ttft / *m.ttft_s);
  if (!m.tpot_s || !m.ttft_s) return;
  const double steps = m.output_tokens - 1;
  ratios.latency.push_back((ttft + steps * tpot) / (*m.ttft_s + steps * *m.tpot_s));
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

void TimeRatios::add(const PointSet& points, const ConstantsByEngine& constants) {
  for (const PredictedPoint* point : points)
    addRatios(*this, *point, constantsFor(*point, constants));
}

GroupAccuracy TimeRatios::summary(std::string name) const {
  return {std::move(name), summarise(tpot), summarise(ttft), summarise(latency)};
}

GroupAccuracy accuracyOf(std::string name, const PointSet& points,
                         const ConstantsByEngine& constants) {
  TimeRatios ratios;
  ratios.add(points, constants);
  return ratios.summary(std::move(name));
}

std::vector<GroupAccuracy> accuracyByKey(const PointSet& points, const KeyOf& key,
                                         const ConstantsByEngine& constants) {
  std::map<std::string, PointSet> groups;
  for (const PredictedPoint* point : points) groups[key(*point)].push_back(point);
  std::vector<GroupAccuracy> accuracies;
  for (const auto& [group, members] : groups)
    accuracies.push_back(accuracyOf(group, members, constants));
  return accuracies;
}

TimeInterval tpotIntervalOf(const PredictedPoint& point) {
  return tpotInterval90(point.measured.concurrency, point.basis, point.other_accelerator);
}

IntervalCoverage coverageOf(const PointSet& points) {
  const ConstantsByEngine shipped = shippedConstants();
  IntervalCoverage coverage;
  for (const PredictedPoint* point : points) {
    if (!point->measured.tpot_s) continue;
    const TimeInterval interval = tpotIntervalOf(*point);
    const double ratio =
        *point->measured.tpot_s / tpotWith(point->point, constantsFor(*point, shipped));
    coverage.count += 1;
    coverage.inside += ratio >= interval.low && ratio <= interval.high ? 1 : 0;
  }
  return coverage;
}

std::vector<GroupAccuracy> accuracyByRowSet(const PointSet& all,
                                            const ConstantsByEngine& constants) {
  const auto clean = [](const PredictedPoint& p) { return isClean(p.measured); };
  const auto core = [](const PredictedPoint& p) { return p.measured.core; };
  return {accuracyOf("all rows", all, constants),
          accuracyOf("clean rows", filtered(all, clean), constants),
          accuracyOf("core rows", filtered(all, core), constants)};
}

bool isClean(const ServingMeasurement& point) {
  return point.flags.empty() || point.flags == "PAR2X";
}

std::size_t concurrencyClass(double concurrency) {
  std::size_t place = 0;
  while (place < std::size(kIntervalClasses) && concurrency > kIntervalClasses[place]) ++place;
  return place;
}

std::string concurrencyClassName(std::size_t concurrency_class) {
  const std::size_t last = std::size(kIntervalClasses);
  require(concurrency_class <= last, "there is no such class of concurrency");
  if (concurrency_class == last)
    return fmt::format("more than {:.0f} requests", kIntervalClasses[last - 1]);
  const double from = concurrency_class == 0 ? 1 : kIntervalClasses[concurrency_class - 1] + 1;
  return fmt::format("{:.0f} to {:.0f} requests", from, kIntervalClasses[concurrency_class]);
}

}  // namespace moe
