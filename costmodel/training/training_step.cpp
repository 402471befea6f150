#include "costmodel/training/training_step.h"

#include <algorithm>
#include <cmath>

#include "costmodel/training/training_flop.h"

namespace moe {
namespace {

constexpr int kNovember2025 = 25 * 12 + 11;
/// Mean over the life of a parameter: gradient read, master weight, two moments read and written,
/// weight written: 2 + 3 x 8 + 4 bytes.
constexpr double kOptimizerBytes = 30;
/// Weights in bf16 gathered twice (forward, backward), gradients in bf16 reduced once.
constexpr double kReplicaBytes = 6;

double number(std::int64_t count) { return static_cast<double>(count); }

/// One training step seen from one device, with the speeds that its groups reach.
class StepCounter {
 public:
  StepCounter(const ModelArchitecture& model, const Accelerator& accelerator,
              const TrainingSetup& setup)
      : model_(model), entry_(model.entry), machine_(accelerator), setup_(setup) {
    link_ = machine_.link_bandwidth.value() > 0 ? machine_.link_bandwidth.value() : 1e10;
    network_ = machine_.network_bandwidth.value() > 0 ? machine_.network_bandwidth.value() : link_;
  }

  StepTerms count(int month);

 private:
  double repeated() const { return setup_.recompute == Recompute::kFull ? 4.0 / 3.0 : 1.0; }
  double bandwidth(double group) const { return group <= machine_.link_domain ? link_ : network_; }
  double activationElements() const;
  double dispatchedElements() const;
  void countProducts(StepTerms& terms) const;
  void countMemory(StepTerms& terms) const;
  void countReplicas(StepTerms& terms) const;
  void countAllToAll(StepTerms& terms) const;

