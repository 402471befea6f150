#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "costmodel/engine/serving_point.h"
#include "data/catalog/catalog.h"
#include "data/readers/serving_points.h"

namespace moe {

/// A measured point beside its prediction. Times of the prediction with the constants that it was
/// made with; `point` holds the terms, so that other constants need no new prediction.
struct PredictedPoint {
  ServingMeasurement measured;
  std::string model;  ///< catalog names
  std::string hardware;
  std::string family;  ///< models with the same weights' shapes: one for DeepSeek-V3 and R1
  ServingPoint point;
  Basis basis = Basis::kInterpolated;  ///< the weakest of the parts that make a tenth of the step
  bool other_accelerator = false;      ///< kernels of another one stand for it
};

/// A point that could not be predicted, and why.
struct SkippedPoint {
  ServingMeasurement measured;
  std::string reason;
};

struct PredictedPoints {
  std::vector<PredictedPoint> points;
  std::vector<SkippedPoint> skipped;
};

/// Predicts measured points with the cost model that `cost` uses. Benchmarks raise the engine's
/// share of the memory, so 0.95 of what the driver reports less 2 GB is the cache's and the
/// weights'; the cache is in fp8 where weights are in fp8 or fp4 (models published in mxfp4 keep
/// bf16), unless the point says otherwise.
class PointPredictor {
 public:
  PointPredictor(const HardwareCatalog& hardware, const ModelCatalog& models,
                 std::filesystem::path kernel_directory);

  /// Unknown names, impossible splits and unknown precisions are skipped points; their reason names
  /// the column.
  PredictedPoints predict(const std::vector<ServingMeasurement>& points,
                          const EngineConstants& constants);

 private:
  struct Deployed {
    ModelArchitecture model;
    std::shared_ptr<const ServingModel> serving;
    DeviceMemory memory;
    Basis basis = Basis::kInterpolated;
  };
  Result<PredictedPoint> predictOne(const ServingMeasurement& point,
                                    const EngineConstants& constants);
  Result<const Deployed*> deployed(const ServingMeasurement& point);
  Result<const KernelLibrary*> kernelsOf(const HardwareEntry& entry);

  const HardwareCatalog& hardware_;
  const ModelCatalog& models_;
  std::filesystem::path kernel_directory_;
  std::map<std::string, KernelLibrary> libraries_;
  std::map<std::string, Deployed> deployed_;
};

/// All tables that stand for an accelerator; the roofline where none does.
Result<KernelLibrary> loadKernels(const HardwareEntry& entry, const HardwareCatalog& catalog,
                                  const std::filesystem::path& directory);

/// TPOT and TTFT of a predicted point with other constants.
double tpotWith(const ServingPoint& point, const EngineConstants& constants);
double ttftWith(const ServingPoint& point, const EngineConstants& constants);

}  // namespace moe
