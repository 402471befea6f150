#include "costmodel/engine/serving_point.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

constexpr double kPrefillBatchTokens = 2048;  // short prompts are prefilled together up to this

/// One request's share of a pass over r prompts.
PassTime oneOf(PassTime pass, double prompts) {
  for (std::size_t i = 0; i < kOperatorGroups; ++i) {
    pass.seconds[i] /= prompts;
    pass.compute_s[i] /= prompts;
    pass.memory_s[i] /= prompts;
  }
  return pass;
}

void setFirstToken(ServingPoint& point, const EngineConstants& constants) {
  point.queue_s = queueSeconds(point, point.tpot_s);
  point.contention_s = contentionSeconds(point, point.tpot_s);
  point.ttft_s = constants.first_s + constants.first_prefill * point.first_prefill_s +
                 constants.waiting_share * point.waiting_prefill_s +
                 constants.contention_share * point.contention_s +
                 constants.first_steps * point.tpot_s + point.queue_s;
}

}  // namespace

ServingPoint servingPoint(const ServingModel& model, const ServingLoad& load,
                          const DeviceMemory& memory, const MemoryRules& rules,
                          const EngineConstants& constants) {
  const ServingModel::Request& request = model.request();
  const double context = load.prompt_tokens + load.output_tokens / 2;
  const double held = load.kv_tokens > 0 ? load.kv_tokens : context;
  ServingPoint point;
  point.in_flight = load.concurrency;
  point.output_tokens = load.output_tokens;
  point.kv_limit = maxConcurrency(request.model, request.parallelism, memory, rules, held);
  point.concurrency = std::max(1.0, std::min(load.concurrency, point.kv_limit));
  // Micro-batches fill the stages of a pipeline: each sees its share of the requests.
  const double stages = request.parallelism.pipeline_parallel;
  const double data_parallel = request.parallelism.data_parallel;
  point.decode = model.decode(std::max(1.0, point.concurrency / stages), context);
  const double fresh = load.prompt_tokens * (1 - load.prefix_hit_rate);
  if (fresh >= 1) {
    const double cached = load.prompt_tokens - fresh;
    const double together = std::clamp(std::floor(kPrefillBatchTokens / fresh), 1.0,
                                       std::max(1.0, point.concurrency / 4));
    point.prefill = oneOf(model.prefill(together, fresh, cached), together);
    point.first_prefill_s =
        together > 1 ? model.prefill(1, fresh, cached).total() : point.prefill.total();
    point.waiting_prefill_s =
        std::max(0.0, point.concurrency / data_parallel - 1) * point.prefill.total();
  }
  // Of one request's prefill, what falls on each step of a request's answer.
  const double prefill_per_step =
      point.prefill.total() / (data_parallel * stages) / load.output_tokens * load.tokens_per_step;
  point.others_prefill_s = (point.concurrency - 1) * prefill_per_step;
  const double layers = request.model.entry.layers;
  point.layers = request.parallelism.devices() > 1 ? layers : 0;
  const double decode = point.decode.total();
  point.decode_kernels_s = decode - model.quantiseSeconds();
  point.interference_s = constants.prefill_share * point.others_prefill_s;
  point.host = request.engine == Engine::kTensorRtLlm ? 0 : 1;
  const double engine =
      point.host * (constants.host_step_s + constants.host_sequence_s * point.concurrency) +
      constants.multi_device_layer_s * point.layers;
  const double step = std::max(point.decode_kernels_s + engine + point.interference_s,
                               kLeastShareOfDecode * decode);
  point.decode_s = step - point.interference_s;
  point.tpot_s = step / load.tokens_per_step;
  point.prefill_s = constants.prefill_share * point.concurrency * prefill_per_step;
  point.output_tokens_per_s =
      point.concurrency * load.tokens_per_step / (point.decode_s + point.prefill_s);
  setFirstToken(point, constants);
  return point;
}

double contentionSeconds(const ServingPoint& point, double tpot_s) {
  constexpr double kMostBusy = 0.95;  // beyond it the queue of a steady state has no bound
  const double prefill = point.prefill.total();
  const double busy =
      std::min(kMostBusy, point.concurrency * prefill / (point.output_tokens * tpot_s));
  return prefill * busy / (1 - busy);
}

double queueSeconds(const ServingPoint& point, double tpot_s) {
  const double waiting = std::max(0.0, point.in_flight - point.concurrency);
  return waiting / point.concurrency * point.output_tokens * tpot_s;
}

}  // namespace moe
