#include "app/workflows/import/loss_series.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace moe {
namespace {

using Words = std::span<const std::string_view>;

bool hasOneOf(std::string_view plain, Words words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return hasWord(plain, word); });
}

constexpr std::array<std::string_view, 10> kLossWords{
    "loss", "ce", "nll", "xent", "crossentropy", "entropy", "ppl", "perplexity", "trl", "tel"};
constexpr std::array<std::string_view, 5> kBitWords{"bpb", "bits", "bpt", "bpc", "log2"};

/// Words of losses that are not the model's on text, and of things about a loss.
constexpr std::array<std::string_view, 25> kOtherWords{
    "aux",   "auxiliary", "balance", "balancing",  "moe",      "router", "routing",
    "z",     "zloss",     "scale",   "scaler",     "mtp",      "grad",   "norm",
    "count", "time",      "weight",  "downstream", "accuracy", "acc",    "delta",
    "std",   "window",    "bytes",   "lr"};
constexpr std::array<std::string_view, 3> kRememberedWords{"best", "lowest", "min"};

constexpr std::array<std::string_view, 8> kValidationWords{
    "val", "valid", "validation", "eval", "evaluation", "dev", "tel", "heldout"};

/// Names of the one loss of a run, in nats.
bool isPlainLoss(std::string_view plain) {
  static constexpr std::array<std::string_view, 34> kNames{"val_loss",
                                                           "valid_loss",
                                                           "validation_loss",
                                                           "eval_loss",
                                                           "loss_val",
                                                           "loss_eval",
                                                           "loss_validation",
                                                           "tel",
                                                           "trl",
                                                           "loss",
                                                           "lm_loss",
                                                           "train_loss",
                                                           "training_loss",
                                                           "loss_train",
                                                           "ce_loss",
                                                           "train_ce_loss",
                                                           "val_ce_loss",
                                                           "eval_ce_loss",
                                                           "lm_loss_value",
                                                           "validation_lm_loss",
                                                           "valid_lm_loss",
                                                           "train_lm_loss",
                                                           "val_lm_loss",
                                                           "cross_entropy_loss",
                                                           "train_cross_entropy_loss",
                                                           "val_cross_entropy_loss",
                                                           "eval_cross_entropy_loss",
                                                           "validation_lm_loss_value",
                                                           "valid_lm_loss_value",
                                                           "test_loss",
                                                           "test_lm_loss_value",
                                                           "lm_loss_validation",
                                                           "val_loss_nats",
                                                           "loss_nats"};
  return std::find(kNames.begin(), kNames.end(), plain) != kNames.end();
}

LossUnit unitOf(std::string_view plain) {
  if (hasWord(plain, "ppl") || hasWord(plain, "perplexity")) return LossUnit::kPerplexity;
  if (hasWord(plain, "bpb") || hasWord(plain, "bpc") ||
      (hasWord(plain, "bits") && hasWord(plain, "byte")))
    return LossUnit::kBitsPerByte;
  if (hasOneOf(plain, kBitWords)) return LossUnit::kBitsPerToken;
  return LossUnit::kNats;
}

LossSplit splitOf(std::string_view plain) {
  if (hasOneOf(plain, kValidationWords)) return LossSplit::kValidation;
  if (hasWord(plain, "test")) return LossSplit::kTest;
  // Megatron's evaluations: "lm loss value: 8.79 | lm loss PPL: 6622"; in training it is "lm loss".
  if (plain.ends_with("lm_loss_value") || plain.ends_with("lm_loss_ppl"))
    return LossSplit::kValidation;
  return LossSplit::kTraining;
}

int rankOf(const LossKind& kind, std::string_view plain) {
  static constexpr int kSplitStep = 100;
  int rank = kind.split == LossSplit::kValidation ? 0 : kind.split == LossSplit::kTraining ? 1 : 2;
  rank *= kSplitStep;
  if (kind.unit == LossUnit::kPerplexity) rank += 40;
  if (kind.unit == LossUnit::kBitsPerByte || kind.unit == LossUnit::kBitsPerToken) rank += 60;
  if (hasOneOf(plain, kRememberedWords)) rank += 20;
  if (kind.unit == LossUnit::kNats && !isPlainLoss(plain)) rank += 10;
  return rank;
}

}  // namespace

std::string_view name(LossUnit unit) {
  switch (unit) {
    case LossUnit::kNats:
      return "nats per token";
    case LossUnit::kPerplexity:
      return "perplexity";
    case LossUnit::kBitsPerByte:
      return "bits per byte";
    case LossUnit::kBitsPerToken:
      return "bits per token";
  }
  return "";
}

std::string_view name(LossSplit split) {
  switch (split) {
    case LossSplit::kTraining:
      return "training";
    case LossSplit::kValidation:
      return "validation";
    case LossSplit::kTest:
      return "test";
  }
  return "";
}

std::string plainName(std::string_view name) {
  std::string plain;
  bool gap = false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto letter = static_cast<unsigned char>(name[i]);
    if (std::isalnum(letter) == 0) {
      gap = !plain.empty();
      continue;
    }
    const bool hump = std::isupper(letter) != 0 && i > 0 &&
                      std::islower(static_cast<unsigned char>(name[i - 1])) != 0;
    if ((gap || hump) && !plain.empty()) plain += '_';
    gap = false;
    plain += static_cast<char>(std::tolower(letter));
  }
  return plain;
}

bool hasWord(std::string_view plain_name, std::string_view part) {
  for (std::size_t at = plain_name.find(part); at != std::string_view::npos;
       at = plain_name.find(part, at + 1)) {
    const std::size_t end = at + part.size();
    if ((at == 0 || plain_name[at - 1] == '_') &&
        (end == plain_name.size() || plain_name[end] == '_'))
      return true;
  }
  return false;
}

LossKind lossKind(std::string_view series) {
  const std::string plain = plainName(series);
  LossKind kind;
  kind.is_loss =
      (hasOneOf(plain, kLossWords) || hasOneOf(plain, kBitWords)) && !hasOneOf(plain, kOtherWords);
  kind.unit = unitOf(plain);
  kind.split = splitOf(plain);
  kind.rank = rankOf(kind, plain);
  return kind;
}

}  // namespace moe
