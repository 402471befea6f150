#include "costmodel/advice/advice.h"

#include <fmt/format.h>

#include <algorithm>

namespace moe {
namespace {

constexpr const char* kStMoe = "ST-MoE, arXiv 2202.08906";
constexpr const char* kFlanMoe = "FLAN-MoE, arXiv 2305.14705";

// Where ST-MoE sees diminishing returns [Zoph2022].
constexpr double kManyExperts = 256;
constexpr double kLowActiveShare = 0.01;

Advice published(const char* code, std::string message, const char* source) {
  return {code, std::move(message), AdviceBasis::kPublished, source};
}

/// Capacity factor and top-n by the links.
Advice linkAdvice(const std::optional<AdvisedSplit>& split) {
  std::string text =
      "Top-2 with a capacity factor of 1.25 in training and 2.0 in evaluation (of tokens over "
      "experts, k not counted)";
  if (!split || split->expert_devices <= 1)
    return published("capacity_and_top_n",
                     text +
                         "; larger ones and more experts a token where links are fast, smaller "
                         "ones, down to top-1 with batch-prioritised routing, where slow",
                     kStMoe);
  text += split->crossesDomains()
              ? fmt::format(
                    "; here tokens cross the network ({:g} devices, {:g} share a fast "
                    "link): smaller factors and top-1 with batch-prioritised routing pay",
                    split->devices, split->link_domain)
              : fmt::format(
                    "; here {:g} devices share a fast link: larger factors and more "
                    "experts a token pay",
                    split->devices);
  return published("capacity_and_top_n", text, kStMoe);
}

std::optional<Advice> layerAdvice(const AdvisedModel& model) {
  if (model.layers_per_routed_layer <= 0) return std::nullopt;
  std::string text =
      "One layer in four routes, with a dense FFN next to it (which gained 0.014 nats, table 16)";
  text += model.layers_per_routed_layer > 1.001
              ? fmt::format("; here one in {:.3g} does", model.layers_per_routed_layer)
              : std::string("; here every layer does");
  if (!model.dense_beside_experts) text += ", with no dense FFN beside the experts";
  return published("routed_layers", text, kStMoe);
}

std::optional<Advice> manyExpertsAdvice(const AdvisedModel& model) {
  const bool many = model.experts > kManyExperts;
  const bool sparse = model.active_share > 0 && model.active_share < kLowActiveShare;
  if (!many && !sparse) return std::nullopt;
  return published(
      "many_experts",
      fmt::format("More than 256 experts or less than 1 % of the parameters active brings "
                  "diminishing returns; here {:g} experts{}",
                  model.experts,
                  model.active_share > 0
                      ? fmt::format(" and {:.2g} % active", 100 * model.active_share)
                      : ""),
      kStMoe);
}

}  // namespace

std::string_view name(AdviceBasis basis) {
  return basis == AdviceBasis::kComputed ? "computed" : "published, not checked here";
}

std::vector<Advice> trainingAdvice(const AdvisedModel& model,
                                   const std::optional<AdvisedSplit>& split) {
  std::vector<Advice> advice{linkAdvice(split)};
  if (auto layers = layerAdvice(model)) advice.push_back(*std::move(layers));
  if (auto many = manyExpertsAdvice(model)) advice.push_back(*std::move(many));
  advice.push_back(published("router_losses",
                             "Loss = cross-entropy + 0.01 balance loss + 0.001 z-loss of the "
                             "router; with the z-loss 3 of 3 runs were stable, without 4 of 6",
                             kStMoe));
  advice.push_back(published("instruction_tuning",
                             "Tune on instructions before fine-tuning on a task: MoE models gain "
                             "more from it than dense ones, and fine-tuned without it they fall "
                             "behind them",
                             kFlanMoe));
  return advice;
}

double firstProductFlopPerByte(const AdvisedStep& step, double expert_devices) {
  const double assignments = step.assignments / expert_devices;
  const double experts = std::max(1.0, step.experts_touched / expert_devices);
  if (!(assignments > 0)) return 0;
  return assignments * step.expert_ffn / (assignments + step.expert_ffn * experts);
}

std::vector<Advice> servingAdvice(const AdvisedModel& model, const AdvisedSplit& split,
                                  const AdvisedStep& step) {
  std::vector<Advice> advice;
  const double per_device = model.experts / split.expert_devices;
  advice.push_back(published(
      "experts_per_device",
      fmt::format("At most one expert a core, for each that a step touches is read from memory; "
                  "here a device holds {:.3g} a layer and the experts' first product does {:.3g} "
                  "FLOP per byte read, of {:.3g} that the machine could (computed)",
                  per_device, firstProductFlopPerByte(step, split.expert_devices),
                  step.machine_flop_per_byte),
      kStMoe));
  if (split.expert_devices > 1)
    advice.push_back(published(
        "exchange",
        fmt::format(
            "What the exchange between devices costs follows devices, batch, hidden size "
            "and capacity, not the number of experts; here it {}",
            split.crossesDomains()
                ? fmt::format("leaves the {:g} devices that the fast link joins", split.link_domain)
                : fmt::format("stays on the fast link of {:g} devices", split.link_domain)),
        kStMoe));
  if (auto many = manyExpertsAdvice(model)) advice.push_back(*std::move(many));
  return advice;
}

}  // namespace moe
