#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/advice/advice.h"
#include "costmodel/advice/instruction_tuning.h"
#include "costmodel/training/training_cost.h"
#include "data/error.h"

namespace moe {

/// What training a model costs. Fields are the options of `moeplan cost --training`.
struct TrainingCostRequest {
  std::string model;     ///< name in the catalog, or a TOML file with one model
  std::string hardware;  ///< name in the catalog
  std::string catalog_dir;
  std::optional<double> train_tokens;
  std::optional<double> global_batch_tokens;  ///< none: about 4.2 million, in whole micro batches
  TrainingSetup setup;                        ///< its batch is set from global_batch_tokens
  std::optional<int> devices;
  std::optional<double> mfu;  ///< none: from measured rows
  std::optional<double> usd_per_device_hour;
  std::optional<double> instruction_tuning_tokens;  ///< a line of their own beside the run
};

/// A measured row that spoke for the speed, ready to be shown.
struct TrainingCostNeighbour {
  TrainingRow row;
  double mfu = 0;
  double distance = 0;
  double share = 0;  ///< of the correction's weight
};

struct TrainingCostOutcome {
  TrainingQuestion question;
  TrainingCost cost;
  Basis basis = Basis::kTransferred;
  std::string price_source;
  std::vector<TrainingCostNeighbour> neighbours;  ///< none with a given MFU
  std::optional<InstructionTuning> instruction_tuning;
  std::vector<Advice> advice;  ///< of published designs; none of a dense model
  std::vector<std::string> sources;
  std::vector<Warning> warnings;
};

/// Infeasible when the fullest device needs more memory than it has, with the sizes and the least
/// change that would fit.
Result<TrainingCostOutcome> runTrainingCost(const TrainingCostRequest& request);

}  // namespace moe
