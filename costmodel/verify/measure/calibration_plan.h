#pragma once

#include <vector>

#include "costmodel/kernels/layer_shape.h"
#include "costmodel/verify/measure/robust_time.h"

namespace moe {

struct PlannedLayer {
  int hidden = 0;
  int expert_ffn = 0;
  int experts = 1;
  int top_k = 1;

  bool operator==(const PlannedLayer&) const = default;
};

struct PlannedHeads {
  int heads = 1;
  int kv_heads = 1;
  int head_dim = 64;

  bool operator==(const PlannedHeads&) const = default;
};

/// What `calibrate` measures, before anything is: so that it can be shown, counted, and kept apart
/// from what `verify` asks. Every list rises.
struct CalibrationPlan {
  std::vector<LayerPrecision> precisions{LayerPrecision::kF32, LayerPrecision::kBf16};
  std::vector<int> product_n, product_k, product_m;
  std::vector<int> router_experts;  ///< narrow products, timed as routers with their top-k
  std::vector<PlannedLayer> layers;
  std::vector<double> skews{0, 1.2};
  std::vector<int> layer_tokens;
  std::vector<PlannedHeads> heads;
  std::vector<int> decode_batches, decode_contexts;
  std::vector<int> prefill_batches, prefill_tokens;
  double most_flop = 0;          ///< of one run in f32; larger points are left out
  double most_cache_bytes = 0;   ///< keys and values of one attention point
  double largest_set_bytes = 0;  ///< of the bandwidth curve
  TimingOptions timing;
};

/// Four minutes on two cores; quick: twenty seconds, with coarser axes.
CalibrationPlan calibrationPlan(bool quick);

/// Sequences and context of an attention point within most_cache_bytes, in f32.
bool fitsPlan(const CalibrationPlan& plan, const PlannedHeads& heads, int batch, int context);

}  // namespace moe
