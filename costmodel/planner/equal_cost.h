#pragma once

#include <optional>

#include "costmodel/planner/plan.h"

namespace moe {

/// The cheapest way to serve a model of N = `dense_params` with E experts on 1..max_devices: by the
/// exact cost model where the request holds its prices, else by the roofline.
std::optional<ServingCost> servingOf(const PlanRequest& request, double dense_params,
                                     double experts);

/// The largest N whose weights leave room for one request on all allowed devices (b = 1), to
/// rounding; none when not even N = 1000 leaves room.
std::optional<double> largestThatFits(const PlanRequest& request, double experts);

/// The N <= `most` whose cheapest serving costs `usd_per_million` output tokens (all-in). Cost
/// rises with N, with kinks where the device count changes, so the root is unique. `most` itself
/// when it serves for less, the largest N that fits when that one does; none when even N = 1000
/// costs more.
std::optional<double> paramsAtCost(const PlanRequest& request, double experts,
                                   double usd_per_million, double most);

}  // namespace moe
