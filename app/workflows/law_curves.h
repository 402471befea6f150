#pragma once

#include <optional>
#include <span>
#include <vector>

#include "data/training_run.h"
#include "fitting/laws/law.h"

namespace moe {

/// What a loss is drawn against.
enum class LawVariable { kParams, kTrainTokens, kTrainFlop };

/// Loss in nats along one variable; columns of equal length.
struct LawCurve {
  double experts = 1;
  /// What is held: D in tokens of a curve over N, N of a curve over D; 0 over FLOP, where N and D
  /// are the loss-optimal ones.
  double held = 0;
  bool middle = true;  ///< held at the median of the runs; else at their least or largest
  std::vector<double> x;
  std::vector<double> loss;
  std::vector<double> low95, high95;  ///< over the law's posterior; empty without one
};

struct LawCurvesOptions {
  std::size_t points = 61;
  std::size_t draws = 200;  ///< of the posterior; a tenth of them where optima are solved
  std::size_t most_experts =
      8;  ///< expert counts with curves: evenly chosen among those of the runs
};

/// A law through the runs that it was fitted to: per expert count of the runs one curve, from 0.8
/// times their least to 1.25 times their largest value of the variable, evenly in its logarithm.
/// The other variable is held at that of the median run and, where it varies by more than a
/// twentieth, also at the least and the largest, without band. What else the law knows (k, G,
/// unique tokens, bits) is that of the run it is held at. Over FLOP the curve is the least loss of
/// each budget, none for laws without an optimum. Empty for no runs.
std::vector<LawCurve> lawCurves(const Law& law, std::span<const TrainingRun> runs,
                                LawVariable variable, const LawCurvesOptions& options = {});

/// Training FLOP of a run by the law's own rule: (k + r G N^(-1/3)) N D, see Law.
Flop trainFlop(const Law& law, const LawPoint& point);

}  // namespace moe
