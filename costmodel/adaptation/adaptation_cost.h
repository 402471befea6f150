#pragma once

#include <optional>

#include "costmodel/adaptation/adaptation_flop.h"
#include "costmodel/adaptation/adaptation_memory.h"
#include "costmodel/training/training_cost.h"

namespace moe {

/// The machine and the run that methods are compared on. Every device is a replica.
struct AdaptationRun {
  Accelerator accelerator;
  /// Precision, devices, micro batch, batch, sequence length and recomputation; its splits are 1.
  TrainingSetup setup;
  std::optional<int> zero_stage;  ///< none: the least that fits
  double tokens = 0;
  std::optional<double> mfu;  ///< instead of measured rows
  UsdPerSecond price;
  TrainingMemoryRules rules;
};

/// Time and price of one method on a machine.
struct AdaptationCost {
  AdaptationFlop flop;  ///< per token
  AdaptationMemory memory;
  int zero_stage = 1;
  bool fits = false;
  Bytes device_memory;    ///< that may be filled
  Bytes reported_memory;  ///< of the device, with what is left for driver and buffers
  double tokens_per_s_per_device = 0;
  Seconds time;
  Seconds device_time;
  Usd price;
  double low_factor = 1;  ///< 90 % interval: times `time` and `price`; 1 with a given MFU
  double high_factor = 1;
  /// Of the speed: that of full fine-tuning, at best roofline for what goes by its FLOP; none with
  /// a given MFU.
  std::optional<Basis> basis;
};

/// Speed of full fine-tuning of a model on a machine, which those of all methods follow from:
///
///     t / t_full = (1 - x_full - o) F / F_full + x + o s
///     x = e s                ZeRO stages 0 to 2: gradients reduced, trained weights gathered
///       = e m (2 + s) / 3    stage 3: all weights gathered twice, gradients reduced
///
///   t  time of a token    F  computed FLOP         s  trained of all parameters
///   m  micro batches      x  share of exchanges    o  share of the optimizer, in full fine-tuning
///   e  share of t_full for one exchange of everything
///
/// because what measured steps lose beside the products (activations, launches) they lose in each
/// pass alike, while replicas exchange and update what is trained. ESFT's published times are in
/// the ratio of the FLOP: 19.8 of 28.5 minutes, 0.695, against 0.71. With a given MFU e and o are
/// 0.
struct FullSpeed {
  double tokens_per_s_per_device = 0;
  double flop_per_token = 0;  ///< computed
  double exchange_share = 0;  ///< e
  double optimizer_share = 0;
  double low_factor = 1;
  double high_factor = 1;
  std::optional<Basis> basis;
};

/// Errors: those of trainingCost. `speed` may be null with a given MFU only.
Result<FullSpeed> fullSpeed(const ModelArchitecture& model, const AdaptationRun& run,
                            const TrainingSpeedModel* speed);

/// Not fitting is an answer: `fits` is false and everything is filled; reports leave out the time
/// and price of what cannot run.
Result<AdaptationCost> adaptationCost(const AdaptedModel& adapted, const AdaptationRun& run,
                                      const FullSpeed& full);

}  // namespace moe
