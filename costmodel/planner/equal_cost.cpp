#include "costmodel/planner/equal_cost.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "costmodel/planner/bracketed_root.h"

namespace moe {
namespace {

constexpr double kSmallest = 1e3;        // parameters; far below anything worth serving
constexpr double kLargest = 1e18;        // parameters; far above any machine
constexpr double kLogTolerance = 1e-11;  // of ln N

/// Bytes left on all allowed devices beside the weights and the cache of one mean request.
double spareBytes(const PlanRequest& request, double dense_params, double experts) {
  const ForwardShape shape = request.shape_rule.shape(dense_params, experts);
  const double context = request.workload.prompt_tokens + request.workload.output_tokens / 2;
  const double one_request = request.settings.kv_bytes * shape.kv_elements_per_token * context;
  return kvSpace(request.max_devices, shape, request.accelerator, request.settings).value() -
         one_request;
}

const PriceSurface* surfaceOf(const PlanRequest& request, double experts) {
  for (const ServedExperts& served : request.served)
    if (served.experts == experts) return served.surface.get();
  return nullptr;
}

std::optional<ServingCost> exactServing(const PlanRequest& request, double dense_params,
                                        double experts) {
  const PriceSurface* surface = surfaceOf(request, experts);
  const auto price = surface ? surface->at(dense_params) : std::nullopt;
  if (!price) return std::nullopt;
  ServingCost cost;
  cost.devices = static_cast<int>(price->devices);
  cost.concurrency = price->concurrency;
  cost.kv_space_requests = price->kv_space_requests;
  cost.usd_per_million_output_tokens_all_in = price->usd_per_million_output_tokens_all_in;
  cost.usd_per_million_tokens = price->usd_per_million_tokens;
  cost.output_tokens_per_s =
      1e6 * price->devices * request.price.value() / price->usd_per_million_output_tokens_all_in;
  return cost;
}

}  // namespace

std::optional<ServingCost> servingOf(const PlanRequest& request, double dense_params,
                                     double experts) {
  if (!request.served.empty()) return exactServing(request, dense_params, experts);
  return cheapestServing(request.shape_rule.shape(dense_params, experts), request.accelerator,
                         request.price, request.max_devices, request.workload, request.settings);
}

std::optional<double> largestThatFits(const PlanRequest& request, double experts) {
  if (!request.served.empty()) {
    const PriceSurface* surface = surfaceOf(request, experts);
    return surface ? std::optional(surface->largest_params) : std::nullopt;
  }
  const auto spare = [&](double log_params) {
    return spareBytes(request, std::exp(log_params), experts);
  };
  if (!(spare(std::log(kSmallest)) > 0)) return std::nullopt;
  const double root =
      bracketedRoot(spare, std::log(kSmallest), std::log(kLargest), kLogTolerance / 10);
  // The root may lie a rounding above the wall; one step of the tolerance inwards never does.
  return std::exp(root - kLogTolerance / 5);
}

std::optional<double> paramsAtCost(const PlanRequest& request, double experts,
                                   double usd_per_million, double most) {
  const auto excess = [&](double log_params) {
    const auto serving = servingOf(request, std::exp(log_params), experts);
    if (!serving) return std::numeric_limits<double>::infinity();
    return std::log(serving->usd_per_million_output_tokens_all_in / usd_per_million);
  };
  const auto limit = largestThatFits(request, experts);
  if (!limit) return std::nullopt;
  const double largest = std::min(most, *limit);
  double high = std::log(largest);
  if (excess(high) <= 0) return largest;
  double low = high - std::log(2.0);
  while (excess(low) > 0) {
    if (low < std::log(kSmallest)) return std::nullopt;
    high = low;
    low -= std::log(2.0);
  }
  return std::exp(bracketedRoot(excess, low, high, kLogTolerance));
}

}  // namespace moe
