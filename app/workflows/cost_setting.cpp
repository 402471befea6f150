#include "app/workflows/cost_setting.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/workflows/model_choice.h"
#include "costmodel/routing/expert_coverage.h"
#include "costmodel/routing/load_imbalance.h"
#include "costmodel/verify/point_predictor.h"
#include "data/catalog/catalog.h"
#include "data/numbers.h"
#include "data/readers/request_lengths.h"
#include "data/routing/task_routing.h"

namespace moe {
namespace {

constexpr double kStandardEngineLimit = 256;
constexpr double kTypicalCorrelation = 0.1;  // of texts, costmodel/routing

/// "lognormal:1.5,1" -> the two variations.
Result<std::pair<double, double>> variationsOf(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return std::pair(1.0, 1.0);
  const std::string numbers = text.substr(colon + 1);
  const auto comma = numbers.find(',');
  const auto prompt = parseNumber(numbers.substr(0, comma));
  const auto output = comma == std::string::npos ? prompt : parseNumber(numbers.substr(comma + 1));
  if (prompt && output) return std::pair(*prompt, *output);
  return fail(ErrorKind::kUsage, "--lengths",
              fmt::format("'{}' is not known; after lognormal: come the coefficients of variation "
                          "of prompts and outputs, as in lognormal:1.5,1",
                          text));
}

Result<LengthDistribution> lengthsOf(const CostRequest& request) {
  LengthAssumption assumption;
  assumption.prompt.mean_tokens = request.prompt_tokens.value_or(0);
  assumption.output.mean_tokens = request.output_tokens.value_or(0);
  if (request.lengths.starts_with("lognormal")) {
    const auto variations = variationsOf(request.lengths);
    if (!variations) return tl::unexpected(variations.error());
    assumption.kind = LengthKind::kLognormal;
    assumption.prompt.variation = variations->first;
    assumption.output.variation = variations->second;
  } else if (request.lengths.ends_with(".csv") || request.lengths.ends_with(".csv.gz")) {
    auto measured = readRequestLengths(request.lengths);
    if (!measured) return tl::unexpected(measured.error());
    assumption.kind = LengthKind::kMeasured;
    assumption.measured = *std::move(measured);
  } else if (!request.lengths.empty() && request.lengths != "fixed") {
    auto preset = lengthPreset(request.lengths, "--lengths");
    if (!preset) return tl::unexpected(preset.error());
    assumption = *std::move(preset);
    if (request.prompt_tokens) assumption.prompt.mean_tokens = *request.prompt_tokens;
    if (request.output_tokens) assumption.output.mean_tokens = *request.output_tokens;
  }
  return lengthDistributionOf(assumption);
}

/// The exponent of "power-law" or "power-law:1.5"; none for other texts.
std::optional<double> exponentOf(const std::string& text) {
  if (text.empty() || text == "power-law") return RouterSkew{}.exponent;
  if (!text.starts_with("power-law:")) return std::nullopt;
  return parseNumber(text.substr(10)).value_or(-1);
}

/// Measured routing: the experts that a batch touches and the load of the busiest device, for the
/// even tables' kernels.
RouterSkew measuredSkew(const ExpertPopularity& popularity, const RankRouting& ranks,
                        double correlation) {
  RouterSkew skew;
  skew.exponent = 0;
  skew.load = [popularity, ranks, correlation](double tokens) {
    const TokenBatch batch{std::max(tokens, 1.0), 1};
    return MoeLoad{expertsTouched(popularity, effectiveTokens(batch, correlation)),
                   loadImbalance(ranks, batch)};
  };
  return skew;
}

Result<void> setMeasuredRouting(CostSetting& setting, const CostRequest& request) {
  const ModelEntry& model = setting.sweep.model.entry;
  auto counts = readRoutingCounts(request.router_skew, {static_cast<std::size_t>(model.top_k),
                                                        static_cast<std::size_t>(model.experts)});
  if (!counts) return tl::unexpected(counts.error());
  RoutingAssumption assumption;
  assumption.popularity = PopularityKind::kMeasured;
  assumption.correlation = request.router_correlation.value_or(kTypicalCorrelation);
  assumption.measured = *std::move(counts);
  const auto popularity = expertPopularity(assumption, static_cast<std::size_t>(model.experts),
                                           static_cast<std::size_t>(model.top_k));
  if (!popularity) return tl::unexpected(popularity.error());
  setting.routing_name = fmt::format("measured ({})", request.router_skew);
  const double correlation = assumption.correlation;
  setting.sweep.skew_of = [popularity = *popularity, correlation](const Parallelism& p) {
    const auto ranks =
        rankRouting(popularity, correlation, static_cast<std::size_t>(p.expert_parallel),
                    ExpertPlacement::kAsListed);
    require(ranks.has_value(), "experts do not divide among ranks that were checked");
    return measuredSkew(popularity, *ranks, correlation);
  };
  return {};
}

Result<void> setRouting(CostSetting& setting, const CostRequest& request) {
  const ModelEntry& model = setting.sweep.model.entry;
  if (model.experts == 0) {
    if (!request.router_skew.empty())
      return fail(ErrorKind::kUsage, "--router-skew",
                  fmt::format("{} has no experts to route to", model.name));
    setting.routing_name = "none";
    return {};
  }
  if (request.router_skew == "even") {
    setting.sweep.skew.exponent = 0;
    setting.routing_name = "even";
    return {};
  }
  const auto exponent = exponentOf(request.router_skew);
  if (!exponent) return setMeasuredRouting(setting, request);
  if (!(*exponent >= 0 && *exponent <= 2))
    return fail(ErrorKind::kUsage, "--router-skew",
                fmt::format("'{}' is not known; the exponent of a power law is from 0 to 2",
                            request.router_skew));
  setting.sweep.skew.exponent = *exponent;
  setting.routing_name = fmt::format("power law {:.3g}", *exponent);
  return {};
}

Result<KernelLibrary> kernelsFor(const CostRequest& request) {
  const auto catalog = loadHardware(request.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  const auto entry = findHardware(*catalog, request.hardware);
  if (!entry) return tl::unexpected(entry.error());
  return loadKernels(*entry, *catalog, request.catalog_dir);
}

void setLimits(CostSetting& setting, const CostRequest& request) {
  setting.engine_limit = request.engine_limit.value_or(kStandardEngineLimit);
  if (request.engine_limit == 0.0) setting.engine_limit.reset();
  setting.sweep.rules = memoryRulesOf(setting.sweep.engine);
  if (request.memory_fraction) setting.sweep.rules.fraction = *request.memory_fraction;
}

void setLoad(CostSetting& setting, const CostRequest& request) {
  ServingLoad& load = setting.sweep.load;
  const Workload mean = meanWorkload(setting.lengths);
  load.prompt_tokens = mean.prompt_tokens;
  load.output_tokens = mean.output_tokens;
  load.prefix_hit_rate = request.prefix_hit_rate;
  load.tokens_per_step = request.tokens_per_step;
  setting.block_tokens = static_cast<int>(setting.sweep.rules.block_tokens);
  setting.running = runningRequest(setting.lengths, setting.block_tokens);
  load.kv_tokens = setting.running.mean_kv_tokens_in_blocks;
  setting.sweep.rules.block_tokens = 1;  // the mean is of whole blocks already
}

}  // namespace

Result<CostSetting> costSetting(const CostRequest& request) {
  const auto entry = chosenModel(request.model, request.catalog_dir);
  if (!entry) return tl::unexpected(entry.error());
  auto model = architectureOf(*entry);
  if (!model) return tl::unexpected(model.error());
  if (const auto decoder = forwardShapeOf(*model); !decoder) return tl::unexpected(decoder.error());
  CostSetting setting;
  setting.sweep.model = *std::move(model);
  const auto engine = engineOf(request.engine.empty() ? "vllm" : request.engine, "--engine");
  if (!engine) return tl::unexpected(engine.error());
  setting.sweep.engine = *engine;
  setting.sweep.constants = engineConstants(*engine);
  setting.sweep.overlap_exchange = request.overlap_exchange;
  auto kernels = kernelsFor(request);
  if (!kernels) return tl::unexpected(kernels.error());
  setting.kernels = *std::move(kernels);
  const auto formats =
      formatsOf(*entry, request.weights, request.kv_cache, setting.kernels.target());
  if (!formats) return tl::unexpected(formats.error());
  setting.sweep.formats = *formats;
  if (const auto set = setRouting(setting, request); !set) return tl::unexpected(set.error());
  auto lengths = lengthsOf(request);
  if (!lengths) return tl::unexpected(lengths.error());
  setting.lengths = *std::move(lengths);
  setLimits(setting, request);
  setLoad(setting, request);
  return setting;
}

Result<DevicePrice> costPrice(const CostRequest& request) {
  if (request.usd_per_device_hour)
    return statedDevicePrice(usdPerHour(*request.usd_per_device_hour));
  const auto scenario =
      priceScenarioOf(request.price_scenario.empty() ? "typical" : request.price_scenario);
  if (!scenario) return tl::unexpected(scenario.error());
  const auto catalog = loadHardware(request.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  const auto entry = findHardware(*catalog, request.hardware);
  if (!entry) return tl::unexpected(entry.error());
  if (!entry->price)
    return fail(
        ErrorKind::kInput, "--hardware",
        fmt::format("the catalog has no price for {}; give --usd-per-device-hour", entry->name));
  return devicePrice(*entry, *scenario, *catalog);
}

}  // namespace moe
