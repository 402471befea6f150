#include "app/workflows/cost_workflow.h"

#include <fmt/format.h>

#include <cmath>

#include "app/workflows/cost_checks.h"
#include "app/workflows/model_choice.h"
#include "costmodel/presets.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

constexpr int kStandardMaxDevices = 8;

Result<Accelerator> catalogAccelerator(const CostRequest& request) {
  const auto catalog = loadHardware(request.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  const auto entry = findHardware(*catalog, request.hardware);
  if (!entry) return tl::unexpected(entry.error());
  return acceleratorOf(*entry);
}

/// vLLM and SGLang reserve a share of the whole memory, TensorRT-LLM one of what weights leave.
Result<void> setEngine(CostOutcome& outcome, const std::string& engine) {
  outcome.engine = engine.empty() ? "vllm" : engine;
  const bool known =
      outcome.engine == "vllm" || outcome.engine == "sglang" || outcome.engine == "trtllm";
  if (!known)
    return fail(ErrorKind::kUsage, "--engine",
                fmt::format("'{}' is not known; use vllm, sglang or trtllm", engine));
  outcome.settings.memory_rule =
      outcome.engine == "trtllm" ? MemoryRule::kShareOfFree : MemoryRule::kShareOfTotal;
  return {};
}

/// Machine, settings and traffic, from the preset or from the catalog and the standard values.
Result<void> setSurroundings(CostOutcome& outcome, const CostRequest& request) {
  if (request.preset.empty()) {
    auto accelerator = catalogAccelerator(request);
    if (!accelerator) return tl::unexpected(accelerator.error());
    outcome.accelerator = *std::move(accelerator);
  } else {
    auto preset = costPreset(request.preset);
    if (!preset) return tl::unexpected(preset.error());
    outcome.accelerator = std::move(preset->accelerator);
    outcome.settings = preset->settings;
    outcome.workload = preset->workload;
    outcome.sources.push_back(fmt::format("cost preset {}: {}", preset->name, preset->description));
  }
  if (const auto set = setEngine(outcome, request.engine); !set) return set;
  if (request.prompt_tokens) outcome.workload.prompt_tokens = *request.prompt_tokens;
  if (request.output_tokens) outcome.workload.output_tokens = *request.output_tokens;
  if (request.engine_limit) outcome.settings.max_concurrency = *request.engine_limit;
  if (request.engine_limit == 0.0) outcome.settings.max_concurrency.reset();
  outcome.above_engine_limit =
      request.concurrency > outcome.settings.max_concurrency.value_or(HUGE_VAL);
  if (request.concurrency) outcome.settings.max_concurrency = *request.concurrency;
  outcome.weights = request.weights;
  outcome.kv_cache = request.kv_cache;
  outcome.settings.kv_bytes = bytesPerElement(request.kv_cache);
  return setWeightPrecision(outcome.settings, request.weights, outcome.accelerator);
}

Result<void> setPrice(CostOutcome& outcome, const CostRequest& request) {
  if (request.usd_per_device_hour) {
    outcome.price = usdPerHour(*request.usd_per_device_hour);
    outcome.price_source = "--usd-per-device-hour";
    return {};
  }
  const Accelerator& accelerator = outcome.accelerator;
  if (!accelerator.price)
    return fail(ErrorKind::kInput, "--hardware",
                fmt::format("the catalog has no price for {}; give --usd-per-device-hour",
                            accelerator.name));
  outcome.price = *accelerator.price;
  outcome.price_source = fmt::format("{} ({})", accelerator.price_source, accelerator.price_date);
  return {};
}

CostMemory memoryOn(int devices, const ForwardShape& shape, const CostOutcome& outcome) {
  const ServingSettings& settings = outcome.settings;
  CostMemory memory;
  memory.weights = Bytes(settings.weight_bytes * shape.totalParams());
  memory.capacity = devices * outcome.accelerator.memory;
  memory.kv_space = kvSpace(devices, shape, outcome.accelerator, settings);
  memory.kv_bytes_per_token = settings.kv_bytes * shape.kv_elements_per_token;
  memory.kv_copies = shape.kvCopies(devices);
  memory.kv_capacity_tokens =
      memory.kv_space.value() / (memory.kv_bytes_per_token * memory.kv_copies);
  const double context = outcome.workload.prompt_tokens + outcome.workload.output_tokens / 2;
  memory.max_concurrency = std::floor(memory.kv_capacity_tokens / context);
  return memory;
}

std::optional<ServingCost> costOn(int devices, const ForwardShape& shape,
                                  const CostOutcome& outcome, double wanted) {
  auto cost = servingBreakdown(devices, shape, outcome.accelerator, outcome.price, outcome.workload,
                               outcome.settings);
  if (cost && cost->kv_space_requests < wanted) return std::nullopt;
  return cost;
}

/// The count that was asked for, or the cheapest of 1, 2, 3, ... that divide the attention heads:
/// the minimum over device counts that a price means here.
std::optional<ServingCost> cheapestDevices(const ForwardShape& shape, CostOutcome& outcome,
                                           const CostRequest& request) {
  const double wanted = request.concurrency.value_or(1);
  if (request.devices) return costOn(*request.devices, shape, outcome, wanted);
  const int most = request.max_devices.value_or(kStandardMaxDevices);
  std::optional<ServingCost> best;
  for (int devices = 1; devices <= most; ++devices) {
    if (outcome.model.entry.heads % devices != 0) continue;
    auto cost = costOn(devices, shape, outcome, wanted);
    if (!cost) continue;
    if (outcome.fewest_devices == 0) outcome.fewest_devices = devices;
    const bool cheaper = !best || cost->usd_per_million_output_tokens_all_in <
                                      best->usd_per_million_output_tokens_all_in;
    if (cheaper) best = std::move(cost);
  }
  return best;
}

void setTimes(CostOutcome& outcome, const ForwardShape& shape) {
  const Seconds step = outcome.serving.decode_step + outcome.serving.prefill_per_step;
  const Seconds prompt =
      promptPass(outcome.devices, shape, outcome.accelerator, outcome.workload, outcome.settings);
  outcome.tpot = step;
  outcome.ttft = prompt + outcome.serving.decode_step / 2;
  outcome.basis = Basis::kMeasured;
  for (const StepPart& part : outcome.serving.parts)
    if (part.time >= step / 10) outcome.basis = std::max(outcome.basis, part.basis);
}

void addSources(CostOutcome& outcome) {
  const ModelEntry& model = outcome.model.entry;
  const Accelerator& machine = outcome.accelerator;
  outcome.sources.push_back(
      fmt::format("model {}: {} ({})", model.name, model.source, model.verification));
  outcome.sources.push_back(
      fmt::format("accelerator {}: {} ({})", machine.name, machine.source, machine.verification));
  outcome.sources.push_back(
      fmt::format("efficiency of {}: {}", machine.name, machine.efficiency_source));
  outcome.sources.push_back("price: " + outcome.price_source);
}

}  // namespace

