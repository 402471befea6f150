#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "costmodel/engine/engine_constants.h"
#include "costmodel/planner/price_surface.h"
#include "data/parallel.h"

namespace moe {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kWithout = std::numeric_limits<double>::infinity();
constexpr std::size_t kCoarse = 4;  // nodes from one at which every division is priced to the next
constexpr double kWorthPricing = 2.5;   // times the cheapest by roofline: others are not priced
constexpr double kWorthKeeping = 1.25;  // times the cheapest: cheaper ones are priced between, too
constexpr double kTokens = 1e6;         // that a price is of

Result<void> checkRequest(const PriceSurfaceRequest& r) {
  const auto usage = [](const char* option, std::string message) {
    return fail(ErrorKind::kUsage, option, std::move(message));
  };
  if (!(r.min_params >= 1e6 && r.max_params > r.min_params && r.max_params <= 1e15))
    return usage("--params",
                 fmt::format("from {:g} to {:g} is no range of model sizes; they must rise, from "
                             "1e6 to 1e15",
                             r.min_params, r.max_params));
  if (!(r.spacing >= 0.05 && r.spacing <= 1))
    return usage("--spacing", fmt::format("is {:g} in ln N; take 0.05 to 1", r.spacing));
  if (r.max_devices < 1) return usage("--max-devices", fmt::format("is {}", r.max_devices));
  if (!(r.price.value() > 0))
    return usage("--usd-per-device-hour", "must be positive, or all models cost the same");
  if (!(r.engine_limit >= 1 && r.engine_limit <= 1e6))
    return usage("--max-concurrency",
                 fmt::format("is {:g}; it must be from 1 to 1e6", r.engine_limit));
  if (!(r.load.output_tokens > 0 && r.load.prompt_tokens >= 0))
    return usage("--output-tokens", "prompts and outputs must have lengths");
  return {};
}

Result<SweepSetting> settingOf(const PriceSurfaceRequest& request, const ModelEntry& entry) {
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
  setting.rules = request.rules;
  setting.constants = request.constants;
  setting.load = request.load;
  return setting;
}

/// Divisions of counts of devices that divide a node evenly or are whole nodes.
std::vector<Parallelism> divisionsOf(const PriceSurfaceRequest& request, const ModelEntry& entry) {
  const Accelerator& machine = request.kernels.target();
  const int node = std::max(1, machine.link_domain);
  const int most = machine.link_bandwidth.value() > 0 ? request.max_devices : 1;
  std::vector<Parallelism> divisions;
  for (int devices = 1; devices <= most; ++devices)
    if (node % devices == 0 || devices % node == 0)
      for (const Parallelism& one : possibleParallelisms(entry, devices, false))
        divisions.push_back(one);
  return divisions;
}

/// One division of one real model, as if its cache had any room.
struct Bound {
  const SweepSetting& setting;
  ServingOption option;
  double kv_requests = 0;

  Bound(const SweepSetting& asked, const Parallelism& division, const KernelLibrary& kernels)
      : setting(asked), option(deploy(asked, division, kernels)) {
    const double tokens = setting.load.kv_tokens > 0
                              ? setting.load.kv_tokens
                              : setting.load.prompt_tokens + setting.load.output_tokens / 2;
    kv_requests = maxConcurrency(setting.model, division, option.memory, setting.rules, tokens);
    request_bytes = requestKvBytes(setting.model, option.memory, setting.rules, tokens);
    weight_bytes = option.memory.weights().value();
    option.memory.kv_space = Bytes(1e30);
  }

  ConcurrencyTimes operator()(double concurrency) const {
    const ServingPoint point = pointAt(setting, option, concurrency);
    return {1 / point.output_tokens_per_s, point.tpot_s, point.ttft_s};
  }

