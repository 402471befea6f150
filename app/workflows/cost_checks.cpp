#include "app/workflows/cost_checks.h"

#include <fmt/format.h>

#include <cmath>

namespace moe {
namespace {

Result<void> usage(const char* option, std::string message) {
  return fail(ErrorKind::kUsage, option, std::move(message));
}

bool positive(const std::optional<double>& value) {
  return !value || (std::isfinite(*value) && *value > 0);
}

Result<void> checkTraffic(const CostRequest& request) {
  const bool preset = !request.preset.empty();
  if (!request.prompt_tokens && !preset) return usage("--prompt-tokens", "is required");
  if (!request.output_tokens && !preset) return usage("--output-tokens", "is required");
  const double prompt = request.prompt_tokens.value_or(0);
  if (!std::isfinite(prompt) || prompt < 0)
    return usage("--prompt-tokens", fmt::format("is {}; it must not be negative", prompt));
  if (!positive(request.output_tokens))
    return usage("--output-tokens",
                 fmt::format("is {}; it must be positive", *request.output_tokens));
  if (request.concurrency && !(*request.concurrency >= 1 && std::isfinite(*request.concurrency)))
    return usage("--concurrency", fmt::format("is {}; it must be 1 or more", *request.concurrency));
  return {};
}

Result<void> checkDevices(const CostRequest& request) {
  if (request.devices.value_or(1) < 1)
    return usage("--devices", fmt::format("is {}; it must be 1 or more", *request.devices));
  if (request.max_devices.value_or(1) < 1)
    return usage("--max-devices", fmt::format("is {}; it must be 1 or more", *request.max_devices));
  if (request.tensor_parallel && request.tensor_parallel != request.devices)
    return usage("--tensor-parallel",
                 fmt::format("is {} with --devices {}; in this version one replica uses all its "
                             "devices in tensor parallel, so give both the same number",
                             *request.tensor_parallel, *request.devices));
  return {};
}

void warn(std::vector<Warning>& warnings, const char* code, std::string message) {
  warnings.push_back({code, std::move(message)});
}

void warnOfModel(std::vector<Warning>& warnings, const CostOutcome& outcome) {
  const ModelEntry& model = outcome.model.entry;
  const double context = outcome.workload.prompt_tokens + outcome.workload.output_tokens;
  if (model.max_context > 0 && context > model.max_context)
    warn(warnings, "context_too_long",
         fmt::format("a request has {:.0f} tokens, {} holds {}", context, model.name,
                     model.max_context));
  if (model.sliding_window > 0 && context > model.sliding_window)
    warn(warnings, "sliding_window_ignored",
         fmt::format("{} of {} layers attend to {} tokens only; their cache is counted in full, so "
                     "memory and attention are upper bounds",
                     model.sliding_window_layers, model.layers, model.sliding_window));
  if (model.attention == AttentionKind::kHybrid)
    warn(warnings, "hybrid_state_ignored",
         fmt::format("{} of {} layers keep a state of constant size instead of a cache; the state "
                     "is not counted and these layers' projections are counted as attention",
                     model.layers - model.kv_layers, model.layers));
}

void warnOfDevices(std::vector<Warning>& warnings, const CostOutcome& outcome) {
  const ModelEntry& model = outcome.model.entry;
  if (outcome.devices > outcome.accelerator.link_domain)
    warn(warnings, "link_domain_exceeded",
         fmt::format("the link of {} joins {} devices, not {}; all-reduce is costed as if it did",
                     outcome.accelerator.name, outcome.accelerator.link_domain, outcome.devices));
  if (outcome.memory.kv_copies > 1)
    warn(warnings, "kv_cache_copied",
         fmt::format("in tensor parallel the KV cache of {} divides into {} part{}; on {} devices "
                     "it takes {:.3g} times its size (engines avoid this by data-parallel "
                     "attention, which is not modelled here)",
                     model.name, outcome.model.kv_shards, outcome.model.kv_shards == 1 ? "" : "s",
                     outcome.devices, outcome.memory.kv_copies));
  if (model.heads % outcome.devices != 0)
    warn(warnings, "heads_not_divisible",
         fmt::format("{} attention heads do not divide among {} devices; engines refuse this",
                     model.heads, outcome.devices));
}

}  // namespace

Result<void> checkCostRequest(const CostRequest& request) {
  if (request.model.empty()) return usage("--model", "is required");
  if (request.hardware.empty() && request.preset.empty())
    return usage("--hardware", "is required, or --cost-preset");
  if (!request.hardware.empty() && !request.preset.empty())
    return usage("--cost-preset", "brings its own machine; leave out --hardware");
  if (!request.engine.empty() && !request.preset.empty())
    return usage("--cost-preset", "brings its own memory rule; leave out --engine");
  if (!positive(request.usd_per_device_hour))
    return usage("--usd-per-device-hour",
                 fmt::format("is {}; it must be positive", *request.usd_per_device_hour));
  if (request.engine_limit && *request.engine_limit != 0 && !(*request.engine_limit >= 1))
    return usage("--engine-limit", "must be 1 or more, or 0 for no limit");
  if (request.kv_cache == Precision::kFp4)
    return usage("--kv-cache", "fp4 is not known; use bf16 or fp8");
  if (const auto good = checkDevices(request); !good) return good;
  return checkTraffic(request);
}

Error doesNotFit(const CostOutcome& outcome, const CostMemory& memory, int devices,
                 const CostRequest& request) {
  const double context = outcome.workload.prompt_tokens + outcome.workload.output_tokens / 2;
  const double requests = request.concurrency.value_or(1);
  const double cache = requests * context * memory.kv_bytes_per_token * memory.kv_copies;
  if (devices > 1 && outcome.accelerator.link_bandwidth.value() <= 0)
    return {ErrorKind::kInput, "--hardware",
            fmt::format("the catalog has no link bandwidth for {}, so more than one device cannot "
                        "be costed; weights take {:.1f} GB, one device has {:.1f} GB",
                        outcome.accelerator.name, memory.weights.value() / 1e9,
                        outcome.accelerator.memory.value() / 1e9)};
  const double usable = outcome.settings.memory_fraction * outcome.accelerator.memory.value();
  return {ErrorKind::kInfeasible, request.devices ? "--devices" : "--max-devices",
          fmt::format("{} does not fit on {} x {}: weights take {:.1f} GB in {}, the KV cache of "
                      "{:.0f} request{} {:.2f} GB; usable are {:.1f} of {:.0f} GB. About {:.0f} "
                      "devices would hold it",
                      outcome.model.entry.name, devices, outcome.accelerator.name,
                      memory.weights.value() / 1e9, name(outcome.weights), requests,
                      requests == 1 ? "" : "s", cache / 1e9, usable * devices / 1e9,
                      memory.capacity.value() / 1e9,
                      std::ceil((memory.weights.value() + cache) / usable))};
}

std::vector<Warning> costWarnings(const CostOutcome& outcome) {
  std::vector<Warning> warnings;
  warnOfModel(warnings, outcome);
  warnOfDevices(warnings, outcome);
  if (outcome.settings.peak && !outcome.settings.compute_efficiency)
    warn(warnings, "efficiency_of_bf16",
         fmt::format("no {} efficiency is known for {}; that of bf16 stands for it",
                     name(outcome.weights), outcome.accelerator.name));
  if (outcome.kv_cache == Precision::kFp8 && !outcome.accelerator.peak_fp8)
    warn(warnings, "fp8_cache_without_fp8",
         fmt::format("{} does not compute in fp8; the cache is stored in it and converted",
                     outcome.accelerator.name));
  if (outcome.above_engine_limit)
    warn(warnings, "above_engine_limit",
         "engines run at most 256 requests at once unless told otherwise");
  // Below this the last free gigabytes decide the price: near the wall it explodes.
  constexpr double kFewRequests = 64;
  const double room = outcome.serving.kv_space_requests;
  if (room < kFewRequests && outcome.serving.concurrency >= room)
    warn(warnings, "little_room_for_requests",
         fmt::format(
             "memory holds only {:.0f} requests beside the weights; the price is steep there",
             std::floor(room)));
  return warnings;
}

}  // namespace moe
