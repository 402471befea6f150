#include "costmodel/planner/surface_nodes.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

/// Tokens of the cache that a running request holds.
double heldTokens(const ServingLoad& load) {
  return load.kv_tokens > 0 ? load.kv_tokens : load.prompt_tokens + load.output_tokens / 2;
}

RealiseRequest realiseRequest(const PriceSurfaceRequest& request, double params, int hidden_step) {
  return {.family = request.family,
          .params = params,
          .experts = request.experts,
          .top_k = request.top_k,
          .hidden_step = hidden_step,
          .granularity = request.granularity};
}

constexpr int kUsualHidden = 128;
constexpr int kFineHidden = 64;  // of the models between the nodes

Result<SurfaceNode> nodeAt(const PriceSurfaceRequest& request, double params,
                           int hidden_step = kUsualHidden) {
  auto model = realise(realiseRequest(request, params, hidden_step));
  if (!model) return tl::unexpected(model.error());
  auto setting = surfaceSetting(request, model->entry);
  if (!setting) return tl::unexpected(setting.error());
  return SurfaceNode{*std::move(model), *std::move(setting)};
}

/// The size within [low, high] that is most like its family, if any.
std::optional<double> bestSize(const std::vector<FamilySize>& sizes, double low, double high) {
  const FamilySize* best = nullptr;
  for (const FamilySize& size : sizes)
    if (size.params >= low && size.params <= high && (!best || size.off_rule < best->off_rule))
      best = &size;
  return best ? std::optional(best->params) : std::nullopt;
}

}  // namespace

Result<SweepSetting> surfaceSetting(const PriceSurfaceRequest& request, const ModelEntry& entry) {
  SweepSetting setting;
  auto model = architectureOf(entry);
  if (!model) return tl::unexpected(model.error());
  setting.model = *std::move(model);
  const auto formats =
      formatsOf(entry, request.weights, request.kv_cache, request.kernels.target());
  if (!formats) return tl::unexpected(formats.error());
  setting.formats = *formats;
  setting.engine = request.engine;
  setting.skew = request.skew;
  setting.overlap_exchange = request.overlap_exchange;
  setting.rules = request.rules;
  setting.constants = request.constants;
  setting.load = request.load;
  return setting;
}

namespace {

template <class Item>
bool allowed(const std::vector<Item>& list, const Item& item) {
  return list.empty() || std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

std::vector<Parallelism> surfaceDivisions(const PriceSurfaceRequest& request,
                                          const ModelEntry& entry) {
  const Accelerator& machine = request.kernels.target();
  const int node = std::max(1, machine.link_domain);
  const int most = machine.link_bandwidth.value() > 0 ? request.max_devices : 1;
  std::vector<Parallelism> divisions;
  for (int devices = 1; devices <= most; ++devices)
    if (allowed(request.devices, devices) && (node % devices == 0 || devices % node == 0))
      for (const Parallelism& one : possibleParallelisms(entry, devices, false))
        if (allowed(request.parallelism, nameOf(one))) divisions.push_back(one);
  return divisions;
}

BoundDivision::BoundDivision(const SweepSetting& setting, const Parallelism& division,
                             const KernelLibrary& kernels)
    : setting_(setting), option_(deploy(setting, division, kernels)) {
  const double tokens = heldTokens(setting.load);
  kv_requests_ = maxConcurrency(setting.model, division, option_.memory, setting.rules, tokens);
  request_bytes_ = requestKvBytes(setting.model, option_.memory, setting.rules, tokens);
  weight_bytes_ = option_.memory.weights().value();
  option_.memory.kv_space = Bytes(1e30);
}

std::optional<BestConcurrency> exactConcurrency(const BoundDivision& bound,
                                                const PriceSurfaceRequest& request,
                                                const std::vector<double>& steps) {
  return bestConcurrency(steps, std::min(request.engine_limit, bound.kvRequests()), request.limits,
                         bound);
}

double logDeviceSeconds(const std::optional<BestConcurrency>& best, const Parallelism& division) {
  return best ? std::log(best->times.token_s * division.devices()) : kNoServing;
}

double mostRequests(const PriceSurfaceRequest& request, const SweepSetting& setting) {
  const double tokens = heldTokens(setting.load);
  double most = 0;
  for (const Parallelism& division : surfaceDivisions(request, setting.model.entry)) {
    const DeviceMemory memory = deviceMemory(setting.model, division, setting.formats,
                                             request.kernels.target(), setting.rules);
    most = std::max(most, maxConcurrency(setting.model, division, memory, setting.rules, tokens));
  }
  return most;
}

Result<double> topOfRange(const PriceSurfaceRequest& request) {
  double low = std::log(request.min_params);
  double high = std::log(request.max_params);
  const auto fits = [&](double log_params) -> Result<bool> {
    const auto node = nodeAt(request, std::exp(log_params));
    if (!node) return tl::unexpected(node.error());
    return mostRequests(request, node->setting) >= 1;
  };
  const auto all = fits(high);
  if (!all) return tl::unexpected(all.error());
  if (*all) return high;
  while (high - low > 0.02) {
    const double middle = (low + high) / 2;
    const auto good = fits(middle);
    if (!good) return tl::unexpected(good.error());
    (*good ? low : high) = middle;
  }
  return std::min(high + 0.05, std::log(request.max_params));
}

Result<std::vector<SurfaceNode>> surfaceNodes(const PriceSurfaceRequest& request, double top) {
  const double bottom = std::log(request.min_params);
  const double spacing = request.spacing;
  const auto family = familySizes(realiseRequest(request, request.min_params, kUsualHidden),
                                  request.min_params, std::exp(top + 2 * spacing + 1));
  std::vector<double> sizes = {request.min_params};
  for (double next = bottom + spacing; std::log(sizes.back()) < top && next < top + 1;) {
    const auto size =
        bestSize(family, std::exp(next - 0.4 * spacing), std::exp(next + 0.4 * spacing));
    if (size) sizes.push_back(*size);
    next = (size ? std::log(*size) : next) + spacing;
  }
  std::vector<SurfaceNode> nodes;
  for (const double params : sizes) {
    auto node = nodeAt(request, params);
    if (!node) return tl::unexpected(node.error());
    if (nodes.empty() || node->model.params.dense > 1.02 * nodes.back().model.params.dense)
      nodes.push_back(*std::move(node));
  }
  return nodes;
}

Result<std::vector<SurfaceNode>> nodesBetween(const PriceSurfaceRequest& request,
                                              const std::vector<double>& x) {
  const RealiseRequest any = realiseRequest(request, request.min_params, kFineHidden);
  const auto sizes = familySizes(any, std::exp(x.front()), std::exp(x.back()));
  std::vector<SurfaceNode> middles;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double width = x[i + 1] - x[i];
    const auto size = bestSize(sizes, std::exp(x[i] + 0.35 * width), std::exp(x[i] + 0.65 * width));
    if (!size) continue;
    auto node = nodeAt(request, *size, kFineHidden);
    if (!node) return tl::unexpected(node.error());
    middles.push_back(*std::move(node));
  }
  return middles;
}

}  // namespace moe
