#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "costmodel/engine/engine_constants.h"
#include "costmodel/planner/surface_builder.h"
#include "data/parallel.h"

namespace moe {
namespace {

Result<void> checkRequest(const PriceSurfaceRequest& r) {
  if (!(r.min_params >= 1e6 && r.max_params > r.min_params && r.max_params <= 1e15))
    return usageError(
        "--params",
        fmt::format("from {:g} to {:g} is no range of model sizes; they must rise, from "
                    "1e6 to 1e15",
                    r.min_params, r.max_params));
  if (!(r.spacing >= 0.05 && r.spacing <= 1))
    return usageError("--spacing", fmt::format("is {:g} in ln N; take 0.05 to 1", r.spacing));
  if (r.max_devices < 1) return usageError("--max-devices", fmt::format("is {}", r.max_devices));
  if (!(r.price.value() > 0))
    return usageError("--usd-per-device-hour", "must be positive, or all models cost the same");
  if (!(r.engine_limit >= 1 && r.engine_limit <= 1e6))
    return usageError("--max-concurrency",
                      fmt::format("is {:g}; it must be from 1 to 1e6", r.engine_limit));
  if (!(r.load.output_tokens > 0 && r.load.prompt_tokens >= 0))
    return usageError("--output-tokens", "prompts and outputs must have lengths");
  return {};
}

Error noServing(const PriceSurfaceRequest& request, const SurfaceNode& smallest) {
  const double requests = mostRequests(request, smallest.setting);
  const Accelerator& machine = request.kernels.target();
  if (requests < 1)
    return {ErrorKind::kInfeasible, "--max-devices",
            fmt::format("the smallest model, {:.3g} parameters in memory, leaves room for {:.2f} "
                        "requests on up to {} x {}",
                        smallest.model.params.total, requests, request.max_devices, machine.name)};
  double ttft = kNoServing;
  double tpot = kNoServing;
  for (const Parallelism& division : surfaceDivisions(request, smallest.model.entry)) {
    const BoundDivision bound(smallest.setting, division, request.kernels);
    if (bound.kvRequests() < 1) continue;
    const ConcurrencyTimes times = bound(1);
    ttft = std::min(ttft, times.ttft_s);
    tpot = std::min(tpot, times.tpot_s);
  }
  const bool first = request.limits.ttft_s && ttft > *request.limits.ttft_s;
  return {ErrorKind::kInfeasible, first ? "--ttft-limit-s" : "--tpot-limit-s",
          fmt::format("no division of the smallest model, {:.3g} parameters, keeps the limits; the "
                      "least on up to {} x {} are TTFT {:.3g} s and TPOT {:.3g} s",
                      smallest.model.params.dense, request.max_devices, machine.name, ttft, tpot)};
}

/// Relative half-width of the 90 % interval of TPOT at the cheapest serving, middle of the range.
double uncertaintyOf(const PriceSurface& surface, const PriceSurfaceRequest& request,
                     const std::vector<SurfaceNode>& nodes) {
  const double middle = (surface.log_usd.x().front() + surface.log_usd.x().back()) / 2;
  const std::size_t cell = cellOf(surface.tables, middle);
  const auto choice = cheapestChoice(surface.tables, cell, middle);
  require(choice.has_value(), "a surface has prices between its ends");
  const Parallelism& division = surface.tables.divisions[choice->division].parallelism;
  const BoundDivision bound(nodes[cell].setting, division, request.kernels);
  const ServingPoint point = bound.point(choice->best.concurrency);
  Basis weakest = Basis::kMeasured;
  for (std::size_t i = 0; i < kOperatorGroups; ++i)
    if (point.decode.seconds[i] >= 0.1 * point.decode.total())
      weakest = std::max(weakest, bound.model().basis(static_cast<OperatorGroup>(i)));
  const TimeInterval interval =
      tpotInterval90(choice->best.concurrency, weakest, !request.kernels.transferredFrom().empty());
  return interval.high - 1;
}

}  // namespace

Result<std::optional<ExactPrice>> exactPrice(const PriceSurfaceRequest& request,
                                             const ModelEntry& entry) {
  const auto setting = surfaceSetting(request, entry);
  if (!setting) return tl::unexpected(setting.error());
  const std::vector<double> steps = concurrencySteps(std::max(2.0, request.engine_limit));
  std::optional<ExactPrice> cheapest;
  for (const Parallelism& division : surfaceDivisions(request, entry)) {
    const BoundDivision bound(*setting, division, request.kernels);
    const auto best = exactConcurrency(bound, request, steps);
    if (!best) continue;
    const double usd =
        std::exp(logDeviceSeconds(best, division)) * request.price.value() * kPricedTokens;
    if (!cheapest || usd < cheapest->usd_per_million_output_tokens_all_in)
      cheapest = ExactPrice{usd, division, *best};
  }
  return cheapest;
}

Result<PriceSurface> priceSurface(const PriceSurfaceRequest& request) {
  if (const auto good = checkRequest(request); !good) return tl::unexpected(good.error());
  const auto top = topOfRange(request);
  if (!top) return tl::unexpected(top.error());
  const auto nodes = surfaceNodes(request, *top);
  if (!nodes) return tl::unexpected(nodes.error());
  if (!nodes->empty() && surfaceDivisions(request, nodes->front().model.entry).empty())
    return fail(ErrorKind::kInfeasible, "--parallelism",
                "no division that is allowed exists for these devices and this model");
  if (nodes->size() < 2 || mostRequests(request, nodes->front().setting) < 1)
    return tl::unexpected(noServing(request, nodes->front()));
  SurfaceBuilder builder(request, *nodes);
  builder.fill();
  auto surface =
      drawSurface(builder.tables(), request.price.value() * kPricedTokens, request.threads);
  if (!surface) return tl::unexpected(noServing(request, nodes->front()));
  for (const SurfaceNode& node : *nodes) surface->models.push_back(node.model.entry);
  const double output = request.load.output_tokens;
  surface->output_share = output / (request.load.prompt_tokens + output);
  const auto middles = nodesBetween(request, surface->tables.log_params);
  if (!middles) return tl::unexpected(middles.error());
  std::vector<PricedModel> priced(middles->size());
  parallelFor(priced.size(), request.threads, {}, [&](std::size_t i, std::size_t) {
    const SurfaceNode& middle = (*middles)[i];
    priced[i] = {middle.model.params.dense,
                 builder.exactUsd(middle.setting, std::log(middle.model.params.dense))};
  });
  measureInterpolation(*surface, priced);
  surface->price_uncertainty = uncertaintyOf(*surface, request, *nodes);
  return *std::move(surface);
}

}  // namespace moe
