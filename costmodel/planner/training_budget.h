#pragma once

#include "costmodel/accelerator.h"
#include "data/error.h"
#include "data/units.h"

namespace moe {

/// Model FLOP utilisation that is assumed when nobody states one. Measured training runs reach
/// 0.1 to 0.55: fine-grained MoE lies several times below dense models, so state your own.
inline constexpr double kAssumedTrainingMfu = 0.4;

/// What turns a training budget in USD into FLOP: peak bf16 FLOP/s times the share of it that
/// training reaches, at a price per device.
struct TrainingMachine {
  Accelerator accelerator;
  UsdPerSecond price;  ///< of one device
  double mfu = kAssumedTrainingMfu;
};

/// FLOP that this money buys. Errors: kUsage when the money, the price or the MFU is not positive
/// or the MFU is above 1.
Result<Flop> affordableFlop(Usd budget, const TrainingMachine& machine);

/// Price of this many training FLOP, in USD.
Usd trainingCost(Flop work, const TrainingMachine& machine);

}  // namespace moe
