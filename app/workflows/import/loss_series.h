#pragma once

#include <string>
#include <string_view>

namespace moe {

enum class LossUnit { kNats, kPerplexity, kBitsPerByte, kBitsPerToken };
enum class LossSplit { kTraining, kValidation, kTest };

/// "nats per token", "perplexity", "bits per byte", "bits per token".
std::string_view name(LossUnit unit);
/// "training", "validation", "test".
std::string_view name(LossSplit split);

/// What a series is, judged by its name.
struct LossKind {
  bool is_loss = false;  ///< a language-modelling loss or what it can be computed from
  LossUnit unit = LossUnit::kNats;
  LossSplit split = LossSplit::kTraining;
  /// Lower is preferred: validation before training before test, nats before perplexity before
  /// bits, the plain name of a loss before one of several ("eval_loss" before "eval_math_loss").
  int rank = 0;
};

/// "lm loss value", "eval/c4_en-validation/CrossEntropyLoss", "tel", "val_ppl", "train/loss" are
/// losses; "moe loss", "loss scale", "z_loss", "eval/downstream_bpb/arc" are not.
LossKind lossKind(std::string_view series);

/// Lower case, and every run of other signs than letters and digits as one '_', none at the ends:
/// "Eval/Loss" and "eval loss" are one name, "CrossEntropyLoss" is "cross_entropy_loss".
std::string plainName(std::string_view name);

/// Whether `part` is one of the words between '_' of a plain name.
bool hasWord(std::string_view plain_name, std::string_view part);

}  // namespace moe
