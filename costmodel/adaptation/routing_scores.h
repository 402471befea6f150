#pragma once

#include <optional>

#include "data/readers/routing_trace.h"
#include "data/routing/expert_scores.h"

namespace moe {

/// Over what a score is a mean.
enum class ScoreAverage {
  kPooled,       ///< all tokens of the task alike, as in the released scores
  kPerSequence,  ///< of each sequence first, then of the sequences: the paper's form [Wang2024]
};

struct ScoreRule {
  ScoreAverage average = ScoreAverage::kPooled;
  /// Decimals that scores are rounded to before experts are chosen; none: not rounded. The released
  /// scores have four, and one layer of one released selection is another one without rounding.
  std::optional<int> decimals = 4;
};

/// Average gate score or token selection ratio of every expert in every layer:
///
///     gate   g_e = 1/T sum_t g_(t,e)          token   r_e = 1/T sum_t [e chosen by t] / k
///
///   T  tokens    k  experts per token    g_(t,e)  gate of expert e for token t, 0 if not chosen
///
/// with the sums over the tokens of each sequence first under kPerSequence. Token scores of a layer
/// add up to 1; gate scores to the mean share of the softmax that the chosen experts hold (0.33 to
/// 0.51 in DeepSeek-V2-Lite). A choice counts by its id, whatever its gate: printed gates can be 0.
///
/// Errors (kInput): gate scores of a trace without gates, kPerSequence without sequence lengths.
Result<ExpertScores> expertScores(const RoutingTrace& trace, ScoreKind kind, const ScoreRule& rule);

/// Token scores from counted tokens. Errors (kInput): a layer without tokens.
Result<ExpertScores> tokenScores(const ExpertCounts& counts, const ScoreRule& rule);

/// Nearest double to the value rounded to so many decimals, halves to even.
double roundedTo(double value, int decimals);

/// Error (kInput) when scores differ from those of the same task's trace by more than rounding may
/// leave (1e-4): one of the two is of something else. Layers are compared in their order.
Result<void> checkAgainstTrace(const ExpertScores& stored, const ExpertScores& computed);

}  // namespace moe