  double request_bytes = 0;
  double weight_bytes = 0;
};

/// The exact best concurrency within cache and limits.
std::optional<BestConcurrency> exactChoice(const Bound& bound, const PriceSurfaceRequest& request,
                                           const std::vector<double>& steps) {
  return bestConcurrency(steps, std::min(request.engine_limit, bound.kv_requests), request.limits,
                         bound);
}

double logCost(const std::optional<BestConcurrency>& best, const Parallelism& division) {
  return best ? std::log(best->times.token_s * division.devices()) : kWithout;
}

struct Node {
  Realised model;
  SweepSetting setting;
};

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

Result<Node> nodeAt(const PriceSurfaceRequest& request, double params,
                    int hidden_step = kUsualHidden) {
  auto model = realise(realiseRequest(request, params, hidden_step));
  if (!model) return tl::unexpected(model.error());
  auto setting = settingOf(request, model->entry);
  if (!setting) return tl::unexpected(setting.error());
  return Node{*std::move(model), *std::move(setting)};
}

/// Requests that the division with the most room holds.
double mostRequests(const PriceSurfaceRequest& request, const SweepSetting& setting) {
  const double tokens = setting.load.kv_tokens > 0
                            ? setting.load.kv_tokens
                            : setting.load.prompt_tokens + setting.load.output_tokens / 2;
  double most = 0;
  for (const Parallelism& division : divisionsOf(request, setting.model.entry)) {
    const DeviceMemory memory = deviceMemory(setting.model, division, setting.formats,
                                             request.kernels.target(), setting.rules);
    most = std::max(most, maxConcurrency(setting.model, division, memory, setting.rules, tokens));
  }
  return most;
}

/// ln N just above the largest model that fits, at most the range's end.
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

/// The size within [low, high] that is most like its family, if any.
std::optional<double> bestSize(const std::vector<FamilySize>& sizes, double low, double high) {
  const FamilySize* best = nullptr;
  for (const FamilySize& size : sizes)
    if (size.params >= low && size.params <= high && (!best || size.off_rule < best->off_rule))
      best = &size;
  return best ? std::optional(best->params) : std::nullopt;
}

/// Real models of rising N: the smallest, then models of the family's own proportions, so that the
/// curve is smooth, up to the first one at or above the top. Where hidden sizes are far apart, so
/// are the models.
Result<std::vector<Node>> nodesOf(const PriceSurfaceRequest& request, double top) {
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
  std::vector<Node> nodes;
  for (const double params : sizes) {
    auto node = nodeAt(request, params);
    if (!node) return tl::unexpected(node.error());
    if (nodes.empty() || node->model.params.dense > 1.02 * nodes.back().model.params.dense)
      nodes.push_back(*std::move(node));
  }
  return nodes;
}

/// Divisions that every node can be divided in.
std::vector<Parallelism> commonDivisions(const PriceSurfaceRequest& request,
                                         const std::vector<Node>& nodes) {
  std::vector<Parallelism> divisions = divisionsOf(request, nodes.front().model.entry);
  std::erase_if(divisions, [&](const Parallelism& division) {
    return std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) {
      return !checkParallelism(division, node.model.entry).has_value();
    });
  });
  return divisions;
}

/// Fills the tables node by node.
class Builder {
 public:
  Builder(const PriceSurfaceRequest& request, const std::vector<Node>& nodes)
      : request_(request),
        nodes_(nodes),
        roofline_(KernelLibrary::roofline(request.kernels.target())) {
    tables_.device_memory = request.kernels.target().device_memory;
    tables_.rules = request.rules;
    tables_.concurrency_limit = request.engine_limit;
    tables_.limits = request.limits;
    tables_.concurrencies = concurrencySteps(std::max(2.0, request.engine_limit));
    for (const Node& node : nodes) {
      tables_.log_params.push_back(std::log(node.model.params.dense));
      tables_.sizes.push_back(node.model.params);
    }
    for (const Parallelism& division : commonDivisions(request, nodes)) addDivision(division);
    exact_.assign(nodes.size() * tables_.divisions.size(), kNan);
  }

  /// Every fourth node with the divisions that a roofline does not rule out, then the nodes between
  /// with those that are nearly the cheapest at either end.
  void fill() {
    std::vector<std::size_t> coarse;
    for (std::size_t i = 0; i + 1 < nodes_.size(); i += kCoarse) coarse.push_back(i);
    coarse.push_back(nodes_.size() - 1);
    const std::size_t divisions = tables_.divisions.size();
    std::vector<double> screened(coarse.size() * divisions);
    parallelFor(screened.size(), request_.threads, {}, [&](std::size_t i, std::size_t) {
      screened[i] = rooflineCost(coarse[i / divisions], i % divisions);
    });
    std::vector<Place> places;
    for (std::size_t i = 0; i < coarse.size(); ++i)
      for (std::size_t d = 0; d < divisions; ++d) {
        const auto near = [&](std::size_t k) {
          return k < coarse.size() && nearLeast(&screened[k * divisions], d, kWorthPricing);
        };
        if (near(i) || near(i + 1) || (i > 0 && near(i - 1))) places.push_back({coarse[i], d});
      }
    fillAll(places);
    places.clear();
    for (std::size_t i = 0; i + 1 < coarse.size(); ++i)
      for (std::size_t d = 0; d < divisions; ++d)
        if (nearLeast(&exact(coarse[i], 0), d, kWorthKeeping) ||
            nearLeast(&exact(coarse[i + 1], 0), d, kWorthKeeping))
          for (std::size_t node = coarse[i] + 1; node < coarse[i + 1]; ++node)
            places.push_back({node, d});
    fillAll(places);
    correct();
  }

