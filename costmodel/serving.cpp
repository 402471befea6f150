#include "costmodel/serving.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

/// What all devices together achieve, in plain seconds, bytes and FLOP.
struct Rates {
  double flop_per_s = 0;
  double bytes_per_s = 0;
  double kv_copies = 1;
  double fixed_s = 0;  // of all layers
  double allreduce_s_per_token = 0;
  double allreduce_latency_s = 0;  // of all layers
};

struct Pass {
  double tokens = 0;
  double head_tokens = 0;  // that go through the output head
  double kv_bytes = 0;
  double attention_flop = 0;
};

struct PassTime {
  double dense = 0;
  double experts = 0;
  double attention = 0;
  double fixed = 0;
  double allreduce = 0;
  bool dense_computes = false;
  bool experts_compute = false;
  bool attention_computes = false;
  bool allreduce_waits = false;
  double total() const { return dense + experts + attention + fixed + allreduce; }
};

/// Everything that servingOn finds, so that the breakdown need not compute it again.
struct Step {
  ServingCost cost;
  PassTime decode;
  PassTime prefill;  // of whole prompts, before it is shared out over the steps
};

Rates ratesOf(int devices, const ForwardShape& shape, const Accelerator& accelerator,
              const ServingSettings& settings) {
  Rates rates;
  const double peak = settings.peak.value_or(accelerator.peak_bf16).value();
  rates.flop_per_s =
      settings.compute_efficiency.value_or(accelerator.compute_efficiency) * peak * devices;
  rates.bytes_per_s =
      accelerator.bandwidth_efficiency * accelerator.memory_bandwidth.value() * devices;
  rates.kv_copies = shape.kvCopies(devices);
  rates.fixed_s = accelerator.fixed_per_layer.value() * shape.layers;
  if (settings.allreduce && devices > 1) {
    // A ring sends 2 (G-1)/G of the data over each link; two all-reduces a layer.
    const double sent = 2.0 * (devices - 1) / devices * shape.hidden * kActivationBytes;
    const double link = accelerator.link_efficiency * accelerator.link_bandwidth.value();
    rates.allreduce_s_per_token = 2 * shape.layers * sent / link;
    rates.allreduce_latency_s = 2 * shape.layers * accelerator.link_latency.value();
  }
  return rates;
}

PassTime timeOf(const Pass& pass, double experts_touched, const ForwardShape& shape,
                const Rates& rates, double weight_bytes) {
  PassTime time;
  const double top_k = std::min(shape.top_k, shape.experts);
  const double dense_compute = 2 *
                               ((shape.dense_params - shape.head_params) * pass.tokens +
                                shape.head_params * pass.head_tokens) /
                               rates.flop_per_s;
  const double dense_read = weight_bytes * shape.dense_params / rates.bytes_per_s;
  const double expert_compute = 2 * top_k * shape.expert_params * pass.tokens / rates.flop_per_s;
  const double expert_read =
      weight_bytes * shape.expert_params * experts_touched / rates.bytes_per_s;
  const double attention_compute = pass.attention_flop / rates.flop_per_s;
  const double attention_read = pass.kv_bytes / rates.bytes_per_s;
  const double sending = rates.allreduce_s_per_token * pass.tokens;

  time.dense = std::max(dense_compute, dense_read);
  time.experts = std::max(expert_compute, expert_read);
  time.attention = std::max(attention_compute, attention_read);
  time.fixed = rates.fixed_s;
  time.allreduce = sending + rates.allreduce_latency_s;
  time.dense_computes = dense_compute > dense_read;
  time.experts_compute = expert_compute > expert_read;
  time.attention_computes = attention_compute > attention_read;
  time.allreduce_waits = rates.allreduce_latency_s > sending;
  return time;
}

PassTime decodeTime(double concurrency, double experts_touched, const ForwardShape& shape,
                    const Rates& rates, const Workload& workload, const ServingSettings& settings) {
  const double context = workload.prompt_tokens + workload.output_tokens / 2;
  const Pass pass{
      concurrency, concurrency,
      rates.kv_copies * settings.kv_bytes * shape.kv_elements_per_token * context * concurrency,
      shape.attention_flop_per_context_token * context * concurrency};
  return timeOf(pass, experts_touched, shape, rates, settings.weight_bytes);
}

/// Prefill of `prompts` >= 1 whole prompts in one pass; a causal prompt attends to half of itself.
PassTime prefillTime(double prompts, const ForwardShape& shape, const Rates& rates,
                     const Workload& workload, const ServingSettings& settings) {
  const double prompt = workload.prompt_tokens;
  const double tokens = prompts * prompt;
  const Pass pass{tokens, prompts,
                  rates.kv_copies * settings.kv_bytes * shape.kv_elements_per_token * tokens,
                  shape.prefillAttentionFlop() * (prompt / 2) * tokens};
  return timeOf(pass, expertsTouched(shape.experts, shape.top_k, tokens), shape, rates,
                settings.weight_bytes);
}

void setPrices(ServingCost& cost, double usd_per_s, const Workload& workload) {
  const double decode = cost.decode_step.value();
  const double prefill = cost.prefill_per_step.value();
  const double million = 1e6 * usd_per_s * cost.devices / cost.concurrency;
  const double input_per_output = workload.prompt_tokens / workload.output_tokens;
  cost.usd_per_million_output_tokens_all_in = million * (decode + prefill);
  cost.usd_per_million_tokens = million * (decode + prefill) / (1 + input_per_output);
  cost.usd_per_million_output_tokens = million * decode;
  cost.usd_per_million_input_tokens =
      input_per_output > 0 ? million * prefill / input_per_output : 0;
}