  const ModelArchitecture& model_;
  const ModelEntry& entry_;
  const Accelerator& machine_;
  const TrainingSetup& setup_;
  double link_ = 0;
  double network_ = 0;
};

double& at(StepTerms& terms, StepTerm term) {
  return terms.seconds[static_cast<std::size_t>(term)];
}

void StepCounter::countProducts(StepTerms& terms) const {
  const auto flop = trainingFlop(model_, setup_.sequence_length);
  if (!flop) return;
  const double peak = trainingPeak(machine_, setup_.precision).value();
  const double bf16 = machine_.peak_bf16.value();
  const double products = flop->attention_projections + flop->dense_ffn + flop->shared_experts +
                          flop->routed_experts + flop->router;
  at(terms, StepTerm::kMatrices) = 3 * (products * repeated() / peak + flop->output_head / bf16);
  constexpr double kReferenceWidth = 2048;
  if (entry_.expert_ffn > 0)
    at(terms, StepTerm::kNarrowExperts) =
        3 * flop->routed_experts * repeated() / peak * (kReferenceWidth / entry_.expert_ffn);
  at(terms, StepTerm::kAttention) = 3 * flop->attention_scores * repeated() / bf16;
}

/// Elements that pass through memory per token and pass: inputs and outputs of every operator.
double StepCounter::activationElements() const {
  const double heads = entry_.heads;
  const bool latent = entry_.attention == AttentionKind::kMla;
  const double attention =
      latent ? heads * (2.0 * entry_.qk_nope_dim + entry_.qk_rope_dim + 2.0 * entry_.v_head_dim) +
                   entry_.q_lora_rank + entry_.kv_lora_rank
             : (2 * heads + 2.0 * entry_.kv_heads) * entry_.head_dim;
  const double routed = number(model_.routed_layers);
  return entry_.layers * (8.0 * entry_.hidden + attention) +
         (entry_.layers - routed) * entry_.ffn_matrices * entry_.dense_ffn +
         routed * entry_.ffn_matrices * (double(entry_.shared_ffn) + entry_.extra_ffn);
}

double StepCounter::dispatchedElements() const {
  return number(model_.routed_layers) * entry_.top_k *
         (double(expertMatrices(entry_)) * entry_.expert_ffn + 2.0 * entry_.hidden);
}

void StepCounter::countMemory(StepTerms& terms) const {
  const double memory = machine_.memory_bandwidth.value();
  constexpr double kBytesOfThreePasses = 2 * 3;
  at(terms, StepTerm::kActivations) =
      kBytesOfThreePasses * activationElements() * repeated() / memory;
  at(terms, StepTerm::kDispatched) =
      kBytesOfThreePasses * dispatchedElements() * repeated() / memory;
  const double per_token = double(setup_.tensor_parallel) * setup_.context_parallel /
                           (setup_.micro_batch_sequences * setup_.sequence_length);
  at(terms, StepTerm::kLaunches) = entry_.layers * per_token * repeated();
  at(terms, StepTerm::kExpertLaunches) = number(model_.routed_layers) * per_token * repeated();
  // Eight gathers or scatters of bf16 activations per layer, forward and backward together.
  at(terms, StepTerm::kTensorParallel) = entry_.layers * 16.0 * entry_.hidden *
                                         (setup_.tensor_parallel - 1) * repeated() /
                                         bandwidth(setup_.tensor_parallel);
}

void StepCounter::countReplicas(StepTerms& terms) const {
  const ParameterCount& params = model_.params;
  const double split = double(setup_.tensor_parallel) * setup_.pipeline_parallel;
  const double dense = (number(params.unrouted()) - number(params.norms)) / split;
  const double experts =
      number(params.experts * params.one_expert) /
      (double(setup_.expert_parallel) * setup_.expert_tensor_parallel * setup_.pipeline_parallel);
  const double replicas = setup_.weightReplicas();
  const double expert_replicas = setup_.expertReplicas();
  const double bytes =
      kReplicaBytes * ((replicas > 1 ? dense : 0) + (expert_replicas > 1 ? experts : 0));
  const double rate = bandwidth(double(setup_.devices) / setup_.pipeline_parallel);
  const double tokens = setup_.tokensPerDevice();
  if (setup_.zero_stage < 3)
    at(terms, StepTerm::kGradients) = bytes / tokens / rate;
  else
    at(terms, StepTerm::kGathers) = bytes * split * setup_.context_parallel /
                                    (setup_.micro_batch_sequences * setup_.sequence_length) / rate;
  const bool divided = setup_.zero_stage > 0;
  const double updated = divided ? dense / replicas + experts / expert_replicas : dense + experts;
  terms.optimizer = kOptimizerBytes * updated / machine_.memory_bandwidth.value() / tokens;
}

void StepCounter::countAllToAll(StepTerms& terms) const {
  const double group = double(setup_.expert_parallel) * setup_.expert_tensor_parallel;
  if (group <= 1) return;
  // bf16 out and back, forward and backward.
  const double bytes = number(model_.routed_layers) * entry_.hidden * 2.0 * 4.0;
  const double domains = std::max(1.0, group / machine_.link_domain);
  const double away =
      domains > 1 ? (domains - 1) * (1 - std::pow(1 - 1 / domains, entry_.top_k)) : 0;
  at(terms, StepTerm::kAllToAll) =
      bytes * (entry_.top_k * (1 - 1 / group) / link_ + away / network_);
}

StepTerms StepCounter::count(int month) {
  StepTerms terms;
  countProducts(terms);
  countMemory(terms);
  countReplicas(terms);
  countAllToAll(terms);
  terms.bubble = 1 + (setup_.pipeline_parallel - 1) /
                         (std::max(1.0, setup_.microBatches()) * setup_.chunks(entry_.layers));
  constexpr double kTwoYears = 2;
  if (model_.routed_layers > 0) terms.years = std::max(-kTwoYears, (month - kNovember2025) / 12.0);
  terms.overlapped = setup_.overlapped_all_to_all;
  return terms;
}

}  // namespace

std::string_view name(StepTerm term) {
  switch (term) {
    case StepTerm::kMatrices:
      return "matrix products";
    case StepTerm::kNarrowExperts:
      return "narrow experts";
    case StepTerm::kAttention:
      return "attention scores";
    case StepTerm::kActivations:
      return "activations";
    case StepTerm::kDispatched:
      return "dispatched tokens";
    case StepTerm::kLaunches:
      return "launches";
    case StepTerm::kExpertLaunches:
      return "launches of routing";
    case StepTerm::kTensorParallel:
      return "tensor parallel";
    case StepTerm::kAllToAll:
      return "all-to-all";
    case StepTerm::kGradients:
      return "gradients";
    case StepTerm::kGathers:
      return "weight gathers";
    case StepTerm::kProgress:
      return "progress a year";
    case StepTerm::kCount:
      break;
  }
  require(false, "unknown term of a training step");
  return {};
}

StepTerms stepTerms(const ModelArchitecture& model, const Accelerator& accelerator,
                    const TrainingSetup& setup, int month) {
  return StepCounter(model, accelerator, setup).count(month);
}

StepTime stepTime(const StepTerms& terms, const StepCoefficients& coefficients) {
  const auto index = [](StepTerm term) { return static_cast<std::size_t>(term); };
  const double gain = std::pow(coefficients[index(StepTerm::kProgress)], -terms.years);
  std::array<double, kStepTerms> cost{};
  for (std::size_t i = 0; i < index(StepTerm::kProgress); ++i)
    cost[i] = coefficients[i] * terms.seconds[i];
  constexpr StepTerm kRouting[] = {StepTerm::kNarrowExperts, StepTerm::kDispatched,
                                   StepTerm::kExpertLaunches, StepTerm::kAllToAll};
  for (const StepTerm term : kRouting) cost[index(term)] *= gain;

  const auto group = [&](StepTerm term) {
    if (term == StepTerm::kLaunches || term == StepTerm::kExpertLaunches) return 1;
    return term == StepTerm::kAllToAll && terms.overlapped ? 2 : 0;
  };
  double sums[3] = {0, 0, 0};
  for (std::size_t i = 0; i < index(StepTerm::kGradients); ++i)
    sums[group(static_cast<StepTerm>(i))] += cost[i];
  const double root = std::sqrt(sums[0] * sums[0] + sums[1] * sums[1] + sums[2] * sums[2]);

  StepTime time;
  for (std::size_t i = 0; i < index(StepTerm::kGradients); ++i)
    time.parts[i] = cost[i] * sums[group(static_cast<StepTerm>(i))] / root * terms.bubble;
  for (const StepTerm term : {StepTerm::kGradients, StepTerm::kGathers})
    time.parts[index(term)] = cost[index(term)];
  time.seconds = root * terms.bubble + cost[index(StepTerm::kGradients)] +
                 cost[index(StepTerm::kGathers)] + terms.optimizer;
  for (std::size_t i = 0; i < kStepTerms; ++i) time.slopes[i] = time.parts[i] / time.seconds;
  for (const StepTerm term : kRouting)
    time.slopes[index(StepTerm::kProgress)] -= time.slopes[index(term)] * terms.years;
  return time;
}

}  // namespace moe
