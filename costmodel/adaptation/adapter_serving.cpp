#include "costmodel/adaptation/adapter_serving.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

constexpr double kBf16Bytes = 2;

/// Bytes of one adapter by what serving does with them.
struct AdapterParts {
  double added = 0;     ///< beside the model's own
  double replaced = 0;  ///< of parts that every token passes
  double experts = 0;   ///< of routed experts
  double total() const { return added + replaced + experts; }
};

AdapterParts adapterPartsOf(const AdaptedModel& adapted) {
  AdapterParts parts;
  parts.added = kBf16Bytes * static_cast<double>(adapted.added());
  const auto experts = adapted.own[static_cast<std::size_t>(ModelPart::kRoutedExperts)];
  parts.experts = kBf16Bytes * static_cast<double>(experts);
  parts.replaced =
      kBf16Bytes * static_cast<double>(adapted.trained()) - parts.added - parts.experts;
  return parts;
}

/// Probability that a token chooses an expert of a routed layer.
double chosenBy(const AdapterServingQuestion& question, std::size_t layer, std::size_t expert) {
  const ModelEntry& entry = question.setting.model.entry;
  const auto& popularity = question.popularity;
  if (!popularity || popularity->uniform())
    return static_cast<double>(entry.top_k) / static_cast<double>(entry.experts);
  return popularity->layer(std::min(layer, popularity->layers() - 1))[expert];
}

/// Experts, of all layers, that K adapters with their own copies of the selected ones touch in a
/// batch, beyond those that one set would: of each selected expert up to K copies.
double furtherExperts(const AdapterServingQuestion& question, const AdaptationSettings& settings,
                      double tokens) {
  const double adapters = question.adapters;
  double further = 0;
  const auto add = [&](std::size_t layer, std::size_t expert) {
    const double p = chosenBy(question, layer, expert);
    const double apart = adapters * (1 - std::pow(1 - p, tokens / adapters));
    further += apart - (1 - std::pow(1 - p, tokens));
  };
  if (settings.selection) {
    std::size_t layer = 0;
    for (const auto& [number, chosen] : settings.selection->experts) {
      for (const int expert : chosen) add(layer, static_cast<std::size_t>(expert));
      ++layer;
    }
    return further;
  }
  const auto layers = static_cast<std::size_t>(question.setting.model.routed_layers);
  for (std::size_t layer = 0; layer < layers; ++layer)
    for (int expert = 0; expert < question.setting.model.entry.experts; ++expert)
      add(layer, static_cast<std::size_t>(expert));
  return further;
}

double addedFlop(const AdaptedModel& adapted) {
  double flop = 0;
  for (const auto& block : adapted.matrices)
    for (const MatrixAdaptation& one : block) flop += one.added_flop;
  return flop;
}

double oneExpertBytes(const ModelArchitecture& model) {
  return kBf16Bytes * static_cast<double>(model.params.one_expert) /
         std::max(1.0, static_cast<double>(model.routed_layers));
}

double kvTokens(const ServingOption& option) {
  return option.parallelism.data_parallel * std::max(0.0, option.memory.kv_space.value()) /
         std::max(1e-300, option.memory.kv_bytes_per_token);
}

AdapterDeployment deploymentOf(const ServingOption& option, Bytes weights) {
  AdapterDeployment deployment;
  deployment.devices = option.parallelism.devices();
  deployment.weights = weights;
  deployment.kv_capacity_tokens = kvTokens(option);
  deployment.concurrency = option.point.concurrency;
  deployment.tpot = Seconds(option.point.tpot_s);
  deployment.output_tokens_per_s = option.point.output_tokens_per_s;
  return deployment;
}

/// What a step with so many requests reads and computes for the adapters.
void addExtraStep(AdapterServing& serving, const AdapterServingQuestion& question,
                  const AdaptedModel& adapted, const AdaptationSettings& settings,
                  const Accelerator& accelerator, double tokens) {
  const double adapters = question.adapters;
  const AdapterParts parts = adapterPartsOf(adapted);
  serving.adapters_per_step = adapters * (1 - std::pow(1 - 1 / adapters, tokens));
  double bytes = serving.adapters_per_step * parts.added;
  bytes += std::max(0.0, serving.adapters_per_step - 1) * parts.replaced;
  if (parts.experts > 0)
    bytes += furtherExperts(question, settings, tokens) * oneExpertBytes(adapted.model);
  serving.extra_read = Bytes(bytes);
  const double devices = question.parallelism.devices();
  const double flop = addedFlop(adapted) * tokens;
  serving.extra_step =
      serving.extra_read / (accelerator.bandwidth_efficiency * accelerator.memory_bandwidth) /
          devices +
      Flop(flop) / (accelerator.compute_efficiency * accelerator.peak_bf16) / devices;
}

/// As many full copies as adapters with as many requests in all, or one in each.
void addCopies(AdapterServing& serving, const AdapterServingQuestion& question,
               const ServingOption& alone, double requests) {
  const double adapters = question.adapters;
  ServingOption copy = alone;
  copy.point = pointAt(question.setting, alone, std::max(1.0, requests / adapters));
  serving.copies = deploymentOf(copy, adapters * serving.base);
  serving.copies.devices *= question.adapters;
  serving.copies.kv_capacity_tokens *= adapters;
  serving.copies.concurrency *= adapters;
  serving.copies.output_tokens_per_s *= adapters;
}

}  // namespace

AdapterServing adapterServing(const AdapterServingQuestion& question, const AdaptedModel& adapted,
                              const AdaptationSettings& settings, const KernelLibrary& kernels) {
  require(question.adapters >= 1, "there is at least one adapter");
  const SweepSetting& base = question.setting;
  AdapterServing serving;
  serving.base = modelWeights(base.model, base.formats);
  serving.adapter = Bytes(adapterPartsOf(adapted).total());
  const bool whole = settings.method == AdaptationMethod::kFull;
  const ServingOption alone = deploy(base, question.parallelism, kernels);

  SweepSetting shared = base;
  const double devices = question.parallelism.devices();
  if (!whole) shared.rules.reserve_bytes += question.adapters * serving.adapter.value() / devices;
  const auto option = cheapestConcurrency(shared, deploy(shared, question.parallelism, kernels),
                                          question.engine_limit, 1, {});
  if (option && !whole) {
    serving.fits = true;
    serving.shared = deploymentOf(*option, serving.base + question.adapters * serving.adapter);
    addExtraStep(serving, question, adapted, settings, kernels.target(), option->point.concurrency);
    const double slower = serving.shared.tpot / (serving.shared.tpot + serving.extra_step);
    serving.shared.output_tokens_per_s *= slower;
    serving.shared.tpot += serving.extra_step;
  }
  const auto busiest =
      option ? option : cheapestConcurrency(base, alone, question.engine_limit, 1, {});
  addCopies(serving, question, alone, busiest ? busiest->point.concurrency : question.adapters);
  return serving;
}

}  // namespace moe
