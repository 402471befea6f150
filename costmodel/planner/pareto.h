#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "costmodel/planner/lifetime.h"
#include "data/units.h"

namespace moe {

/// A model on a front of loss against price.
struct ParetoPoint {
  std::size_t design = 0;  ///< index in the request
  double params = 0;
  double active_params = 0;
  double total_params = 0;
  double train_tokens = 0;
  double loss = 0;
  double training_usd = 0;
  double usd_per_million = 0;           ///< output tokens, all-in serving
  double lifetime_usd_per_million = 0;  ///< with the training spread over the lifetime tokens
  bool extrapolated = false;            ///< over one decade outside the law's runs
};

/// What the front is about. Designs, law and limits as in LifetimeRequest.
struct ParetoRequest {
  Law law;
  std::vector<PricedDesign> designs;
  std::optional<Flop> training_flop;  ///< of every model; or
  std::optional<Usd> training_usd;
  double lifetime_tokens = 0;
  std::optional<double> unique_tokens;
  std::optional<double> max_train_tokens;
  std::optional<double> max_tokens_per_param;
};

/// Loss against serving USD per million output tokens at one training budget, over designs and N
/// (steps of 0.01 in ln N, from 1e6 parameters): what no other model beats in both, from the
/// cheapest to the best. Errors: kUsage unless exactly one budget is stated; those of planLifetime.
Result<std::vector<ParetoPoint>> servingFront(const ParetoRequest& request,
                                              std::stop_token stop = {});

/// Leaves what no other point beats in price and loss, from the cheapest to the best. The front of
/// fronts is the front of all.
void keepFront(std::vector<ParetoPoint>& points);

/// Loss against lifetime USD with D free: the least loss for each of `points` sums, evenly in their
/// logarithm over `total_usd`. Each is the optimum of planLifetime. Errors: kUsage for a range that
/// is not positive or without lifetime tokens; those of planLifetime.
Result<std::vector<ParetoPoint>> lifetimeFront(const ParetoRequest& request, Range total_usd,
                                               std::size_t points, std::stop_token stop = {});

/// The same, sum by sum: none where no design has an answer. Of equal losses the design that is
/// listed first is taken.
Result<std::vector<std::optional<ParetoPoint>>> lifetimeBests(const ParetoRequest& request,
                                                              Range total_usd, std::size_t points,
                                                              std::stop_token stop = {});

}  // namespace moe
