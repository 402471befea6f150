#include "tests/costmodel/kernels/golden_vectors.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "costmodel/kernels/routing/router_presets.h"
#include "tests/support/temporary_folder.h"

namespace moe::test {
namespace {

using Json = nlohmann::json;

bool beginsWith(const std::string& text, const char* start) { return text.rfind(start, 0) == 0; }

/// The preset that stands for an implementation with these parameters.
std::string presetOf(const std::string& implementation, const Json& params) {
  if (beginsWith(implementation, "deepspeed.top1gating")) return "deepspeed-top1";
  if (beginsWith(implementation, "deepspeed.top2gating")) return "deepspeed-top2";
  if (beginsWith(implementation, "deepspeed.topkgating")) return "deepspeed-topk";
  if (beginsWith(implementation, "megatron"))
    return params.at("pre_softmax").get<bool>() ? "megatron-pre-softmax" : "megatron";
  if (beginsWith(implementation, "deepseek_v2")) return "hf-deepseek-v2";
  if (beginsWith(implementation, "tutel"))
    return params.at("bpr").get<bool>() ? "tutel-bpr" : "tutel";
  if (beginsWith(implementation, "flaxformer.TokensChoose"))
    return params.at("bpr").get<bool>() ? "flaxformer-tokens-choose-bpr"
                                        : "flaxformer-tokens-choose";
  if (beginsWith(implementation, "flaxformer.ExpertsChoose")) return "flaxformer-experts-choose";
  if (beginsWith(implementation, "praxis.top2"))
    return params.at("legacy_mtf_behavior").get<bool>() ? "praxis-top2-legacy" : "praxis-top2";
  if (beginsWith(implementation, "praxis.expert_choice")) return "praxis-expert-choice";
  if (beginsWith(implementation, "mesh_tf._expert_selection")) return "mesh-tf-expert-selection";
  if (beginsWith(implementation, "hf.Mixtral")) return "hf-mixtral";
  if (beginsWith(implementation, "hf.Switch")) return "hf-switch";
  return "";
}

/// The settings that the case's parameters name.
void applyParameters(const Json& params, RouterRule& rule) {
  for (const char* key : {"k", "topk"})
    if (params.contains(key)) rule.top_k = params.at(key);
  if (params.contains("capacity_factor")) {
    rule.capacity.factor = params.at("capacity_factor").get<double>();
    rule.capacity.least = params.value("min_capacity", 0);
  }
  if (params.contains("capacity_factor_equiv")) {
    // Praxis' gating was handed its capacity, as its caller has it before it rounds up to fours.
    rule.capacity.factor = params.at("capacity_factor_equiv").get<double>();
    rule.capacity.multiple_of = 1;
  }
  if (params.contains("expert_capacity"))
    rule.capacity.fixed = params.at("expert_capacity").get<int>();
  if (rule.group_is_sequence) rule.group_tokens = 8;  // one sequence
  if (params.contains("drop_policy"))
    rule.drop = params.at("drop_policy") == "probs" ? rule.drop : DropOrder::kPosition;
  if (params.value("norm_topk_prob", false)) rule.renormalise = Renormalise::kBeforeDrop;
  if (params.value("seq_aux", false)) rule.balance_tokens = 8;  // one sequence
}

/// How the implementations were run, where that is not their preset: without random numbers, and
/// where an expert selects with torch.topk, with that function's order of equal candidates.
void applyTheRun(const std::string& implementation, RouterRule& rule) {
  if (beginsWith(implementation, "deepspeed.top1gating(use_rts=False)"))
    rule.drop = DropOrder::kPosition;
  if (beginsWith(implementation, "deepspeed.top2gating(2nd_expert_sampling=False)"))
    rule.second = SecondChoice::kAll;
  if (beginsWith(implementation, "deepspeed.top1gating") || beginsWith(implementation, "megatron"))
    rule.ties = TieOrder::kTorchTopK;
}

std::optional<double> recorded(const Json& result, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (result.contains(key)) return result.at(key).get<double>();
  return std::nullopt;
}

void readGates(const Json& result, GoldenCase& golden) {
  for (const char* key : {"gates", "probs", "weights"}) {
    if (!result.contains(key)) continue;
    for (const Json& row : result.at(key))
      for (const Json& gate : row) golden.gates.push_back(gate);
  }
  if (result.contains("slots"))
    golden.slots = result.at("slots").get<std::vector<std::vector<int>>>();
  for (const char* key : {"map", "router_mask"})
    if (result.contains(key)) golden.kept = result.at(key).get<std::vector<std::vector<int>>>();
  if (!golden.gates.empty() || !result.contains("router_probs")) return;
  // Hugging Face Switch records the largest probability of each token, kept or not.
  for (std::size_t t = 0; t < golden.kept.size(); ++t)
    for (const int kept : golden.kept[t])
      golden.gates.push_back(kept * result.at("router_probs")[t].get<double>());
}

GoldenCase goldenCase(const Json& json, std::size_t number) {
  GoldenCase golden;
  const Json& params = json.at("params");
  const Json& result = json.at("result");
  golden.number = number;
  golden.implementation = json.at("implementation");
  golden.preset = presetOf(golden.implementation, params);
  golden.rule = routerPreset(golden.preset).value();
  applyParameters(params, golden.rule);
  applyTheRun(golden.implementation, golden.rule);
  readGates(result, golden);
  if (result.contains("exp_counts"))
    golden.chosen = result.at("exp_counts").get<std::vector<std::size_t>>();
  if (result.contains("over_capacity_1"))
    golden.dropped_share = {result.at("over_capacity_1").get<double>(),
                            result.at("over_capacity_2").get<double>()};
  golden.balance_loss = recorded(result, {"l_aux", "aux_loss", "aux_loss_coeff1"});
  golden.z_loss = recorded(result, {"z_loss_coeff1"});
  // Not `expert_capacity`, which Hugging Face Switch is given and we are as well.
  for (const Json* place : {&result, &params})
    for (const char* key : {"capacity", "bucket"})
      if (place->contains(key)) golden.capacity = place->at(key).get<int>();
  return golden;
}

/// [tokens, experts]: the slot of each kept assignment of a single group, -1 elsewhere.
std::vector<std::vector<int>> denseSlots(const Routing& routing) {
  std::vector<std::vector<int>> slots(routing.tokens, std::vector<int>(routing.experts, -1));
  for (int e = 0; e < routing.experts; ++e)
    for (int i = routing.first[e]; i < routing.first[e + 1]; ++i)
      slots[routing.token[i]][e] = i - routing.first[e];
  return slots;
}

std::string weightDifference(const GoldenCase& golden, const Routing& routing) {
  const auto weights = denseWeights(routing);
  for (std::size_t i = 0; i < golden.gates.size(); ++i) {
    // The references work in f32: some steps of 6e-8 each.
    if (std::abs(weights[i] - golden.gates[i]) <= 5e-7) continue;
    return fmt::format("weight of token {} at expert {} is {}, not {}", i / routing.experts,
                       i % routing.experts, weights[i], golden.gates[i]);
  }
  return "";
}

std::string keptDifference(const GoldenCase& golden, const Routing& routing) {
  auto slots = denseSlots(routing);
  if (!golden.slots.empty() && slots != golden.slots) return "slots differ";
  for (auto& row : slots)
    for (int& slot : row) slot = slot >= 0;
  if (!golden.kept.empty() && slots != golden.kept) return "other assignments are kept";
  return "";
}

std::string countDifference(const GoldenCase& golden, const Routed& routed) {
  if (golden.capacity && routed.capacity != golden.capacity)
    return fmt::format("capacity is {}, not {}", routed.capacity.value_or(-1), *golden.capacity);
  if (!golden.chosen.empty() && routed.chosen_per_expert != golden.chosen)
    return "other choices per expert";
  for (std::size_t i = 0; i < golden.dropped_share.size(); ++i)
    if (routed.dropped_per_choice[i] != golden.dropped_share[i] * routed.routing.tokens)
      return fmt::format("{} choices number {} are dropped", routed.dropped_per_choice[i], i + 1);
  return "";
}

std::string lossDifference(const GoldenCase& golden, const RouterRule& rule, const Routed& routed) {
  const double balance = routed.balance_loss * rule.balance_coefficient;
  if (golden.balance_loss && !(std::abs(balance / *golden.balance_loss - 1) <= 5e-7))
    return fmt::format("balance loss is {}, not {}", balance, *golden.balance_loss);
  if (golden.z_loss && !(std::abs(routed.z_loss / *golden.z_loss - 1) <= 5e-7))
    return fmt::format("z-loss is {}, not {}", routed.z_loss, *golden.z_loss);
  return "";
}

}  // namespace

GoldenVectors goldenVectors() {
  const Json json =
      Json::parse(fileText(std::string(MOEPLAN_SOURCE_DIR) + "/tests/golden/router_vectors.json"));
  const Json& inputs = json.at("inputs");
  GoldenVectors vectors;
  vectors.tokens = inputs.at("tokens");
  vectors.experts = inputs.at("experts");
  for (const Json& row : inputs.at("logits"))
    for (const Json& logit : row) vectors.logits.push_back(logit);
  vectors.z_loss = inputs.at("z_loss_mean_logsumexp_sq");
  for (const Json& item : json.at("cases"))
    vectors.cases.push_back(goldenCase(item, vectors.cases.size()));
  return vectors;
}

std::vector<double> denseWeights(const Routing& routing) {
  std::vector<double> weights(static_cast<std::size_t>(routing.tokens) * routing.experts, 0.0);
  for (int e = 0; e < routing.experts; ++e)
    for (int i = routing.first[e]; i < routing.first[e + 1]; ++i)
      weights[routing.token[i] * routing.experts + e] = routing.weight[i];
  return weights;
}

std::string differenceFrom(const GoldenCase& golden, const GoldenVectors& vectors,
                           const RouterRule& rule) {
  const auto routed = route(rule, vectors.logits, vectors.tokens, vectors.experts);
  if (!routed) return describe(routed.error());
  for (const std::string& difference :
       {countDifference(golden, *routed), keptDifference(golden, routed->routing),
        weightDifference(golden, routed->routing), lossDifference(golden, rule, *routed)})
    if (!difference.empty()) return difference;
  return "";
}

}  // namespace moe::test
