#include "app/workflows/accuracy_workflow.h"

#include <utility>

#include "costmodel/operators/kernel_accuracy.h"
#include "costmodel/verify/point_predictor.h"
#include "data/catalog/catalog.h"
#include "data/readers/serving_points.h"

namespace moe {
namespace {

Result<SystemAccuracy> accuracyOfSystem(const std::string& system, const HardwareCatalog& catalog) {
  const auto entry = findHardware(catalog, measuredAccelerator(system));
  if (!entry) return tl::unexpected(entry.error());
  const auto kernels = loadKernels(*entry, catalog, {});
  if (!kernels) return tl::unexpected(kernels.error());
  require(kernels->tables() != nullptr, "a system that ships has tables");
  return SystemAccuracy{system, entry->name,
                        kernelAccuracy(*kernels->tables(), peaksOf(acceleratorOf(*entry)))};
}

void setStudy(AccuracyOutcome& outcome, const PredictedPoints& predicted) {
  outcome.points = predicted.points.size();
  outcome.skipped = predicted.skipped.size();
  outcome.study = studyAccuracy(predicted);
  PointSet outside;
  for (const PredictedPoint& point : predicted.points)
    if (!point.measured.core) outside.push_back(&point);
  outcome.outside_core = accuracyByKey(
      outside, [](const PredictedPoint& p) { return p.hardware; }, shippedConstants());
}

Result<void> addPublished(const HardwareCatalog& hardware, const ModelCatalog& models,
                          AccuracyOutcome& outcome) {
  outcome.throughput =
      studyThroughput(predictThroughput(shippedThroughputRows(), hardware, models, {}));
  const auto h800 = findHardware(hardware, "h800");
  if (!h800) return tl::unexpected(h800.error());
  const auto kernels = loadKernels(*h800, hardware, {});
  if (!kernels) return tl::unexpected(kernels.error());
  const auto deepseek = findModel(models, "deepseek-v3");
  if (!deepseek) return tl::unexpected(deepseek.error());
  outcome.deepseek = deepSeekInference(*deepseek, *kernels);
  return {};
}

Result<void> addTraining(AccuracyOutcome& outcome) {
  const auto speed = shippedTrainingSpeedModel();
  if (!speed) return tl::unexpected(speed.error());
  outcome.training =
      trainingAccuracy(*speed, {LeftOut::kRow, LeftOut::kConfiguration, LeftOut::kModel});
  return {};
}

}  // namespace

Result<AccuracyOutcome> runAccuracy(std::stop_token stop, const ProgressSink& progress) {
  const auto report = [&](const char* what, double share) {
    if (progress) progress(what, share);
  };
  const auto cancelled = [] { return fail(ErrorKind::kCancelled, "", ""); };
  const auto hardware = loadHardware({});
  if (!hardware) return tl::unexpected(hardware.error());
  const auto models = loadModels({});
  if (!models) return tl::unexpected(models.error());
  report("accuracy: predicting", 0);
  PointPredictor predictor(*hardware, *models, {});
  const PredictedPoints predicted = predictor.predict(shippedServingPoints(), {});
  if (stop.stop_requested()) return cancelled();
  report("accuracy: fitting without each group", 0.2);
  AccuracyOutcome outcome;
  setStudy(outcome, predicted);
  for (const std::string& system : kernelSystems()) {
    if (stop.stop_requested()) return cancelled();
    report("accuracy: kernels", 0.6);
    auto accuracy = accuracyOfSystem(system, *hardware);
    if (!accuracy) return tl::unexpected(accuracy.error());
    outcome.systems.push_back(*std::move(accuracy));
  }
  if (stop.stop_requested()) return cancelled();
  report("accuracy: published throughput and training", 0.8);
  if (auto added = addPublished(*hardware, *models, outcome); !added)
    return tl::unexpected(added.error());
  if (auto added = addTraining(outcome); !added) return tl::unexpected(added.error());
  return outcome;
}

}  // namespace moe
