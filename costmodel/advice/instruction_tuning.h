#pragma once

#include <optional>

#include "data/error.h"
#include "data/units.h"

namespace moe {

/// A budget line on top of pre-training: tuning on instructions before any fine-tuning
/// [Shen2023], with every parameter updated.
struct InstructionTuning {
  double tokens = 0;
  Flop flop;
  std::optional<Usd> price;      ///< none where the training has none
  double share_of_training = 0;  ///< of the pre-training's FLOP
};

/// What pre-training took, in all.
struct PretrainingBill {
  double train_tokens = 0;
  Flop flop;
  std::optional<Usd> price;
};

/// The line, in proportion to the tokens: FLOP and price per token are those of pre-training.
/// Errors (kUsage): tokens that are not above 0 and finite.
Result<InstructionTuning> instructionTuning(double tokens, const PretrainingBill& pretraining);

}  // namespace moe
