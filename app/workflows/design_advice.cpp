#include "app/workflows/design_advice.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/readers/routing_trace.h"
#include "data/routing/task_routing.h"

namespace moe {
namespace {

constexpr double kGroupTokens = 4096;
constexpr double kTextCorrelation = 0.1;  // of texts, costmodel/routing
constexpr std::uint64_t kAdviceSeed = 0;

RoutingAssumption powerLaw(double exponent, double correlation) {
  RoutingAssumption assumption;
  assumption.popularity = PopularityKind::kPowerLaw;
  assumption.alpha = exponent;
  assumption.correlation = correlation;
  return assumption;
}

TokenBatch groupOfOneSequence() { return {kGroupTokens, kGroupTokens}; }

/// Drops under a power law; even routing (exponent 0) is compared with the usual one.
void addDrops(std::vector<Advice>& advice, double experts, double top_k, double exponent,
              double correlation) {
  if (!(exponent > 0)) exponent = RouterSkew{}.exponent;
  const auto drops =
      assumedDrops(powerLaw(exponent, correlation), static_cast<std::size_t>(experts),
                   static_cast<std::size_t>(top_k), groupOfOneSequence(), kAdviceSeed);
  if (drops) advice.push_back(capacityAdvice(*drops, fmt::format("a power law of {:g}", exponent)));
}

AdvisedModel advisedModel(const ModelArchitecture& model) {
  const ModelEntry& entry = model.entry;
  AdvisedModel advised;
  advised.experts = entry.experts;
  advised.top_k = entry.top_k;
  advised.active_share =
      static_cast<double>(model.params.active()) / static_cast<double>(model.params.total());
  if (model.routed_layers > 0)
    advised.layers_per_routed_layer = static_cast<double>(entry.layers + entry.encoder_layers) /
                                      static_cast<double>(model.routed_layers);
  advised.dense_beside_experts =
      entry.extra_ffn > 0 || entry.shared_experts > 0 || advised.layers_per_routed_layer >= 2;
  return advised;
}

/// Token by token, where the routing is known so.
std::optional<RoutingTrace> measuredTrace(const std::string& path, const RoutedModel& sizes) {
  if (auto trace = readRoutingTrace(path, sizes.experts)) return *std::move(trace);
  const auto tasks = readTaskRouting(path, sizes);
  if (!tasks || tasks->size() != 1) return std::nullopt;
  return tasks->front().trace;
}

/// The popularity that the request names, for models whose trace is not at hand.
Result<void> addCostDrops(std::vector<Advice>& advice, const CostRequest& request,
                          const CostSetting& setting) {
  const ModelEntry& model = setting.sweep.model.entry;
  const double correlation = request.router_correlation.value_or(kTextCorrelation);
  const bool file = setting.sweep.skew_of != nullptr;
  if (!file) {
    addDrops(advice, model.experts, model.top_k, setting.sweep.skew.exponent, correlation);
    return {};
  }
  const auto experts = static_cast<std::size_t>(model.experts);
  const RoutedModel sizes{static_cast<std::size_t>(model.top_k), experts};
  if (const auto trace = measuredTrace(request.router_skew, sizes)) {
    const auto drops = countedDrops(*trace, kGroupTokens, kAdviceSeed);
    if (!drops) return tl::unexpected(drops.error());
    advice.push_back(capacityAdvice(*drops, "the routing of " + request.router_skew));
    return {};
  }
  RoutingAssumption measured;
  measured.popularity = PopularityKind::kMeasured;
  measured.correlation = correlation;
  auto counts = readRoutingCounts(request.router_skew, sizes);
  if (!counts) return tl::unexpected(counts.error());
  measured.measured = *std::move(counts);
  const auto drops = assumedDrops(measured, experts, static_cast<std::size_t>(model.top_k),
                                  groupOfOneSequence(), kAdviceSeed);
  if (!drops) return tl::unexpected(drops.error());
  advice.push_back(capacityAdvice(*drops, "the counts of " + request.router_skew));
  return {};
}

AdvisedStep advisedStep(const CostOutcome& outcome) {
  AdvisedStep step;
  step.assignments = outcome.concurrency * outcome.model.entry.top_k;
  step.experts_touched = outcome.routing.experts_touched;
  step.expert_ffn = outcome.model.entry.expert_ffn;
  step.machine_flop_per_byte =
      outcome.accelerator.peak_bf16.value() / outcome.accelerator.memory_bandwidth.value();
  return step;
}

AdvisedSplit advisedSplit(const TrainingSetup& setup, const Accelerator& machine) {
  AdvisedSplit split;
  split.expert_devices = setup.expert_parallel;
  split.devices = double(setup.expert_parallel) * setup.expert_tensor_parallel;
  split.link_domain = machine.link_domain;
  return split;
}

void append(std::vector<Advice>& advice, std::vector<Advice> more) {
  std::ranges::move(more, std::back_inserter(advice));
}

}  // namespace

Result<std::vector<Advice>> costAdvice(const CostRequest& request, const CostSetting& setting,
                                       const CostOutcome& outcome) {
  std::vector<Advice> advice;
  if (outcome.model.entry.experts == 0) return advice;
  AdvisedSplit split;
  split.expert_devices = outcome.parallelism.expert_parallel;
  split.devices = outcome.devices;
  split.link_domain = outcome.accelerator.link_domain;
  append(advice, servingAdvice(advisedModel(outcome.model), split, advisedStep(outcome)));
  if (const auto added = addCostDrops(advice, request, setting); !added)
    return tl::unexpected(added.error());
  return advice;
}

std::vector<Advice> trainingCostAdvice(const TrainingCostOutcome& outcome) {
  const TrainingQuestion& question = outcome.question;
  const ModelEntry& model = question.model.entry;
  std::vector<Advice> advice;
  if (model.experts == 0) return advice;
  addDrops(advice, model.experts, model.top_k, RouterSkew{}.exponent, kTextCorrelation);
  append(advice, trainingAdvice(advisedModel(question.model),
                                advisedSplit(question.setup, question.accelerator)));
  return advice;
}

std::vector<Advice> planAdvice(const PlanAnswer& answer) {
  std::vector<Advice> advice;
  const auto& row = answer.outcome.recommendation.row;
  if (!row) return advice;
  const PlanRow& recommended = answer.outcome.rows[*row];
  AdvisedModel model;
  model.experts = recommended.experts;
  model.top_k = std::min(answer.request.shape_rule.top_k, recommended.experts);
  if (model.experts <= 1) return advice;
  model.active_share = recommended.chosen.active_params / recommended.chosen.total_params;
  addDrops(advice, model.experts, model.top_k, RouterSkew{}.exponent, kTextCorrelation);
  append(advice, trainingAdvice(model, std::nullopt));
  return advice;
}

std::vector<Advice> lifetimeAdvice(const LifetimeAnswer& answer, const LifetimeInputs& inputs) {
  std::vector<Advice> advice;
  if (!answer.shown || !answer.model) return advice;
  const auto model = architectureOf(answer.model->model.entry);
  if (!model || model->entry.experts <= 1) return advice;
  const std::size_t design = answer.outcome.rows[*answer.shown].design;
  addDrops(advice, model->entry.experts, model->entry.top_k,
           answer.question.router_skew.value_or(RouterSkew{}.exponent), kTextCorrelation);
  const Accelerator& machine = inputs.designs.requests[design].training.accelerator;
  append(advice,
         trainingAdvice(advisedModel(*model), advisedSplit(answer.model->training.setup, machine)));
  return advice;
}

}  // namespace moe