  /// The exact price of a model among the divisions that the tables draw as nearly the cheapest
  /// there.
  double exactUsd(const SweepSetting& setting, double log_params) const {
    const std::size_t cell = cellOf(tables_, log_params);
    std::vector<double> drawn;
    for (std::size_t d = 0; d < tables_.divisions.size(); ++d) {
      const auto choice = divisionChoice(tables_, d, cell, log_params);
      drawn.push_back(choice ? choice->log_device_s_per_token : kWithout);
    }
    double least = kWithout;
    for (std::size_t d = 0; d < drawn.size(); ++d) {
      if (!nearLeast(drawn.data(), d, kWorthKeeping)) continue;
      const Parallelism& split = tables_.divisions[d].parallelism;
      if (!checkParallelism(split, setting.model.entry)) continue;
      const Bound bound(setting, split, request_.kernels);
      least = std::min(least, logCost(exactChoice(bound, request_, tables_.concurrencies), split));
    }
    return std::exp(least) * request_.price.value() * kTokens;
  }

  const SurfaceTables& tables() const { return tables_; }

 private:
  struct Place {
    std::size_t node, division;
  };

  void addDivision(const Parallelism& division) {
    const std::size_t nodes = nodes_.size();
    const std::vector<double> node_row(nodes, kNan);
    const std::vector<double> rows(nodes * tables_.concurrencies.size(), kNan);
    tables_.divisions.push_back({division, node_row, node_row, rows, rows, rows, node_row});
  }

  void fillOne(std::size_t node, std::size_t division) {
    DivisionTable& table = tables_.divisions[division];
    const Bound bound(nodes_[node].setting, table.parallelism, request_.kernels);
    table.log_weight_bytes[node] = std::log(bound.weight_bytes);
    table.log_request_bytes[node] = std::log(bound.request_bytes);
    const std::size_t count = tables_.concurrencies.size();
    for (std::size_t i = 0; i < count; ++i) {
      const ConcurrencyTimes times = bound(tables_.concurrencies[i]);
      table.log_token_s[node * count + i] = std::log(times.token_s);
      table.log_tpot_s[node * count + i] = std::log(times.tpot_s);
      table.log_ttft_s[node * count + i] = std::log(times.ttft_s);
    }
    table.log_correction[node] = 0;
    exact(node, division) =
        logCost(exactChoice(bound, request_, tables_.concurrencies), table.parallelism);
  }

  void fillAll(const std::vector<Place>& places) {
    parallelFor(places.size(), request_.threads, {},
                [&](std::size_t i, std::size_t) { fillOne(places[i].node, places[i].division); });
  }

  /// Bound in a fraction of the time that measured kernels take. With limits on latency it would
  /// rule out too much: then 0, and all divisions are priced.
  double rooflineCost(std::size_t node, std::size_t division) const {
    if (request_.limits.ttft_s || request_.limits.tpot_s) return 0;
    const Parallelism& split = tables_.divisions[division].parallelism;
    const Bound bound(nodes_[node].setting, split, roofline_);
    const double limit = std::min(request_.engine_limit, bound.kv_requests);
    return limit >= 1 ? std::log(bound(limit).token_s * split.devices()) : kWithout;
  }

  /// Whether a division is within this factor of the cheapest of a row of all.
  bool nearLeast(const double* costs, std::size_t division, double factor) const {
    double least = kWithout;
    for (std::size_t d = 0; d < tables_.divisions.size(); ++d) least = std::min(least, costs[d]);
    return std::isfinite(costs[division]) && costs[division] <= least + std::log(factor);
  }

  /// What interpolation over concurrencies misses at the nodes.
  void correct() {
    for (std::size_t d = 0; d < tables_.divisions.size(); ++d)
      for (std::size_t node = 0; node < nodes_.size(); ++node) {
        const std::size_t cell = std::min(node, nodes_.size() - 2);
        // Only where the cell's other end is filled does the table answer; the value at the node
        // does not depend on it.
        for (const std::size_t one : {cell, node > 0 ? node - 1 : cell}) {
          const auto drawn = divisionChoice(tables_, d, one, tables_.log_params[node]);
          if (!drawn || !std::isfinite(exact(node, d))) continue;
          tables_.divisions[d].log_correction[node] +=
              exact(node, d) - drawn->log_device_s_per_token;
          break;
        }
      }
  }

  double& exact(std::size_t node, std::size_t d) {
    return exact_[node * tables_.divisions.size() + d];
  }
  double exact(std::size_t node, std::size_t d) const {
    return exact_[node * tables_.divisions.size() + d];
  }

  const PriceSurfaceRequest& request_;
  const std::vector<Node>& nodes_;
  KernelLibrary roofline_;
  SurfaceTables tables_;
  std::vector<double> exact_;  ///< by node, then division
};

