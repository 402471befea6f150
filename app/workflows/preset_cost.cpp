#include "app/workflows/preset_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/workflows/cost_checks.h"
#include "app/workflows/model_choice.h"
#include "costmodel/presets.h"

namespace moe {
namespace {

Result<CostPreset> adjustedPreset(const CostRequest& request) {
  auto preset = costPreset(request.preset);
  if (!preset) return preset;
  if (request.prompt_tokens) preset->workload.prompt_tokens = *request.prompt_tokens;
  if (request.output_tokens) preset->workload.output_tokens = *request.output_tokens;
  if (request.engine_limit) preset->settings.max_concurrency = *request.engine_limit;
  if (request.engine_limit == 0.0) preset->settings.max_concurrency.reset();
  if (request.concurrency) preset->settings.max_concurrency = *request.concurrency;
  preset->settings.kv_bytes = bytesPerElement(request.kv_cache);
  if (const auto set = setWeightPrecision(preset->settings, request.weights, preset->accelerator);
      !set)
    return tl::unexpected(set.error());
  return preset;
}

std::optional<ServingCost> cheapest(const CostPreset& preset, const ForwardShape& shape,
                                    UsdPerSecond price, const CostRequest& request) {
  const auto on = [&](int devices) {
    return servingBreakdown(devices, shape, preset.accelerator, price, preset.workload,
                            preset.settings);
  };
  if (request.devices) return on(*request.devices);
  const auto best = cheapestServing(shape, preset.accelerator, price,
                                    request.max_devices.value_or(preset.max_devices),
                                    preset.workload, preset.settings);
  return best ? on(best->devices) : std::nullopt;
}

void setMemory(CostOutcome& outcome, const CostPreset& preset, const ForwardShape& shape) {
  const double devices = outcome.devices;
  CostMemory& memory = outcome.memory;
  const Bytes space = kvSpace(outcome.devices, shape, preset.accelerator, preset.settings);
  memory.weights = Bytes(preset.settings.weight_bytes * shape.totalParams());
  memory.device.capacity = preset.accelerator.memory;
  memory.device.dense_weights = memory.weights / devices;
  memory.device.kv_space = space / devices;
  memory.device.unused =
      memory.device.capacity - memory.device.kv_space - memory.device.dense_weights;
  memory.device.kv_copies = shape.kvCopies(outcome.devices);
  memory.kv_bytes_per_token = preset.settings.kv_bytes * shape.kv_elements_per_token;
  memory.kv_capacity_tokens = space.value() / (memory.kv_bytes_per_token * memory.device.kv_copies);
  memory.tokens_per_request = preset.workload.prompt_tokens + preset.workload.output_tokens / 2;
  memory.max_concurrency = std::floor(memory.kv_capacity_tokens / memory.tokens_per_request);
  memory.safe_concurrency = memory.max_concurrency;
}

void setPreset(CostOutcome& outcome, const CostPreset& preset, const ServingCost& cost,
               const ForwardShape& shape) {
  outcome.devices = cost.devices;
  outcome.parallelism = tensorParallel(cost.devices);
  outcome.accelerator = preset.accelerator;
  outcome.kernels = preset.accelerator.efficiency_source;
  outcome.engine = "vllm";
  outcome.workload = preset.workload;
  outcome.concurrency_limit = preset.settings.max_concurrency;
  outcome.memory_fraction = preset.settings.memory_fraction;
  outcome.concurrency = cost.concurrency;
  const Seconds step = cost.decode_step + cost.prefill_per_step;
  outcome.tpot = step;
  outcome.decode_step = cost.decode_step;
  outcome.ttft =
      promptPass(cost.devices, shape, preset.accelerator, preset.workload, preset.settings) +
      cost.decode_step / 2;
  for (const StepPart& part : cost.parts)
    if (part.time.value() > 0)
      outcome.parts.push_back({part.name, part.time, part.bound, part.basis});
  outcome.output_tokens_per_s = cost.output_tokens_per_s;
  outcome.requests_per_s = cost.output_tokens_per_s / preset.workload.output_tokens;
  outcome.routing.name = outcome.model.entry.experts > 0 ? "even" : "none";
  outcome.routing.experts_touched = cost.experts_touched;
}

Result<void> setPrices(CostOutcome& outcome, const CostPreset& preset, const ServingCost& cost) {
  PriceQuestion question;
  question.device = outcome.price;
  question.devices = cost.devices;
  const double per_request = cost.devices * preset.workload.output_tokens / cost.concurrency;
  if (preset.workload.prompt_tokens > 0)
    question.work.uncached_input =
        cost.prefill_per_step * (per_request / preset.workload.prompt_tokens);
  question.work.output = cost.decode_step * (cost.devices / cost.concurrency);
  question.traffic = {preset.workload.prompt_tokens, preset.workload.output_tokens, 0};
  question.idle_share = outcome.idle_share;
  auto answer = priceTokens(question);
  if (!answer) return tl::unexpected(answer.error());
  outcome.prices = *std::move(answer);
  return {};
}

}  // namespace

Result<CostOutcome> runPresetCost(const CostRequest& request) {
  const auto entry = chosenModel(request.model, request.catalog_dir);
  if (!entry) return tl::unexpected(entry.error());
  auto model = architectureOf(*entry);
  if (!model) return tl::unexpected(model.error());
  const auto shape = forwardShapeOf(*model);
  if (!shape) return tl::unexpected(shape.error());
  const auto preset = adjustedPreset(request);
  if (!preset) return tl::unexpected(preset.error());
  CostOutcome outcome;
  outcome.model = *std::move(model);
  outcome.weights = request.weights;
  outcome.kv_cache = request.kv_cache;
  outcome.devices_chosen = !request.devices;
  outcome.concurrency_chosen = !request.concurrency;
  outcome.idle_share = request.idle_share;
  outcome.price =
      request.usd_per_device_hour
          ? statedDevicePrice(usdPerHour(*request.usd_per_device_hour))
          : DevicePrice{*preset->accelerator.price, PriceScenario::kTypical,
                        preset->accelerator.price_date, preset->accelerator.price_source};
  const auto cost = cheapest(*preset, *shape, outcome.price.price, request);
  if (!cost)
    return fail(ErrorKind::kInfeasible, request.devices ? "--devices" : "--max-devices",
                fmt::format("{} does not fit on {} x {}: weights take {:.1f} GB", entry->name,
                            request.devices.value_or(preset->max_devices), preset->accelerator.name,
                            preset->settings.weight_bytes * shape->totalParams() / 1e9));
  setPreset(outcome, *preset, *cost, *shape);
  setMemory(outcome, *preset, *shape);
  if (const auto set = setPrices(outcome, *preset, *cost); !set) return tl::unexpected(set.error());
  outcome.sources = {
      fmt::format("cost preset {}: {}", preset->name, preset->description),
      fmt::format("model {}: {} ({})", entry->name, entry->source, entry->verification),
      "price: " + outcome.price.source};
  return outcome;
}

}  // namespace moe
