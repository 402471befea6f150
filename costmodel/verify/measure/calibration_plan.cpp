#include "costmodel/verify/measure/calibration_plan.h"

namespace moe {

CalibrationPlan calibrationPlan(bool quick) {
  CalibrationPlan plan;
  plan.router_experts = {2, 16, 64};
  plan.heads = {{8, 8, 64}, {12, 3, 64}};
  if (quick) {
    plan.product_n = {256, 1024, 4096};
    plan.product_k = {256, 2048};
    plan.product_m = {1, 4, 16, 64, 256, 1024};
    plan.heads = {{12, 3, 64}};
    plan.layers = {{384, 1024, 2, 1}, {384, 1024, 12, 2}, {384, 1024, 48, 4}, {896, 1792, 12, 2}};
    plan.layer_tokens = {1, 4, 16, 64, 256, 2048};
    plan.decode_batches = {1, 16};
    plan.decode_contexts = {64, 512, 2048};
    plan.prefill_batches = {1};
    plan.prefill_tokens = {64, 512};
    plan.most_flop = 2e10;
    plan.most_cache_bytes = 64e6;
    plan.largest_set_bytes = 512e6;
    plan.timing = {.budget_s = 0.02, .least = 3, .most = 51, .target_error = 0.02};
    return plan;
  }
  plan.product_n = {192, 768, 3072};
  plan.product_k = {192, 768, 3072};
  plan.product_m = {1, 4, 8, 16, 32, 64, 128, 512, 2048};
  plan.layers = {{320, 640, 1, 1},   {320, 640, 2, 1},    {320, 640, 12, 1},  {320, 640, 12, 4},
                 {320, 640, 48, 1},  {320, 640, 48, 4},   {640, 1792, 1, 1},  {640, 1792, 6, 1},
                 {640, 1792, 6, 3},  {640, 1792, 24, 1},  {640, 1792, 24, 4}, {640, 1792, 48, 4},
                 {1280, 2560, 1, 1}, {1280, 2560, 12, 2}, {1280, 2560, 24, 5}};
  plan.layer_tokens = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048};
  plan.decode_batches = {1, 8, 64};
  plan.decode_contexts = {64, 512, 4096};
  plan.prefill_batches = {1, 4};
  plan.prefill_tokens = {64, 256, 1024};
  plan.most_flop = 6e10;
  plan.most_cache_bytes = 256e6;
  plan.largest_set_bytes = 2.2e9;
  plan.timing = {.budget_s = 0.06, .least = 5, .most = 101, .target_error = 0.01};
  return plan;
}

bool fitsPlan(const CalibrationPlan& plan, const PlannedHeads& heads, int batch, int context) {
  constexpr double kBytes = 4;
  return 2.0 * batch * context * heads.kv_heads * heads.head_dim * kBytes <= plan.most_cache_bytes;
}

}  // namespace moe