Error noServing(const PriceSurfaceRequest& request, const Node& smallest) {
  const double requests = mostRequests(request, smallest.setting);
  const Accelerator& machine = request.kernels.target();
  if (requests < 1)
    return {ErrorKind::kInfeasible, "--max-devices",
            fmt::format("the smallest model, {:.3g} parameters in memory, leaves room for {:.2f} "
                        "requests on up to {} x {}",
                        smallest.model.params.total, requests, request.max_devices, machine.name)};
  double ttft = kWithout;
  double tpot = kWithout;
  for (const Parallelism& division : divisionsOf(request, smallest.model.entry)) {
    const Bound bound(smallest.setting, division, request.kernels);
    if (bound.kv_requests < 1) continue;
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
                     const std::vector<Node>& nodes) {
  const double middle = (surface.log_usd.x().front() + surface.log_usd.x().back()) / 2;
  const std::size_t cell = cellOf(surface.tables, middle);
  const auto choice = cheapestChoice(surface.tables, cell, middle);
  require(choice.has_value(), "a surface has prices between its ends");
  const Parallelism& division = surface.tables.divisions[choice->division].parallelism;
  const Bound bound(nodes[cell].setting, division, request.kernels);
  const ServingPoint point = pointAt(bound.setting, bound.option, choice->best.concurrency);
  Basis weakest = Basis::kMeasured;
  for (std::size_t i = 0; i < kOperatorGroups; ++i)
    if (point.decode.seconds[i] >= 0.1 * point.decode.total())
      weakest = std::max(weakest, bound.option.model->basis(static_cast<OperatorGroup>(i)));
  const TimeInterval interval =
      tpotInterval90(choice->best.concurrency, weakest, !request.kernels.transferredFrom().empty());
  return interval.high - 1;
}

/// A real model in the middle of each two nodes: of the family's proportions, too, which takes
/// finer steps of the hidden size.
Result<std::vector<Node>> middlesOf(const PriceSurfaceRequest& request,
                                    const SurfaceTables& tables) {
  const auto& x = tables.log_params;
  const RealiseRequest any = realiseRequest(request, request.min_params, kFineHidden);
  const auto sizes = familySizes(any, std::exp(x.front()), std::exp(x.back()));
  std::vector<Node> middles;
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

}  // namespace

Result<std::optional<ExactPrice>> exactPrice(const PriceSurfaceRequest& request,
                                             const ModelEntry& entry) {
  const auto setting = settingOf(request, entry);
  if (!setting) return tl::unexpected(setting.error());
  const std::vector<double> steps = concurrencySteps(std::max(2.0, request.engine_limit));
  std::optional<ExactPrice> cheapest;
  for (const Parallelism& division : divisionsOf(request, entry)) {
    const Bound bound(*setting, division, request.kernels);
    const auto best = exactChoice(bound, request, steps);
    if (!best) continue;
    const double usd = std::exp(logCost(best, division)) * request.price.value() * kTokens;
    if (!cheapest || usd < cheapest->usd_per_million_output_tokens_all_in)
      cheapest = ExactPrice{usd, division, *best};
  }
  return cheapest;
}

Result<PriceSurface> priceSurface(const PriceSurfaceRequest& request) {
  if (const auto good = checkRequest(request); !good) return tl::unexpected(good.error());
  const auto top = topOfRange(request);
  if (!top) return tl::unexpected(top.error());
  const auto nodes = nodesOf(request, *top);
  if (!nodes) return tl::unexpected(nodes.error());
  if (nodes->size() < 2 || mostRequests(request, nodes->front().setting) < 1)
    return tl::unexpected(noServing(request, nodes->front()));
  Builder builder(request, *nodes);
  builder.fill();
  auto surface = drawSurface(builder.tables(), request.price.value() * kTokens, request.threads);
  if (!surface) return tl::unexpected(noServing(request, nodes->front()));
  for (const Node& node : *nodes) surface->models.push_back(node.model.entry);
  const double output = request.load.output_tokens;
  surface->output_share = output / (request.load.prompt_tokens + output);
  const auto middles = middlesOf(request, surface->tables);
  if (!middles) return tl::unexpected(middles.error());
  std::vector<PricedModel> priced(middles->size());
  parallelFor(priced.size(), request.threads, {}, [&](std::size_t i, std::size_t) {
    const Node& middle = (*middles)[i];
    priced[i] = {middle.model.params.dense,
                 builder.exactUsd(middle.setting, std::log(middle.model.params.dense))};
  });
  measureInterpolation(*surface, priced);
  surface->price_uncertainty = uncertaintyOf(*surface, request, *nodes);
  return *std::move(surface);
}

}  // namespace moe
