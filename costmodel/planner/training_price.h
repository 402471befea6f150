#pragma once

#include <optional>
#include <vector>

#include "costmodel/planner/price_curve.h"
#include "costmodel/planner/priced_design.h"
#include "costmodel/planner/realise.h"
#include "costmodel/training/training_cost.h"

namespace moe {

/// A family of models to be trained, and where.
struct TrainingPriceRequest {
  ModelTemplate family;
  double experts = 1;
  double top_k = 1;
  std::optional<double> granularity = {};
  Accelerator accelerator;
  Precision precision = Precision::kBf16;
  UsdPerSecond price;  ///< of a device
  /// Devices of the cluster; none: the fewest that hold each model, or up to four times as many
  /// where that is cheaper, and no wall time.
  std::optional<int> cluster_devices = {};
  double batch_tokens = 4'194'304;  ///< of a step, rounded up to whole micro batches
  double sequence_length = 4096;    ///< at most the family's context
  std::optional<double> mfu = {};   ///< instead of a predicted speed, above 0 and at most 1
  const TrainingSpeedModel* speed = nullptr;  ///< not looked at when an MFU is given
  double min_params = 1e8;
  double max_params = 1e13;
  int points = 25;  ///< real models whose training is computed exactly
  int threads = 0;
};

/// The cheapest split of one real model that fits: tensor, pipeline and expert parallel, micro
/// batches of 1, 2 or 4 sequences, with the least ZeRO stage and recomputation. The six with the
/// least computed step are predicted from measured rows and the cheapest of them is taken.
struct TrainingChoice {
  TrainingSetup setup;
  TrainingCost cost;  ///< of `train_tokens`
};
/// None when no split fits. Errors: usage of what is out of range; input when the accelerator does
/// not compute in the precision.
Result<std::optional<TrainingChoice>> cheapestTraining(const TrainingPriceRequest& request,
                                                       const ModelEntry& entry,
                                                       double train_tokens);

/// Training price of every N of a family, from the exact cost at real models, linear between them
/// in logs. Infinite where no split of the cluster fits.
struct TrainingCurve {
  PriceCurve log_device_s_per_token;
  PriceCurve log_flop_per_token;  ///< as MFU counts it: forward and twice that backward
  std::vector<double> sizes;      ///< N of the nodes
  std::vector<ModelEntry> models;
  std::vector<TrainingSetup> setups;
  double usd_per_device_s = 0;
  double cluster_devices = 0;  ///< 0: none was named
  double largest_params = 0;
  double interpolation_error = 0;  ///< largest relative one at real models between the nodes
  double median_interpolation_error = 0;
  double price_uncertainty = 0;  ///< relative half-width of the 90 % interval, middle of the range

  /// Of this N on so many tokens; some 60 ns.
  TrainingPrice price(double params, double train_tokens) const;
};

/// Errors: those of cheapestTraining and realise; infeasible when the smallest model does not fit.
Result<TrainingCurve> trainingCurve(const TrainingPriceRequest& request);

}  // namespace moe
