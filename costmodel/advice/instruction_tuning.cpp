#include "costmodel/advice/instruction_tuning.h"

#include <fmt/format.h>

#include <cmath>

namespace moe {

Result<InstructionTuning> instructionTuning(double tokens, const PretrainingBill& pretraining) {
  if (!(std::isfinite(tokens) && tokens > 0))
    return usageError("--instruction-tuning-tokens",
                      fmt::format("is {:g}; it must be above 0", tokens));
  InstructionTuning line;
  line.tokens = tokens;
  line.share_of_training = tokens / pretraining.train_tokens;
  line.flop = line.share_of_training * pretraining.flop;
  if (pretraining.price) line.price = line.share_of_training * *pretraining.price;
  return line;
}

}  // namespace moe
