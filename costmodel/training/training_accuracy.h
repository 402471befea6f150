#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "costmodel/training/training_mfu.h"

namespace moe {

/// What a row's prediction may not have seen.
enum class LeftOut {
  kRow,            ///< the row
  kConfiguration,  ///< nor any repeat of it by another release (sameConfiguration)
  kModel,          ///< nor any row of the same model
  kMachine,        ///< nor any row of the same machine
};
std::string_view name(LeftOut left_out);

/// Errors of predicted tokens per second and device; fractions, not percent.
struct TrainingAccuracy {
  std::string source;  ///< "llm-foundry", "Megatron-Bridge 25.11", "Megatron-Bridge, others", ...
  std::string group;   ///< "dense", "MoE", "all"
  LeftOut left_out = LeftOut::kRow;
  int n = 0;
  double median_ape = 0;  ///< |predicted / measured - 1|
  double mape = 0;
  double p90_ape = 0;
  double median_ratio = 0;  ///< predicted / measured
  double coverage = 0;      ///< share within the 90 % interval of the same kind
};

/// Every row is predicted by coefficients and neighbours that have not seen what is left out; the
/// coefficients are fitted again for each. Sources in the order of the rows, groups dense, MoE,
/// all; groups without rows are left out. Lasts about a second with all four kinds.
std::vector<TrainingAccuracy> trainingAccuracy(const TrainingSpeedModel& model,
                                               const std::vector<LeftOut>& kinds);

/// Predicted over measured speed of each row, in their order.
std::vector<double> leftOutRatios(const TrainingSpeedModel& model, LeftOut left_out);

}  // namespace moe
