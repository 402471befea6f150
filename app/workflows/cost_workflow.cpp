#include "app/workflows/cost_workflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/workflows/cost_checks.h"
#include "app/workflows/cost_search.h"
#include "app/workflows/design_advice.h"
#include "app/workflows/preset_cost.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

constexpr double kOverrun = 0.05;          // of a cache that is safe
constexpr std::size_t kMostOthers = 8;     // other divisions that are shown
constexpr double kMemoryReadShare = 0.77;  // of the bandwidth, when a cached prompt is read

/// The format that a group's products are in.
NumberFormat formatOf(OperatorGroup group, const ModelFormats& formats) {
  switch (group) {
    case OperatorGroup::kProjections:
      return formats.attention;
    case OperatorGroup::kDenseFfn:
    case OperatorGroup::kSharedExperts:
      return formats.dense;
    case OperatorGroup::kExperts:
      return formats.experts;
    default:
      return formats.plain;
  }
}

/// FLOP and bytes of a group from its ideal times, which are these over the peaks.
void addWork(OperatorGroup group, const ServingOption& option, CostPart& part) {
  if (group == OperatorGroup::kCommunication || group == OperatorGroup::kFixed) return;
  const auto i = static_cast<std::size_t>(group);
  const Peaks& peaks = option.model->kernels().peaks();
  part.peak = FlopPerSecond(peaks.flopPerSecond(formatOf(group, option.model->request().formats)));
  part.work = part.peak * Seconds(option.point.decode.compute_s[i]);
  part.traffic = BytesPerSecond(peaks.bytes_per_s) * Seconds(option.point.decode.memory_s[i]);
}

/// The groups of one decode step, the engine's own work, and other requests' prefills. Quantising
/// that engines fuse is taken off the projections that the tables measured it in.
std::vector<CostPart> partsOf(const ServingOption& option) {
  const ServingPoint& point = option.point;
  std::vector<CostPart> parts;
  double sum = 0;
  for (std::size_t i = 0; i < kOperatorGroups; ++i) {
    const auto group = static_cast<OperatorGroup>(i);
    if (point.decode.seconds[i] <= 0) continue;
    parts.push_back({std::string(name(group)), Seconds(point.decode.seconds[i]),
                     std::string(boundOf(group, point.decode)), option.model->basis(group)});
    addWork(group, option, parts.back());
    sum += point.decode.seconds[i];
  }
  const double fused = sum - point.decode_kernels_s;
  if (fused > 0) parts.push_back({"fused_quantising", Seconds(-fused), "", Basis::kInterpolated});
  parts.push_back(
      {"engine", Seconds(point.decode_s - point.decode_kernels_s), "host", Basis::kFitted});
  const std::size_t largest = static_cast<std::size_t>(
      std::max_element(point.prefill.seconds.begin(), point.prefill.seconds.end()) -
      point.prefill.seconds.begin());
  if (point.interference_s > 0)
    parts.push_back({"prefill", Seconds(point.interference_s),
                     std::string(boundOf(static_cast<OperatorGroup>(largest), point.prefill)),
                     option.model->basis(static_cast<OperatorGroup>(largest))});
  return parts;
}

CostMemory memoryOf(const CostSetting& setting, const ServingOption& option) {
  const SweepSetting& sweep = setting.sweep;
  CostMemory memory;
  memory.device = option.memory;
  memory.block_tokens = setting.block_tokens;
  memory.weights = modelWeights(sweep.model, sweep.formats);
  memory.kv_bytes_per_token =
      sweep.formats.kv_bytes * static_cast<double>(sweep.model.kv_elements_per_token);
  const double per_device = std::max(1e-300, option.memory.kv_bytes_per_token);
  memory.kv_capacity_tokens =
      option.parallelism.data_parallel * std::max(0.0, option.memory.kv_space.value()) / per_device;
  memory.tokens_per_request = sweep.load.kv_tokens;
  memory.max_concurrency = std::floor(option.point.kv_limit);
  // Windows let a request hold less than its tokens say: the cache counts in requests then.
  const double room = option.point.kv_limit * setting.running.mean_kv_tokens_in_blocks;
  memory.safe_concurrency = std::floor(heldConcurrency(room, setting.running, kOverrun).safe);
  return memory;
}

CostOption optionOf(const ServingOption& option, const CostOutcome& outcome) {
  const double usd =
      outcome.price.price.value() * option.deviceSecondsPerToken() * 1e6 / (1 - outcome.idle_share);
  return {option.parallelism,
          option.point.concurrency,
          Seconds(option.point.tpot_s),
          Seconds(option.point.ttft_s),
          option.point.output_tokens_per_s / option.parallelism.devices(),
          usd};
}

