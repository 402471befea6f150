#include "costmodel/training/training_mfu.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

constexpr int kFitIterations = 12;
constexpr double kWithoutResidual = 0.3;  // weight of a row that needs no correction
constexpr double kNearlyTheSame = 0.3;
constexpr double kNear = 2.0;
constexpr double kCoverage = 0.9;

bool routed(const TrainingPoint& point) { return point.model.params.experts > 0; }

/// Errors of every row when rows like it are not seen by its neighbours. The coefficients stay:
/// a dozen of them from hundreds of rows hardly change with a few.
template <class Like>
void leftOutErrors(const TrainingSpeedModel& model, Like like, std::vector<double> (&errors)[2]) {
  for (std::size_t i = 0; i < model.rows.size(); ++i) {
    const MeasuredTraining& row = model.rows[i];
    if (row.whole_run) continue;
    const double correction =
        neighbourCorrection(model.rows, model.residuals, row.point,
                            [&](const MeasuredTraining& other) { return !like(row, other); });
    errors[routed(row.point) ? 1 : 0].push_back(std::abs(model.residuals[i] - correction));
  }
  for (std::vector<double>& group : errors) std::sort(group.begin(), group.end());
}

/// The smallest bound that at least 90 % of n + 1 exchangeable errors keep; the largest error
/// where they are too few.
double conformalBound(const std::vector<double>& sorted) {
  if (sorted.empty()) return std::log(2.0);
  const auto rank =
      static_cast<std::size_t>(std::ceil(kCoverage * static_cast<double>(sorted.size() + 1)));
  return sorted[std::min(rank, sorted.size()) - 1];
}

std::vector<TrainingNeighbour> neighboursOf(const std::vector<MeasuredTraining>& rows,
                                            const TrainingPoint& point) {
  std::vector<TrainingNeighbour> all;
  double sum = kWithoutResidual;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].whole_run) continue;
    const double distance = trainingDistance(point, rows[i].point);
    const double weight = std::exp(-distance * distance / 2);
    sum += weight;
    all.push_back({i, distance, weight});
  }
  for (TrainingNeighbour& neighbour : all) neighbour.share /= sum;
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.distance < b.distance; });
  constexpr std::size_t kShown = 5;
  all.resize(std::min(all.size(), kShown));
  return all;
}

Basis basisOf(const std::vector<MeasuredTraining>& rows, const TrainingPoint& point,
              const std::vector<TrainingNeighbour>& neighbours) {
  if (neighbours.empty()) return Basis::kTransferred;
  const TrainingNeighbour& nearest = neighbours.front();
  const bool same_machine = rows[nearest.row].point.accelerator.name == point.accelerator.name;
  if (!same_machine || nearest.distance >= kNear) return Basis::kTransferred;
  return nearest.distance < kNearlyTheSame ? Basis::kMeasured : Basis::kInterpolated;
}

}  // namespace

bool sameConfiguration(const MeasuredTraining& a, const MeasuredTraining& b) {
  return a.point.accelerator.name == b.point.accelerator.name &&
         a.point.setup.precision == b.point.setup.precision && a.row.devices == b.row.devices &&
         a.row.sequence_length == b.row.sequence_length &&
         sameShape(a.point.model.entry, b.point.model.entry);
}

std::vector<double> trainingResiduals(const std::vector<MeasuredTraining>& rows,
                                      const StepCoefficients& coefficients) {
  std::vector<double> residuals;
  residuals.reserve(rows.size());
  for (const MeasuredTraining& row : rows)
    residuals.push_back(
        std::log(stepTime(row.point.terms, coefficients).seconds / row.secondsPerToken()));
  return residuals;
}

double neighbourCorrection(const std::vector<MeasuredTraining>& rows,
                           const std::vector<double>& residuals, const TrainingPoint& point,
                           const RowFilter& seen) {
  double weights = kWithoutResidual;
  double sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].whole_run || !seen(rows[i])) continue;
    const double distance = trainingDistance(point, rows[i].point);
    const double weight = std::exp(-distance * distance / 2);
    weights += weight;
    sum += weight * residuals[i];
  }
  return sum / weights;
}

Result<TrainingSpeedModel> trainingSpeedModel(const std::vector<TrainingRow>& rows,
                                              const ModelCatalog& models,
                                              const HardwareCatalog& hardware) {
  auto measured = measuredTraining(rows, models, hardware);
  if (!measured) return tl::unexpected(measured.error());
  if (measured->empty())
    return fail(ErrorKind::kInput, "training rows", "are none; speeds cannot be predicted");
  TrainingSpeedModel model;
  model.rows = *std::move(measured);
  const auto all = [](const MeasuredTraining&) { return true; };
  model.coefficients = fitStepCoefficients(model.rows, all, priorCoefficients(), kFitIterations);
  model.residuals = trainingResiduals(model.rows, model.coefficients);
  leftOutErrors(model, sameConfiguration, model.near_errors);
  leftOutErrors(
      model,
      [](const MeasuredTraining& a, const MeasuredTraining& b) {
        return sameShape(a.point.model.entry, b.point.model.entry);
      },
      model.far_errors);
  for (const MeasuredTraining& row : model.rows)
    model.newest_month = std::max(model.newest_month, row.point.month);
  return model;
}

Result<TrainingSpeedModel> shippedTrainingSpeedModel() {
  const auto models = loadModels({});
  if (!models) return tl::unexpected(models.error());
  const auto hardware = loadHardware({});
  if (!hardware) return tl::unexpected(hardware.error());
  return trainingSpeedModel(shippedTrainingRows(), *models, *hardware);
}

TrainingSpeed predictTrainingSpeed(const TrainingSpeedModel& model, const TrainingPoint& point) {
  TrainingSpeed speed;
  speed.computed = stepTime(point.terms, model.coefficients);
  const double residual = neighbourCorrection(model.rows, model.residuals, point,
                                              [](const MeasuredTraining&) { return true; });
  speed.correction = std::exp(-residual);
  speed.tokens_per_s_per_device = 1 / (speed.computed.seconds * speed.correction);
  speed.neighbours = neighboursOf(model.rows, point);
  speed.basis = basisOf(model.rows, point, speed.neighbours);
  const int kind = routed(point) ? 1 : 0;
  const bool far = speed.basis == Basis::kTransferred;
  const double bound = conformalBound(far ? model.far_errors[kind] : model.near_errors[kind]);
  speed.low = speed.tokens_per_s_per_device * std::exp(-bound);
  speed.high = speed.tokens_per_s_per_device * std::exp(bound);
  return speed;
}

}  // namespace moe
