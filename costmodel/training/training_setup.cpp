#include "costmodel/training/training_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace moe {
namespace {

using std::string_view;

Result<void> checkPositive(const TrainingSetup& setup) {
  struct CountedOption {
    const char* option;
    double value;
  };
  const CountedOption counts[] = {
      {"--devices", double(setup.devices)},
      {"--tensor-parallel", double(setup.tensor_parallel)},
      {"--pipeline-parallel", double(setup.pipeline_parallel)},
      {"--context-parallel", double(setup.context_parallel)},
      {"--expert-parallel", double(setup.expert_parallel)},
      {"--expert-tensor-parallel", double(setup.expert_tensor_parallel)},
      {"--micro-batch", setup.micro_batch_sequences},
      {"--sequence-length", setup.sequence_length}};
  for (const CountedOption& count : counts)
    if (!(count.value >= 1 && std::isfinite(count.value)))
      return usageError(count.option, fmt::format("is {}; it must be 1 or more", count.value));
  if (setup.zero_stage < 0 || setup.zero_stage > 3)
    return usageError("--zero", fmt::format("is {}; use 0, 1, 2 or 3", setup.zero_stage));
  return {};
}

Result<void> checkDevices(const TrainingSetup& setup) {
  const long split = long{setup.tensor_parallel} * setup.pipeline_parallel * setup.context_parallel;
  if (setup.devices % split != 0)
    return usageError("--devices",
                      fmt::format("is {}, which tensor {} x pipeline {} x context {} = {} does not "
                                  "divide",
                                  setup.devices, setup.tensor_parallel, setup.pipeline_parallel,
                                  setup.context_parallel, split));
  const long experts = long{setup.expert_parallel} * setup.expert_tensor_parallel;
  const int stage = setup.devices / setup.pipeline_parallel;
  if (stage % experts != 0)
    return usageError(
        "--expert-parallel",
        fmt::format("{} x expert tensor parallel {} does not divide the {} devices of a "
                    "pipeline stage",
                    setup.expert_parallel, setup.expert_tensor_parallel, stage));
  return {};
}

Result<void> checkModel(const ModelEntry& model, const TrainingSetup& setup) {
  if (model.heads % setup.tensor_parallel != 0)
    return usageError("--tensor-parallel",
                      fmt::format("is {}; it must divide the {} attention heads of "
                                  "{}",
                                  setup.tensor_parallel, model.heads, model.name));
  if (setup.pipeline_parallel > model.layers)
    return usageError(
        "--pipeline-parallel",
        fmt::format("is {}; {} has {} layers", setup.pipeline_parallel, model.name, model.layers));
  if (model.experts == 0 && (setup.expert_parallel > 1 || setup.expert_tensor_parallel > 1))
    return usageError("--expert-parallel", fmt::format("{} has no routed experts", model.name));
  if (model.experts > 0 && model.experts % setup.expert_parallel != 0)
    return usageError("--expert-parallel",
                      fmt::format("is {}; it must divide the {} experts of {}",
                                  setup.expert_parallel, model.experts, model.name));
  if (model.max_context > 0 && setup.sequence_length > model.max_context)
    return usageError("--sequence-length",
                      fmt::format("is {}; the context of {} is {} tokens", setup.sequence_length,
                                  model.name, model.max_context));
  return {};
}

Result<void> checkBatch(const TrainingSetup& setup) {
  const double rest =
      std::fmod(setup.global_batch_sequences, setup.dataParallel() * setup.micro_batch_sequences);
  if (rest == 0 && setup.global_batch_sequences > 0) return {};
  return usageError(
      "--global-batch-tokens",
      fmt::format("is {} sequences of {} tokens; it must be a multiple of data parallel "
                  "{} x micro batch {}",
                  setup.global_batch_sequences, setup.sequence_length, setup.dataParallel(),
                  setup.micro_batch_sequences));
}

}  // namespace

string_view name(Recompute recompute) {
  switch (recompute) {
    case Recompute::kNone:
      return "none";
    case Recompute::kSelective:
      return "selective";
    case Recompute::kFull:
      return "full";
  }
  require(false, "unknown recompute");
  return {};
}

Result<Recompute> recomputeOf(string_view text, string_view option) {
  for (const Recompute kind : {Recompute::kNone, Recompute::kSelective, Recompute::kFull})
    if (name(kind) == text) return kind;
  return fail(ErrorKind::kUsage, std::string(option),
              fmt::format("'{}' is not known; use none, selective or full", text));
}

int TrainingSetup::chunks(int layers) const {
  constexpr int kUsualChunks = 4;
  if (pipeline_parallel == 1) return 1;
  return interleaved_stages.value_or(std::clamp(layers / pipeline_parallel, 1, kUsualChunks));
}

Result<void> checkTrainingSplits(const ModelArchitecture& model, const TrainingSetup& setup) {
  if (const auto good = checkPositive(setup); !good) return good;
  if (const auto good = checkModel(model.entry, setup); !good) return good;
  return checkDevices(setup);
}

Result<void> checkTrainingSetup(const ModelArchitecture& model, const Accelerator& accelerator,
                                const TrainingSetup& setup) {
  if (const auto good = checkTrainingSplits(model, setup); !good) return good;
  if (const auto good = checkBatch(setup); !good) return good;
  if (peakIn(accelerator, setup.precision)) return {};
  return fail(ErrorKind::kInput, "--precision",
              fmt::format("{} does not compute in {} (the catalog has no such peak)",
                          accelerator.name, name(setup.precision)));
}

FlopPerSecond trainingPeak(const Accelerator& accelerator, Precision precision) {
  const auto peak = peakIn(accelerator, precision);
  require(peak.has_value(), "the accelerator has a peak of this precision");
  return *peak;
}

}  // namespace moe