/// Device-seconds per token of each kind: prefill to uncached input, reading the cache to cached
/// input, the rest to output.
TokenWork workOf(const CostSetting& setting, const ServingOption& option, bool disaggregated) {
  const ServingPoint& point = option.point;
  const ServingLoad& load = setting.sweep.load;
  const double devices = option.parallelism.devices();
  const double fresh = load.prompt_tokens * (1 - load.prefix_hit_rate);
  const double tokens = point.concurrency * load.tokens_per_step;
  TokenWork work;
  const double prefill_s = disaggregated ? point.prefill.total() / option.parallelism.data_parallel
                                         : point.prefill_s * load.output_tokens / tokens;
  if (fresh > 0) work.uncached_input = Seconds(devices * prefill_s / fresh);
  // A cached token is read once from memory by the devices that hold it.
  work.cached_input = Seconds(devices * option.memory.kv_bytes_per_token /
                              (kMemoryReadShare * option.model->kernels().peaks().bytes_per_s));
  work.output = Seconds(devices * point.decode_s / tokens);
  return work;
}

Result<void> setPrices(CostOutcome& outcome, const CostSetting& setting,
                       const ServingOption& option, const CostRequest& request) {
  PriceQuestion question;
  question.device = outcome.price;
  question.devices = outcome.devices;
  question.work = workOf(setting, option, request.disaggregated);
  if (request.prefix_hit_rate == 0) question.work.cached_input = Seconds(0);
  const ServingLoad& load = setting.sweep.load;
  question.traffic = {load.prompt_tokens, load.output_tokens, load.prefix_hit_rate};
  question.idle_share = request.idle_share;
  if (const auto models = loadModels(request.catalog_dir)) {
    const auto prices = loadTokenPrices(request.catalog_dir, *models);
    if (!prices) return tl::unexpected(prices.error());
    question.api_prices = tokenPricesOf(*prices, *models, outcome.model.entry.name);
  }
  auto answer = priceTokens(question);
  if (!answer) return tl::unexpected(answer.error());
  outcome.prices = *std::move(answer);
  for (const Warning& warning : outcome.prices.warnings) outcome.warnings.push_back(warning);
  return {};
}

/// Prefill on replicas of their own: no interference, and as many prefill replicas as keep up.
void separatePrefill(CostOutcome& outcome, ServingOption& option, const CostSetting& setting) {
  ServingPoint& point = option.point;
  const ServingLoad& load = setting.sweep.load;
  point.interference_s = 0;
  point.prefill_s = 0;
  point.tpot_s = point.decode_s / load.tokens_per_step;
  point.output_tokens_per_s = point.concurrency / point.tpot_s;
  const double requests_per_s = point.output_tokens_per_s / load.output_tokens;
  outcome.prefill_replicas_per_decode_replica =
      requests_per_s * point.prefill.total() / option.parallelism.data_parallel;
  point.ttft_s = setting.sweep.constants.first_s + point.first_prefill_s + point.tpot_s;
}

/// What routing costs: the same deployment with even routing.
void setRouting(CostOutcome& outcome, const CostSetting& setting, const ServingOption& option) {
  CostRouting& routing = outcome.routing;
  const ModelEntry& model = setting.sweep.model.entry;
  routing.name = setting.routing_name;
  if (model.experts == 0) return;
  const RouterSkew& skew = option.model->request().skew;
  const double tokens = option.point.concurrency;
  if (skew.load) {
    const MoeLoad load = skew.load(tokens);
    routing.experts_touched = load.touched;
    routing.imbalance = load.imbalance;
  } else {
    routing.experts_touched = expertsTouched(model.experts, model.top_k, tokens);
  }
  SweepSetting even = setting.sweep;
  even.skew = {};
  even.skew.exponent = 0;
  even.skew_of = nullptr;
  const ServingOption same = deploy(even, option.parallelism, setting.kernels);
  const ServingPoint point = pointAt(even, same, option.point.concurrency);
  routing.price_against_even =
      point.output_tokens_per_s / std::max(1e-300, option.point.output_tokens_per_s);
}

std::string kernelsText(const KernelLibrary& kernels) {
  if (!kernels.measured())
    return fmt::format("roofline with assumed efficiencies ({})",
                       kernels.target().efficiency_source);
  const std::string whose =
      kernels.transferredFrom().empty() ? kernels.target().name : kernels.transferredFrom();
  if (!kernels.target().kernels.empty())
    return fmt::format("measured kernels of {} ({})", kernels.target().name,
                       kernels.target().source);
  return fmt::format(
      "measured kernels of {} (aiconfigurator tables, Apache-2.0, data/tables/kernels){}", whose,
      kernels.transferredFrom().empty() ? "" : ", scaled by the data sheets' ratio");
}