std::optional<Step> stepOn(int devices, const ForwardShape& shape, const Accelerator& accelerator,
                           UsdPerSecond price, const Workload& workload,
                           const ServingSettings& settings) {
  const double context = workload.prompt_tokens + workload.output_tokens / 2;
  const double request_bytes =
      shape.kvCopies(devices) * settings.kv_bytes * shape.kv_elements_per_token * context;
  const double room = kvSpace(devices, shape, accelerator, settings).value() / request_bytes;
  const double concurrency =
      settings.max_concurrency ? std::min(room, *settings.max_concurrency) : room;
  if (!(concurrency >= 1)) return std::nullopt;
  const bool joined = devices == 1 || !settings.allreduce;
  if (!joined && !(accelerator.link_bandwidth.value() > 0)) return std::nullopt;

  Step step;
  const Rates rates = ratesOf(devices, shape, accelerator, settings);
  ServingCost& cost = step.cost;
  cost.devices = devices;
  cost.concurrency = concurrency;
  cost.kv_space_requests = room;
  cost.experts_touched = expertsTouched(shape.experts, shape.top_k, concurrency);
  step.decode = decodeTime(concurrency, cost.experts_touched, shape, rates, workload, settings);
  cost.decode_step = Seconds(step.decode.total());
  const double prompts = concurrency / workload.output_tokens;
  if (workload.prompt_tokens > 0) {
    step.prefill = prefillTime(std::max(prompts, 1.0), shape, rates, workload, settings);
    cost.prefill_per_step = Seconds(std::min(prompts, 1.0) * step.prefill.total());
  }
  cost.output_tokens_per_s = concurrency / (cost.decode_step + cost.prefill_per_step).value();
  setPrices(cost, price.value(), workload);
  return step;
}

std::string computeOrMemory(bool computes) { return computes ? "compute" : "memory"; }

/// The fixed time is an assumed constant within what fits to serving points give.
std::vector<StepPart> partsOf(const PassTime& time, const Accelerator& accelerator) {
  const Basis kernels = kernelBasis(accelerator);
  return {
      {"dense", Seconds(time.dense), computeOrMemory(time.dense_computes), kernels},
      {"experts", Seconds(time.experts), computeOrMemory(time.experts_compute), kernels},
      {"attention", Seconds(time.attention), computeOrMemory(time.attention_computes), kernels},
      {"fixed", Seconds(time.fixed), "latency", Basis::kRoofline},
      {"allreduce", Seconds(time.allreduce), time.allreduce_waits ? "latency" : "link",
       Basis::kRoofline},
  };
}

const StepPart& largest(const std::vector<StepPart>& parts) {
  return *std::max_element(parts.begin(), parts.end(),
                           [](const StepPart& a, const StepPart& b) { return a.time < b.time; });
}

}  // namespace

Basis kernelBasis(const Accelerator& accelerator) {
  return accelerator.efficiency_basis == Basis::kMeasured ? Basis::kTransferred
                                                          : accelerator.efficiency_basis;
}

double expertsTouched(double experts, double top_k, double tokens) {
  if (top_k >= experts) return experts;  // log1p(-1) is minus infinity
  return -experts * std::expm1(tokens * std::log1p(-top_k / experts));
}

Bytes kvSpace(int devices, const ForwardShape& shape, const Accelerator& accelerator,
              const ServingSettings& settings) {
  const Bytes memory = devices * accelerator.memory;
  const Bytes weights(settings.weight_bytes * shape.totalParams());
  if (settings.memory_rule == MemoryRule::kShareOfFree)
    return settings.memory_fraction * (memory - weights);
  return settings.memory_fraction * memory - weights;
}

Seconds promptPass(int devices, const ForwardShape& shape, const Accelerator& accelerator,
                   const Workload& workload, const ServingSettings& settings) {
  const Rates rates = ratesOf(devices, shape, accelerator, settings);
  return Seconds(prefillTime(1, shape, rates, workload, settings).total());
}

std::optional<ServingCost> servingOn(int devices, const ForwardShape& shape,
                                     const Accelerator& accelerator, UsdPerSecond price,
                                     const Workload& workload, const ServingSettings& settings) {
  auto step = stepOn(devices, shape, accelerator, price, workload, settings);
  if (!step) return std::nullopt;
  return std::move(step->cost);
}

std::optional<ServingCost> cheapestServing(const ForwardShape& shape,
                                           const Accelerator& accelerator, UsdPerSecond price,
                                           int max_devices, const Workload& workload,
                                           const ServingSettings& settings) {
  std::optional<ServingCost> best;
  for (int devices = 1; devices <= max_devices; ++devices) {
    auto cost = servingOn(devices, shape, accelerator, price, workload, settings);
    if (!cost) continue;
    const bool cheaper = !best || cost->usd_per_million_output_tokens_all_in <
                                      best->usd_per_million_output_tokens_all_in;
    if (cheaper) best = std::move(cost);  // equal cost: the fewer devices stay
  }
  return best;
}

std::optional<ServingCost> servingBreakdown(int devices, const ForwardShape& shape,
                                            const Accelerator& accelerator, UsdPerSecond price,
                                            const Workload& workload,
                                            const ServingSettings& settings) {
  auto step = stepOn(devices, shape, accelerator, price, workload, settings);
  if (!step) return std::nullopt;
  step->cost.parts = partsOf(step->decode, accelerator);
  StepPart prefill = largest(partsOf(step->prefill, accelerator));
  prefill.name = "prefill";
  prefill.time = step->cost.prefill_per_step;
  step->cost.parts.push_back(std::move(prefill));
  return std::move(step->cost);
}

}  // namespace moe
