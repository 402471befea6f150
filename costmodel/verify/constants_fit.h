#pragma once

#include <functional>
#include <string>
#include <vector>

#include "costmodel/verify/point_predictor.h"

namespace moe {

/// Fits the four constants of TPOT (prefill_share, host_step_s, host_sequence_s,
/// multi_device_layer_s), all at least 0, to measured points by a robust sum (soft L1 beyond 2 %)
/// over predicted / measured - 1: nearly the least mean error. The other constants are those of
/// `start`. Needs ten points with a measured TPOT.
EngineConstants fitTpotConstants(const std::vector<const PredictedPoint*>& points,
                                 const EngineConstants& start);

/// The same for the five constants of TTFT (first_s, first_prefill, waiting_share,
/// contention_share, first_steps), usually of one engine, by Cauchy's loss over ln(predicted /
/// measured): bursts at the start, which are not recorded, move a third of the points by a factor.
/// Needs ten points with a measured TTFT; `start` holds the constants of TPOT.
EngineConstants fitTtftConstants(const std::vector<const PredictedPoint*>& points,
                                 const EngineConstants& start);

}  // namespace moe