Result<CostOutcome> runCost(const CostRequest& asked) {
  CostRequest request = asked;
  if (!request.devices) request.devices = request.tensor_parallel;
  if (const auto good = checkCostRequest(request); !good) return tl::unexpected(good.error());
  CostOutcome outcome;
  const auto entry = chosenModel(request.model, request.catalog_dir);
  if (!entry) return tl::unexpected(entry.error());
  auto model = architectureOf(*entry);
  if (!model) return tl::unexpected(model.error());
  outcome.model = *std::move(model);
  const auto shape = forwardShapeOf(outcome.model);
  if (!shape) return tl::unexpected(shape.error());
  if (const auto set = setSurroundings(outcome, request); !set) return tl::unexpected(set.error());
  if (const auto set = setPrice(outcome, request); !set) return tl::unexpected(set.error());

  auto cost = cheapestDevices(*shape, outcome, request);
  const int most = request.devices.value_or(request.max_devices.value_or(kStandardMaxDevices));
  if (!cost) {
    const CostMemory memory = memoryOn(most, *shape, outcome);
    return tl::unexpected(doesNotFit(outcome, memory, most, request));
  }
  outcome.devices_chosen = !request.devices;
  outcome.devices = cost->devices;
  outcome.serving = *std::move(cost);
  outcome.memory = memoryOn(outcome.devices, *shape, outcome);
  setTimes(outcome, *shape);
  addSources(outcome);
  outcome.warnings = costWarnings(outcome);
  return outcome;
}

}  // namespace moe
