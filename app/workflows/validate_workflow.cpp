#include "app/workflows/validate_workflow.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "costmodel/engine/engine_constants.h"
#include "data/catalog/catalog.h"
#include "data/readers/serving_points.h"

namespace moe {
namespace {

constexpr const char* kShippedPoints = "data/tables/serving/serving_points_flags.csv.gz";
constexpr std::size_t kRowsAtOnce = 500;
constexpr std::size_t kShownReasons = 3;

Result<std::vector<ServingMeasurement>> pointsOf(const ValidateRequest& request) {
  if (request.points_file.empty()) return shippedServingPoints();
  return readServingPoints(request.points_file);
}

Result<PredictedPoints> predictAll(const std::vector<ServingMeasurement>& points,
                                   const ValidateRequest& request, std::stop_token stop,
                                   const ProgressSink& progress) {
  const auto hardware = loadHardware(request.catalog_dir);
  if (!hardware) return tl::unexpected(hardware.error());
  const auto models = loadModels(request.catalog_dir);
  if (!models) return tl::unexpected(models.error());
  PointPredictor predictor(*hardware, *models, request.catalog_dir);
  PredictedPoints all;
  for (std::size_t begin = 0; begin < points.size(); begin += kRowsAtOnce) {
    if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "", "");
    if (progress)
      progress("predicting", static_cast<double>(begin) / static_cast<double>(points.size()));
    const std::size_t end = std::min(points.size(), begin + kRowsAtOnce);
    const std::vector<ServingMeasurement> some(points.begin() + static_cast<std::ptrdiff_t>(begin),
                                               points.begin() + static_cast<std::ptrdiff_t>(end));
    PredictedPoints part = predictor.predict(some, {});
    std::move(part.points.begin(), part.points.end(), std::back_inserter(all.points));
    std::move(part.skipped.begin(), part.skipped.end(), std::back_inserter(all.skipped));
  }
  return all;
}

ValidatedPoint validated(PredictedPoint point, const ConstantsByEngine& shipped) {
  ValidatedPoint row;
  const EngineConstants& constants = constantsFor(point, shipped);
  const TimeInterval interval = tpotIntervalOf(point);
  row.tpot_s = tpotWith(point.point, constants);
  row.ttft_s = ttftWith(point.point, constants);
  row.tpot_low_s = interval.low * row.tpot_s;
  row.tpot_high_s = interval.high * row.tpot_s;
  if (const auto measured = point.measured.tpot_s)
    row.inside = *measured >= row.tpot_low_s && *measured <= row.tpot_high_s;
  row.point = std::move(point);
  return row;
}

/// "points.csv:3: the catalog has no model 'x'"; the first few.
std::string firstReasons(const std::vector<SkippedPoint>& skipped) {
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < std::min(kShownReasons, skipped.size()); ++i) {
    const auto& [measured, reason] = skipped[i];
    const bool placed = reason.starts_with(measured.where);
    reasons.push_back(placed ? reason : measured.where + ": " + reason);
  }
  const std::size_t more = skipped.size() - reasons.size();
  return fmt::format("{}{}", fmt::join(reasons, "; "),
                     more > 0 ? fmt::format("; and {} more", more) : "");
}

void addWarnings(ValidateOutcome& outcome) {
  const std::size_t all = outcome.rows.size() + outcome.skipped.size();
  if (!outcome.skipped.empty())
    outcome.warnings.push_back(
        {"skipped_rows", fmt::format("{} of {} rows could not be predicted: {}",
                                     outcome.skipped.size(), all, firstReasons(outcome.skipped))});
  const auto repaired = std::ranges::count_if(
      outcome.rows, [](const ValidatedPoint& row) { return row.point.measured.repaired; });
  if (repaired > 0)
    outcome.warnings.push_back(
        {"repaired_rows",
         fmt::format("{} rows count their parallelism twice or sum the devices of several replicas "
                     "and are read as one replica",
                     repaired)});
}

void setGroups(ValidateOutcome& outcome) {
  PointSet all;
  for (const ValidatedPoint& row : outcome.rows) all.push_back(&row.point);
  outcome.overall = validatedGroup("all", all);
  outcome.groups = validatedGroups(all, outcome.keys);
  const auto clean = [](const PredictedPoint& p) { return isClean(p.measured); };
  const auto core = [](const PredictedPoint& p) { return p.measured.core; };
  const PointSet clean_rows = filtered(all, clean);
  const PointSet core_rows = filtered(all, core);
  outcome.flagged = core_rows.size() < all.size() || clean_rows.size() < all.size();
  if (!outcome.flagged) return;
  outcome.sets = {outcome.overall, validatedGroup("clean", clean_rows),
                  validatedGroup("core", core_rows)};
}

void addSources(ValidateOutcome& outcome) {
  if (outcome.shipped)
    outcome.sources.push_back(
        "points: github:ai-dynamo/aiconfigurator@095f58a, its file of measured end-to-end points "
        "(Apache-2.0); data/tables/serving/SOURCE.md");
  outcome.sources.push_back(
      "kernels: data/tables/kernels, measured by aiconfigurator (Apache-2.0)");
  outcome.sources.push_back(engineConstantsSource());
}

}  // namespace

Result<ValidateOutcome> runValidate(const ValidateRequest& request, std::stop_token stop,
                                    const ProgressSink& progress) {
  auto keys = pointKeysOf(request.by);
  if (!keys) return tl::unexpected(keys.error());
  const auto points = pointsOf(request);
  if (!points) return tl::unexpected(points.error());
  auto predicted = predictAll(*points, request, stop, progress);
  if (!predicted) return tl::unexpected(predicted.error());
  ValidateOutcome outcome;
  outcome.shipped = request.points_file.empty();
  outcome.points = outcome.shipped ? kShippedPoints : request.points_file;
  outcome.keys = *std::move(keys);
  outcome.skipped = std::move(predicted->skipped);
  if (predicted->points.empty())
    return fail(ErrorKind::kInput, outcome.points,
                fmt::format("none of the {} rows could be predicted: {}", points->size(),
                            firstReasons(outcome.skipped)));
  const ConstantsByEngine shipped = shippedConstants();
  for (PredictedPoint& point : predicted->points)
    outcome.rows.push_back(validated(std::move(point), shipped));
  setGroups(outcome);
  addSources(outcome);
  addWarnings(outcome);
  return outcome;
}

}  // namespace moe
