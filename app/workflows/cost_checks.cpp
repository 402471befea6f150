#include "app/workflows/cost_checks.h"

#include <fmt/format.h>

#include <cmath>

namespace moe {
namespace {

Result<void> mustBePositive(const char* option, const std::optional<double>& value) {
  if (!value || (std::isfinite(*value) && *value > 0)) return {};
  return usageError(option, fmt::format("is {}; it must be positive", *value));
}

Result<void> mustBeShare(const char* option, double value, bool one_allowed) {
  if (value >= 0 && (value < 1 || (one_allowed && value == 1))) return {};
  return usageError(
      option, fmt::format("is {}; it must be from 0 to {}1", value, one_allowed ? "" : "below "));
}

Result<void> checkTraffic(const CostRequest& request) {
  const bool brings_lengths = !request.preset.empty() || request.lengths == "sharegpt" ||
                              request.lengths.ends_with(".csv") ||
                              request.lengths.ends_with(".csv.gz");
  if (!request.prompt_tokens && !brings_lengths)
    return usageError("--prompt-tokens", "is required");
  if (!request.output_tokens && !brings_lengths)
    return usageError("--output-tokens", "is required");
  if (const auto good = mustBePositive("--output-tokens", request.output_tokens); !good)
    return good;
  if (request.prompt_tokens &&
      !(*request.prompt_tokens > 0 && std::isfinite(*request.prompt_tokens)))
    return usageError("--prompt-tokens",
                      fmt::format("is {}; it must be positive", *request.prompt_tokens));
  if (request.concurrency && !(*request.concurrency >= 1 && std::isfinite(*request.concurrency)))
    return usageError("--concurrency",
                      fmt::format("is {}; it must be 1 or more", *request.concurrency));
  if (const auto good = mustBePositive("--request-rate", request.request_rate); !good) return good;
  if (request.concurrency && request.request_rate)
    return usageError("--request-rate", "says how many requests run; leave out --concurrency");
  return {};
}

Result<void> checkDevices(const CostRequest& request) {
  if (request.devices.value_or(1) < 1)
    return usageError("--devices", fmt::format("is {}; it must be 1 or more", *request.devices));
  if (request.max_devices.value_or(1) < 1)
    return usageError("--max-devices",
                      fmt::format("is {}; it must be 1 or more", *request.max_devices));
  constexpr int kMost = 4096;
  if (request.devices.value_or(1) > kMost || request.max_devices.value_or(1) > kMost)
    return usageError("--devices", fmt::format("must be at most {}", kMost));
  return {};
}

Result<void> checkShares(const CostRequest& request) {
  if (const auto good = mustBeShare("--prefix-hit-rate", request.prefix_hit_rate, true); !good)
    return good;
  if (const auto good = mustBeShare("--idle-share", request.idle_share, false); !good) return good;
  if (request.router_correlation)
    if (const auto good = mustBeShare("--router-correlation", *request.router_correlation, true);
        !good)
      return good;
  if (request.memory_fraction && !(*request.memory_fraction > 0 && *request.memory_fraction <= 1))
    return usageError("--memory-fraction", fmt::format("is {}; it must be above 0 and at most 1",
                                                       *request.memory_fraction));
  if (!(request.tokens_per_step >= 1 && request.tokens_per_step <= 16))
    return usageError("--tokens-per-step",
                      fmt::format("is {}; it must be from 1 to 16", request.tokens_per_step));
  return {};
}

/// Options that a preset's fixed assumptions leave no room for.
Result<void> checkPreset(const CostRequest& request) {
  if (request.preset.empty()) return {};
  if (!request.hardware.empty())
    return usageError("--cost-preset", "brings its own machine; leave out --hardware");
  if (!request.engine.empty())
    return usageError("--cost-preset", "brings its own memory rule; leave out --engine");
  const bool more = request.data_parallel || request.expert_parallel || request.pipeline_parallel ||
                    request.request_rate || request.frontier || request.disaggregated ||
                    request.ttft_limit_s || request.tpot_limit_s || !request.lengths.empty() ||
                    !request.router_skew.empty() || !request.price_scenario.empty() ||
                    request.prefix_hit_rate > 0 || request.tokens_per_step > 1 ||
                    request.memory_fraction;
  if (more)
    return usageError("--cost-preset",
                      "is a roofline in tensor parallel with mean requests; leave out options of "
                      "parallelism, lengths, routing, limits and price scenarios");
  return {};
}

void warn(std::vector<Warning>& warnings, const char* code, std::string message) {
  warnings.push_back({code, std::move(message)});
}

void warnOfModel(CostOutcome& outcome, const CostSetting& setting) {
  const ModelEntry& model = outcome.model.entry;
  const double longer =
      model.max_context > 0 ? shareLongerThan(setting.lengths, model.max_context) : 0;
  if (longer > 0)
    warn(outcome.warnings, "context_too_long",
         fmt::format("{:.2g} % of the requests are longer than the {} tokens that {} holds",
                     100 * longer, model.max_context, model.name));
  if (model.attention == AttentionKind::kHybrid)
    warn(outcome.warnings, "hybrid_layers",
         fmt::format("{} of {} layers keep a state of constant size instead of a cache; their "
                     "projections are timed as attention's and the update of the state is not "
                     "timed",
                     model.layers - model.kv_layers, model.layers));
  if (!model.notes.empty() && outcome.model.entry.source.empty())
    warn(outcome.warnings, "model_notes", model.notes);
}

void warnOfDevices(CostOutcome& outcome) {
  const ModelEntry& model = outcome.model.entry;
  if (outcome.devices > outcome.accelerator.link_domain)
    warn(outcome.warnings, "link_domain_exceeded",
         fmt::format("the link of {} joins {} devices, not {}; collectives are costed as if it did",
                     outcome.accelerator.name, outcome.accelerator.link_domain, outcome.devices));
  if (outcome.memory.device.kv_copies > 1)
    warn(outcome.warnings, "kv_cache_copied",
         fmt::format("in tensor parallel {} the KV cache of {} is stored {:.3g} times; "
                     "--data-parallel avoids this",
                     outcome.parallelism.tensor_parallel, model.name,
                     outcome.memory.device.kv_copies));
}

void warnOfBasis(CostOutcome& outcome, const CostSetting& setting) {
  if (!setting.kernels.measured())
    warn(
        outcome.warnings, "no_measured_kernels",
        fmt::format("no kernels were measured on {} or a relative of it; a roofline with {:.0f} us "
                    "a layer stands for them, which misses measured serving by 20 % on the "
                    "machines where it was tried",
                    outcome.accelerator.name, outcome.accelerator.fixed_per_layer.value() * 1e6));
  if (outcome.tokens_per_step > 1)
    warn(outcome.warnings, "speculative_decoding",
         fmt::format("{:.3g} accepted tokens a step are taken as given; drafting and verifying "
                     "them is taken as free",
                     outcome.tokens_per_step));
  if (outcome.above_engine_limit)
    warn(outcome.warnings, "above_engine_limit",
         "engines run at most 256 requests at once unless told otherwise");
  constexpr double kFewRequests = 64;  // below, the last free gigabytes decide the price
  if (outcome.memory.max_concurrency < kFewRequests &&
      outcome.concurrency >= outcome.memory.max_concurrency)
    warn(outcome.warnings, "little_room_for_requests",
         fmt::format("memory holds only {:.0f} requests beside the weights; the price is steep "
                     "there",
                     outcome.memory.max_concurrency));
  if (outcome.concurrency > outcome.memory.safe_concurrency)
    warn(outcome.warnings, "cache_overruns",
         fmt::format("with these lengths {:.0f} requests overrun the cache at most 5 % of the "
                     "time; above that engines preempt some",
                     outcome.memory.safe_concurrency));
}

}  // namespace

Result<void> checkCostRequest(const CostRequest& request) {
  if (request.model.empty()) return usageError("--model", "is required");
  if (request.hardware.empty() && request.preset.empty())
    return usageError("--hardware", "is required, or --cost-preset");
  if (const auto good = checkPreset(request); !good) return good;
  if (const auto good = mustBePositive("--usd-per-device-hour", request.usd_per_device_hour); !good)
    return good;
  if (request.usd_per_device_hour && !request.price_scenario.empty())
    return usageError("--price-scenario",
                      "chooses a price of the catalog; leave out "
                      "--usd-per-device-hour");
  if (request.engine_limit && *request.engine_limit != 0 && !(*request.engine_limit >= 1))
    return usageError("--engine-limit", "must be 1 or more, or 0 for no limit");
  if (request.kv_cache != Precision::kF32 && request.kv_cache != Precision::kBf16 &&
      request.kv_cache != Precision::kFp8)
    return usageError("--kv-cache",
                      fmt::format("{} is not known; use f32, bf16 or fp8", name(request.kv_cache)));
  if (const auto good = checkDevices(request); !good) return good;
  if (const auto good = checkShares(request); !good) return good;
  if (const auto good = mustBePositive("--ttft-limit-s", request.ttft_limit_s); !good) return good;
  if (const auto good = mustBePositive("--tpot-limit-s", request.tpot_limit_s); !good) return good;
  return checkTraffic(request);
}

Result<void> checkContext(const CostSetting& setting) {
  const ModelEntry& model = setting.sweep.model.entry;
  const double tokens = setting.sweep.load.prompt_tokens + setting.sweep.load.output_tokens;
  if (model.max_context <= 0 || tokens <= model.max_context) return {};
  return usageError(
      "--prompt-tokens",
      fmt::format("a request has {:.0f} tokens with its answer; the context of {} is {}", tokens,
                  model.name, model.max_context));
}

void addCostWarnings(CostOutcome& outcome, const CostSetting& setting) {
  warnOfModel(outcome, setting);
  warnOfDevices(outcome);
  warnOfBasis(outcome, setting);
}

}  // namespace moe