void setTimes(CostOutcome& outcome, const ServingOption& option) {
  const ServingPoint& point = option.point;
  outcome.concurrency = point.concurrency;
  outcome.ttft = Seconds(point.ttft_s);
  outcome.tpot = Seconds(point.tpot_s);
  outcome.decode_step = Seconds(point.decode_s);
  outcome.output_tokens_per_s = point.output_tokens_per_s;
  outcome.parts = partsOf(option);
  const double step = point.tpot_s * outcome.tokens_per_step;
  outcome.basis = Basis::kMeasured;
  for (const CostPart& part : outcome.parts)
    if (part.time.value() >= step / 10) outcome.basis = std::max(outcome.basis, part.basis);
  outcome.tpot_interval = tpotInterval90(
      point.concurrency, option.model->kernels().measured() ? outcome.basis : Basis::kRoofline,
      !option.model->kernels().transferredFrom().empty());
  outcome.interval_known = true;
}

void addSources(CostOutcome& outcome) {
  const ModelEntry& model = outcome.model.entry;
  const Accelerator& machine = outcome.accelerator;
  outcome.sources.push_back(
      fmt::format("model {}: {} ({})", model.name, model.source, model.verification));
  outcome.sources.push_back(
      fmt::format("accelerator {}: {} ({})", machine.name, machine.source, machine.verification));
  outcome.sources.push_back("operators: " + outcome.kernels);
  outcome.sources.push_back(engineConstantsSource());
  outcome.sources.push_back(
      fmt::format("price: {}{}", outcome.price.source,
                  outcome.price.date.empty() ? "" : fmt::format(" ({})", outcome.price.date)));
}

CostOutcome described(const CostRequest& request, const CostSetting& setting) {
  CostOutcome outcome;
  outcome.model = setting.sweep.model;
  outcome.accelerator = setting.kernels.target();
  outcome.kernels = kernelsText(setting.kernels);
  outcome.engine = std::string(name(setting.sweep.engine));
  outcome.weights = request.weights;
  outcome.kv_cache = request.kv_cache;
  outcome.lengths = setting.lengths;
  outcome.workload = {setting.sweep.load.prompt_tokens, setting.sweep.load.output_tokens};
  outcome.prefix_hit_rate = request.prefix_hit_rate;
  outcome.tokens_per_step = request.tokens_per_step;
  outcome.disaggregated = request.disaggregated;
  outcome.concurrency_limit = setting.engine_limit;
  outcome.memory_fraction = setting.sweep.rules.fraction;
  outcome.devices_chosen = !request.devices && !request.tensor_parallel;
  outcome.concurrency_chosen = !request.concurrency && !request.request_rate;
  outcome.above_engine_limit = request.concurrency > setting.engine_limit.value_or(HUGE_VAL);
  outcome.idle_share = request.idle_share;
  return outcome;
}

}  // namespace

Result<CostOutcome> runCost(const CostRequest& request) {
  if (const auto good = checkCostRequest(request); !good) return tl::unexpected(good.error());
  if (!request.preset.empty()) return runPresetCost(request);
  const auto setting = costSetting(request);
  if (!setting) return tl::unexpected(setting.error());
  if (const auto good = checkContext(*setting); !good) return tl::unexpected(good.error());
  const auto price = costPrice(request);
  if (!price) return tl::unexpected(price.error());
  auto search = searchCost(*setting, request);
  if (!search) return tl::unexpected(search.error());

  CostOutcome outcome = described(request, *setting);
  outcome.price = *price;
  ServingOption& best = search->best;
  outcome.parallelism = best.parallelism;
  outcome.devices = best.parallelism.devices();
  outcome.fewest_devices = search->fewest_devices;
  outcome.divisions_tried = search->divisions;
  outcome.memory = memoryOf(*setting, best);
  if (request.disaggregated) separatePrefill(outcome, best, *setting);
  setTimes(outcome, best);
  outcome.requests_per_s = outcome.output_tokens_per_s / outcome.workload.output_tokens;
  setRouting(outcome, *setting, best);
  if (const auto set = setPrices(outcome, *setting, best, request); !set)
    return tl::unexpected(set.error());
  for (const ServingOption& option : frontierOf(std::move(search->tried)))
    outcome.frontier.push_back(optionOf(option, outcome));
  for (const ServingOption& option : search->others)
    if (outcome.others.size() < kMostOthers) outcome.others.push_back(optionOf(option, outcome));
  addSources(outcome);
  addCostWarnings(outcome, *setting);
  auto advice = costAdvice(request, *setting, outcome);
  if (!advice) return tl::unexpected(advice.error());
  outcome.advice = *std::move(advice);
  return outcome;
}

}  // namespace moe
