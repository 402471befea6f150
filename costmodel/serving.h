#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/accelerator.h"
#include "costmodel/forward_shape.h"
#include "data/basis.h"
#include "data/error.h"
#include "data/units.h"

namespace moe {

/// Mean traffic of one request.
struct Workload {
  double prompt_tokens = 0;
  double output_tokens = 0;
};

/// What an engine takes its share of: vLLM and SGLang of the whole memory (weights come out of the
/// share), TensorRT-LLM of what the weights leave free.
enum class MemoryRule { kShareOfTotal, kShareOfFree };

/// What the serving engine allows and how weights and cache are stored.
struct ServingSettings {
  double memory_fraction = 0.9;  ///< of each device's memory, as memory_rule says
  MemoryRule memory_rule = MemoryRule::kShareOfTotal;
  std::optional<double> max_concurrency = 256;  ///< engine's limit on running requests; none: only
                                                ///< the KV space limits
  bool allreduce = true;
  double weight_bytes = 2;  ///< per parameter, the same for all of them
  double kv_bytes = 2;      ///< per element of the KV cache
  /// Data-sheet peak of the matrix products and the share reached, where they are not those of
  /// bf16 (weights in fp8 or fp4).
  std::optional<FlopPerSecond> peak;
  std::optional<double> compute_efficiency;
};

/// One line of a step's breakdown. A prefill is named after what bounds the largest part of it.
struct StepPart {
  std::string name;  ///< "dense", "experts", "attention", "fixed", "allreduce", "prefill"
  Seconds time;
  std::string bound;  ///< "compute", "memory", "latency", "link"
  Basis basis = Basis::kRoofline;
};

/// Steady serving of one replica on `devices` accelerators in tensor parallel.
struct ServingCost {
  int devices = 0;
  double concurrency = 0;        ///< b, real-valued
  double kv_space_requests = 0;  ///< what the KV space alone would hold
  double experts_touched = 0;    ///< distinct experts per layer that a decode step reads
  Seconds decode_step;
  Seconds prefill_per_step;  ///< expected cost of b/n prefills carried by each step
  double output_tokens_per_s = 0;
  double usd_per_million_output_tokens_all_in = 0;
  double usd_per_million_tokens = 0;         ///< of prompt and output together
  double usd_per_million_input_tokens = 0;   ///< the prefill seconds alone, per prompt token
  double usd_per_million_output_tokens = 0;  ///< the decode seconds alone, per output token
  std::vector<StepPart> parts;               ///< filled by servingBreakdown only
};

/// Bytes that the KV cache may fill on all devices; negative when the weights alone do not fit.
Bytes kvSpace(int devices, const ForwardShape& shape, const Accelerator& accelerator,
              const ServingSettings& settings);

/// Distinct experts of E that `tokens` tokens touch when each takes K of them evenly at random:
///
///     E_t = E (1 - (1 - K/E)^t)        E when K = E
double expertsTouched(double experts, double top_k, double tokens);

/// Time of one pass over one whole prompt and nothing else.
Seconds promptPass(int devices, const ForwardShape& shape, const Accelerator& accelerator,
                   const Workload& workload, const ServingSettings& settings);

/// What the times of products and attention rest on: efficiencies measured on an accelerator are
/// medians over other shapes than the model's, so they are transferred.
Basis kernelBasis(const Accelerator& accelerator);

/// Throughput and price on a given number of devices, Yun's iteration-level batching
/// [Yun2024, eqs. 5 and 6]. None when not even one request fits, or when
/// all-reduce is asked over a link whose bandwidth is not known.
///
///     b = min(KV space / (KV bytes per token * (p + n/2)), limit)     concurrent requests, real
///     T = b / (decode step + expected prefill)                        output tokens per second
///
/// Each step carries b/n prefills. Less than one is charged at its expected cost,
/// min(b/n, 1) * pass(max(b/n, 1) p tokens), not as a whole pass on every step. A pass is the sum
/// over dense, experts and attention of max(FLOP / achieved FLOP/s, bytes / achieved bytes/s), a
/// fixed time per layer, and two ring all-reduces per layer of bf16 activations.
///
/// Needs devices >= 1, output_tokens > 0 and prompt_tokens >= 0.
std::optional<ServingCost> servingOn(int devices, const ForwardShape& shape,
                                     const Accelerator& accelerator, UsdPerSecond price,
                                     const Workload& workload, const ServingSettings& settings);

/// The cheapest of 1..max_devices: C(m) = min_G G C0 / T_m(G). None when it fits on none.
std::optional<ServingCost> cheapestServing(const ForwardShape& shape,
                                           const Accelerator& accelerator, UsdPerSecond price,
                                           int max_devices, const Workload& workload,
                                           const ServingSettings& settings);

/// As servingOn, with the parts of the decode step and its prefill share.
std::optional<ServingCost> servingBreakdown(int devices, const ForwardShape& shape,
                                            const Accelerator& accelerator, UsdPerSecond price,
                                            const Workload& workload,
                                            const ServingSettings& settings);

}  // namespace moe
