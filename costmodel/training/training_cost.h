#pragma once

#include <optional>
#include <string>

#include "costmodel/training/training_flop.h"
#include "costmodel/training/training_memory.h"
#include "costmodel/training/training_mfu.h"

namespace moe {

/// What training a model costs on a machine.
struct TrainingQuestion {
  ModelArchitecture model;
  Accelerator accelerator;
  TrainingSetup setup;
  double train_tokens = 0;
  std::optional<double> mfu;  ///< instead of the measured rows, above 0 and at most 1
  UsdPerSecond price;         ///< of a device
  TrainingMemoryRules rules;
};

struct TrainingCost {
  TrainingFlop flop;      ///< forward, per token
  Flop train_flop;        ///< of the whole run as MFU counts it
  Flop computed_flop;     ///< with recomputation
  Flop six_n_d;           ///< 6 N_act D
  TrainingMemory memory;  ///< of the device that needs most
  Bytes usable_memory;    ///< of it
  bool fits = false;
  std::optional<TrainingSpeed> speed;  ///< none with a given MFU
  double mfu = 0;                      ///< step FLOP x tokens/s over the peak of the precision
  double tokens_per_s_per_device = 0;
  Seconds step;  ///< of one global batch
  double steps = 0;
  Seconds time;
  Seconds device_time;  ///< of all devices together
  Usd price;
  /// 90 % interval of time and price, from the speed's; both ends the value with a given MFU.
  double low_factor = 1;  ///< times `time` and `price`
  double high_factor = 1;
};

/// Errors: those of checkTrainingSetup; usage of tokens or an MFU out of range; unanswered for
/// encoder-decoder models. Not fitting is an answer: `fits` is false and everything is filled.
/// `speed` may be null with a given MFU only.
Result<TrainingCost> trainingCost(const TrainingQuestion& question,
                                  const TrainingSpeedModel* speed);

/// A change of ZeRO stage and recomputation, the least one, with which the question would fit.
std::optional<TrainingSetup> setupThatFits(const TrainingQuestion& question);

}  // namespace moe
