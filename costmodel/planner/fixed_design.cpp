#include "costmodel/planner/fixed_design.h"

#include <limits>

#include "costmodel/engine/engine_constants.h"

namespace moe {
namespace {

constexpr double kReferenceTokens = 1e12;  // training costs are proportional to tokens

Error cannot(const ModelEntry& entry, const char* what) {
  return {ErrorKind::kInfeasible, entry.name, what};
}

ServingPrice servingPrice(const PriceSurfaceRequest& request, const ExactPrice& exact) {
  const ServingLoad& load = request.load;
  ServingPrice price;
  price.usd_per_million_output_tokens_all_in = exact.usd_per_million_output_tokens_all_in;
  price.usd_per_million_tokens = exact.usd_per_million_output_tokens_all_in * load.output_tokens /
                                 (load.prompt_tokens + load.output_tokens);
  price.devices = exact.parallelism.devices();
  price.concurrency = price.kv_space_requests = exact.best.concurrency;
  price.tpot_s = exact.best.times.tpot_s;
  price.ttft_s = exact.best.times.ttft_s;
  price.parallelism = nameOf(exact.parallelism);
  return price;
}

/// The bill of so many tokens, from that of the reference.
TrainingPrice scaledTo(const TrainingCost& cost, bool cluster, double tokens) {
  const double share = tokens / kReferenceTokens;
  return {share * cost.price.value(), share * cost.train_flop.value(),
          share * cost.device_time.value() / 3600, cluster ? share * cost.time.value() : 0};
}

void setSize(PricedDesign& design, const RealisedParams& params) {
  design.largest_params = params.dense;
  design.fixed = true;
  design.active_params = [params](double n) { return n * params.active / params.dense; };
  design.total_params = [params](double n) { return n * params.total / params.dense; };
}

void setServing(PricedDesign& design, const ServingPrice& price) {
  const double largest = design.largest_params;
  design.serving = [price, largest](double params) {
    return params <= largest ? std::optional(price) : std::nullopt;
  };
  design.serving_usd = [usd = price.usd_per_million_output_tokens_all_in, largest](double params) {
    return params <= largest ? usd : std::numeric_limits<double>::infinity();
  };
}

void setUncertainty(PricedDesign& design, const DesignRequest& request, double concurrency) {
  const KernelLibrary& kernels = request.serving.kernels;
  const Basis basis = kernels.measured() ? Basis::kInterpolated : Basis::kRoofline;
  design.price_uncertainty =
      tpotInterval90(concurrency, basis, !kernels.transferredFrom().empty()).high - 1;
}

}  // namespace

Result<PricedDesign> fixedDesign(const DesignRequest& request, const ModelEntry& entry) {
  const ModelTemplate& family = request.serving.family;
  const auto params = realisedParams(entry, family.granularity, family.count);
  if (!params) return tl::unexpected(params.error());
  const auto exact = exactPrice(request.serving, entry);
  if (!exact) return tl::unexpected(exact.error());
  if (!*exact)
    return tl::unexpected(cannot(entry, "does not fit on the devices or keep the limits"));
  const auto training = cheapestTraining(request.training, entry, kReferenceTokens);
  if (!training) return tl::unexpected(training.error());
  if (!*training) return tl::unexpected(cannot(entry, "does not fit on the training cluster"));

  PricedDesign design;
  design.label = request.label.empty() ? entry.name : request.label;
  design.top_k = design.model.top_k = std::max(1, entry.top_k);
  design.model.experts = std::max(1, entry.experts);
  design.model.granularity = entry.experts > 0 ? family.granularity : 1;
  design.weights = request.serving.weights;
  design.hardware = request.serving.kernels.target().name;
  setSize(design, *params);
  setServing(design, servingPrice(request.serving, **exact));
  setUncertainty(design, request, (*exact)->best.concurrency);
  design.training = [cost = (*training)->cost,
                     cluster = request.training.cluster_devices.has_value()](
                        double, double tokens) { return scaledTo(cost, cluster, tokens); };
  return design;
}

}  // namespace moe
