#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/error.h"
#include "data/units.h"
#include "fitting/laws/law.h"

namespace moe {

/// What beside N, D and E a law may depend on.
struct ModelQuestion {
  double granularity = 1;
  std::optional<double> top_k;          ///< of laws with k (abnar2025); 1 unless given
  std::optional<double> unique_tokens;  ///< of data-constrained laws; as many as D unless given
  std::string precision_bits;           ///< of precision laws: "8", or "w=8,a=8,kv=16,post=4"
};

/// Reads "8" (weights, activations and KV cache) or "w=8,a=16,kv=16,post=4", any part of it; what
/// is not named is not quantised. Errors: kUsage.
Result<PrecisionBits> parsePrecision(const std::string& text);

/// `predict`: the loss of one model. What the law does not use may be left out.
struct PredictQuestion {
  std::string law_file;
  std::string preset;
  double params = 0;
  std::optional<double> train_tokens;
  double experts = 1;
  ModelQuestion model;
};

struct PredictAnswer {
  PredictQuestion question;
  Law law;
  LawPoint point;
  double loss = 0;
  std::optional<Range> ci95;  ///< of the law, over its posterior; not the scatter of single runs
  std::optional<Range> prediction95;  ///< with the runs' scatter about the law added
  LossSlopes slopes;
  std::optional<double> effective_params;  ///< the dense model of equal loss, of laws with E
  Extrapolation extrapolation;
  std::vector<Warning> warnings;
  Seconds timing;
};

/// Errors: as chosenLaw; kUsage for N, D, E or G out of range or D missing; kUnanswered for what
/// the law does not have: E, G, k, unique tokens, precision.
Result<PredictAnswer> answerPredict(const PredictQuestion& question);

/// `optimum`: the loss-optimal model per expert count at a budget, or at the least budget that
/// reaches a loss.
struct OptimumQuestion {
  std::string law_file;
  std::string preset;
  std::optional<double> budget_flop;  ///< one of this and `target_loss`
  std::optional<double> target_loss;
  std::vector<double> experts = {1};
  ModelQuestion model;
};

struct OptimumRow {
  Flop budget;
  ComputeOptimum optimum;
  std::optional<Range>
      budget95;            ///< when a loss was asked for; infinite where draws never reach it
  double draws_share = 1;  ///< of the draws, those that have such an optimum
  std::optional<Range> params95;
  std::optional<Range> tokens95;
  std::optional<Range> loss95;
  std::vector<ComputeOptimum> variants;  ///< in the order of the law's
  Extrapolation extrapolation;
};

struct OptimumAnswer {
  OptimumQuestion question;
  Law law;
  std::vector<OptimumRow> rows;
  std::vector<Warning> warnings;
  Seconds timing;
};

/// Errors: as chosenLaw and computeOptimum; kInfeasible when no expert count reaches the loss (one
/// that does not is left out with a warning).
Result<OptimumAnswer> answerOptimum(const OptimumQuestion& question);

}  // namespace moe
