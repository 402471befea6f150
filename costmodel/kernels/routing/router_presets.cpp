#include "costmodel/kernels/routing/router_presets.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "data/nearest_name.h"

namespace moe {
namespace {

constexpr double kFloatEpsilon = 0x1p-23;  // torch.finfo(float32).eps

RouterRule switchTop1() {
  RouterRule rule;
  rule.capacity.factor = 1.25;
  rule.balance_coefficient = 1e-2;
  return rule;
}

RouterRule gshardTop2() {
  RouterRule rule;
  rule.top_k = 2;
  rule.renormalise = Renormalise::kBeforeDrop;
  rule.capacity.factor = 1;
  rule.capacity.times_top_k = TopKFactor::kBeforeRounding;
  rule.second = SecondChoice::kRandom;
  rule.second_threshold = 0.5;
  return rule;
}

RouterRule stMoe() {
  RouterRule rule;
  rule.top_k = 2;
  rule.renormalise = Renormalise::kBeforeDrop;
  rule.capacity.factor = 1.25;
  rule.capacity.rounding = CapacityRounding::kDown;
  rule.second = SecondChoice::kRandom;
  rule.second_threshold = 0.2;
  rule.balance_coefficient = 1e-2;
  rule.z_coefficient = 1e-3;
  return rule;
}

RouterRule prioritised(RouterRule rule) {
  rule.drop = DropOrder::kBatchPrioritised;
  return rule;
}

RouterRule expertChoice() {
  RouterRule rule;
  rule.selection = RouterSelection::kExpertsChoose;
  rule.balance = BalanceCount::kNone;
  rule.capacity.factor = 2;
  rule.capacity.rounding = CapacityRounding::kDown;
  return rule;
}

RouterRule flaxformer(int top_k) {
  RouterRule rule;
  rule.top_k = top_k;
  rule.capacity.factor = 1.25;
  rule.capacity.rounding = CapacityRounding::kHalfToEven;
  rule.capacity.least = 4;
  rule.balance = BalanceCount::kAllChoices;
  return rule;
}

RouterRule flaxformerExpertsChoose() {
  RouterRule rule = expertChoice();
  rule.capacity = flaxformer(1).capacity;
  return rule;
}

RouterRule meshTop2() {
  RouterRule rule;
  rule.top_k = 2;
  rule.renormalise = Renormalise::kBeforeDrop;
  rule.divisor_added = 1e-9;
  rule.capacity.factor = 1.25;
  rule.capacity.rounding = CapacityRounding::kDown;
  rule.capacity.least = 4;
  rule.capacity.within_group = true;
  rule.slot_order = SlotOrder::kAfterKeptFirst;
  rule.second = SecondChoice::kRandom;
  rule.second_threshold = 0.2;
  return rule;
}

RouterRule meshExpertSelection() {
  RouterRule rule = expertChoice();
  rule.scores = RouterScores::kSoftmaxOverTokens;
  rule.renormalise = Renormalise::kByTakers;
  rule.capacity.factor = 1.25;
  rule.capacity.least = 4;
  rule.capacity.within_group = true;
  return rule;
}

RouterRule praxisTop2(bool legacy) {
  RouterRule rule;
  rule.top_k = 2;
  rule.renormalise = legacy ? Renormalise::kBeforeDrop : Renormalise::kAfterDrop;
  rule.balance_added = legacy ? 0 : 1e-6;  // its density is over mean(not padding) + 1e-6
  rule.divisor_added = 1e-9;
  rule.capacity.factor = 1;
  rule.capacity.rounding = CapacityRounding::kDown;
  rule.capacity.multiple_of = 4;
  rule.slot_order = SlotOrder::kAfterKeptFirst;
  return rule;
}

RouterRule praxisExpertChoice() {
  RouterRule rule = expertChoice();
  rule.capacity.tokens_per_expert = TokensPerExpert::kRoundedDown;
  return rule;
}

RouterRule deepspeedTop1() {
  RouterRule rule;
  rule.capacity.factor = 1;
  rule.capacity.least = 4;
  rule.drop = DropOrder::kRandom;
  return rule;
}

RouterRule deepspeedTop2() {
  RouterRule rule;
  rule.top_k = 2;
  rule.renormalise = Renormalise::kAfterDrop;
  rule.divisor_least = kFloatEpsilon;
  rule.capacity.factor = 1;
  rule.capacity.times_top_k = TopKFactor::kBeforeRounding;
  rule.capacity.least = 4;
  rule.second = SecondChoice::kSampled;
  return rule;
}

RouterRule deepspeedTopK() {
  RouterRule rule = deepspeedTop2();
  rule.renormalise_single = true;
  rule.second = SecondChoice::kAll;
  rule.slot_order = SlotOrder::kTokenByToken;
  rule.drop = DropOrder::kLogit;
  rule.balance = BalanceCount::kAllChoices;
  rule.balance_per_choice = true;
  return rule;
}

RouterRule megatron(RouterScores scores) {
  RouterRule rule;
  rule.top_k = 2;
  rule.scores = scores;
  rule.capacity.times_top_k = TopKFactor::kBeforeRounding;
  rule.drop = DropOrder::kProbability;
  rule.balance = BalanceCount::kAllChoices;
  rule.balance_per_choice = true;
  if (scores == RouterScores::kSigmoid) {
    rule.renormalise = Renormalise::kBeforeDrop;
    rule.divisor_added = 1e-20;
  }
  return rule;
}

RouterRule megablocks() {
  RouterRule rule;
  rule.top_k = 2;
  rule.capacity.rounding = CapacityRounding::kDown;
  rule.capacity.times_top_k = TopKFactor::kBeforeRounding;
  rule.slot_order = SlotOrder::kTokenByToken;
  rule.balance = BalanceCount::kAllChoices;
  rule.balance_per_choice = true;
  return rule;
}

RouterRule tutel() {
  RouterRule rule;
  rule.top_k = 2;
  rule.renormalise = Renormalise::kBeforeDrop;
  rule.divisor_least = kFloatEpsilon;
  rule.capacity.factor = 1;
  rule.capacity.tokens_per_expert = TokensPerExpert::kRoundedUp;
  rule.capacity.rounding = CapacityRounding::kDown;
  rule.capacity.times_top_k = TopKFactor::kAfterRounding;
  return rule;
}

RouterRule mixtral() {
  RouterRule rule;
  rule.top_k = 2;
  rule.renormalise = Renormalise::kBeforeDrop;
  rule.renormalise_single = true;
  rule.balance = BalanceCount::kAllChoices;
  return rule;
}

RouterRule qwen2Moe() {
  RouterRule rule = mixtral();
  rule.top_k = 4;
  rule.renormalise = Renormalise::kNone;
  return rule;
}

RouterRule deepseekV2() {
  RouterRule rule;
  rule.top_k = 6;
  rule.divisor_added = 1e-20;
  rule.balance = BalanceCount::kAllChoices;
  rule.balance_per_choice = true;
  rule.balance_coefficient = 1e-3;
  return rule;
}

RouterRule hfSwitch() {
  RouterRule rule;
  rule.capacity.fixed = 64;
  rule.group_is_sequence = true;
  return rule;
}

std::vector<RouterPreset> allPresets() {
  return {
      {"switch", "Switch Transformer: top-1, weight p, capacity (T/E) CF", switchTop1()},
      {"gshard", "GShard: top-2, second choice sent with probability 2 g2, capacity 2 T/E",
       gshardTop2()},
      {"st-moe", "ST-MoE: top-2, weights over the two, second sent by g2/0.2, balance and z-loss",
       stMoe()},
      {"st-moe-bpr", "ST-MoE's encoder: the same, batch-prioritised", prioritised(stMoe())},
      {"expert-choice", "Expert choice: each expert takes its best T c/E tokens, c = 2",
       expertChoice()},
      {"deepspeed-top1",
       "DeepSpeed top1gating: random token selection, capacity at least 4 (the MoE layer's "
       "default)",
       deepspeedTop1()},
      {"deepspeed-top2", "DeepSpeed top2gating: second choice sampled, weights over what was kept",
       deepspeedTop2()},
      {"deepspeed-topk",
       "DeepSpeed topkgating: experts keep the largest raw logits, zeros included",
       deepspeedTopK()},
      {"flaxformer-experts-choose", "flaxformer ExpertsChoose: capacity rounded half to even",
       flaxformerExpertsChoose()},
      {"flaxformer-tokens-choose",
       "flaxformer TokensChoose: raw p, half-to-even capacity, not times k", flaxformer(2)},
      {"flaxformer-tokens-choose-bpr", "the same, batch-prioritised", prioritised(flaxformer(2))},
      {"hf-deepseek-v2", "DeepSeek-V2 MoEGate: top-6 of raw p times a factor, nothing dropped",
       deepseekV2()},
      {"hf-mixtral", "Hugging Face Mixtral: top-2, weights over the two, nothing dropped",
       mixtral()},
      {"hf-qwen2-moe", "Hugging Face Qwen2-MoE: top-4 of raw p (norm_topk_prob off)", qwen2Moe()},
      {"hf-switch", "Hugging Face Switch: top-1, 64 slots per sequence, whose length must be set",
       hfSwitch()},
      {"megablocks", "Megablocks: top-2 of raw p, no drop without a capacity factor", megablocks()},
      {"megatron", "Megatron: softmax over the chosen logits, drop by weight",
       megatron(RouterScores::kSoftmaxOfChosen)},
      {"megatron-pre-softmax", "Megatron with pre_softmax: raw p of the chosen",
       megatron(RouterScores::kSoftmax)},
      {"megatron-sigmoid", "Megatron with sigmoid scores, weights over the chosen",
       megatron(RouterScores::kSigmoid)},
      {"mesh-tf-expert-selection",
       "mesh-TF: softmax over tokens, divided by the experts that took it", meshExpertSelection()},
      {"mesh-tf-top2",
       "mesh-TF top-2: second choice sent by g2/0.2, capacity at least 4, else within the group",
       meshTop2()},
      {"praxis-expert-choice", "praxis expert choice: buckets of int(T//E CF)",
       praxisExpertChoice()},
      {"praxis-top2", "praxis top-2: weights over what was kept, capacity a multiple of 4",
       praxisTop2(false)},
      {"praxis-top2-legacy", "praxis top-2 with legacy_mtf_behavior: weights before dropping",
       praxisTop2(true)},
      {"tutel", "Tutel: top-2, weights before dropping, k int(CF ceil(T/E)) slots", tutel()},
      {"tutel-bpr", "the same, batch-prioritised", prioritised(tutel())},
  };
}

}  // namespace

std::span<const RouterPreset> routerPresets() {
  static const std::vector<RouterPreset> kPresets = allPresets();
  return kPresets;
}

Result<RouterRule> routerPreset(std::string_view name) {
  std::vector<std::string> names;
  for (const RouterPreset& preset : routerPresets()) {
    if (preset.name == name) return preset.rule;
    names.emplace_back(preset.name);
  }
  return fail(ErrorKind::kUsage, "router",
              fmt::format("there is no preset {}; {}", name, didYouMean(name, names)));
}

}  // namespace moe
