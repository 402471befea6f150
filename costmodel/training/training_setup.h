#pragma once

#include <optional>

#include "costmodel/accelerator.h"
#include "costmodel/architecture.h"
#include "costmodel/precision.h"
#include "data/error.h"

namespace moe {

/// What is kept of the activations for the backward pass [Korthikanti2022].
enum class Recompute {
  kNone,       ///< everything
  kSelective,  ///< all but what is cheap to make again: scores, norms, activation functions
  kFull,       ///< the input of each layer; the layer runs forward a second time
};

std::string_view name(Recompute recompute);
/// Reads "none", "selective", "full"; else a usage error that points at `option`.
Result<Recompute> recomputeOf(std::string_view text, std::string_view option);

/// How a training step is laid out over devices. Data parallel is what the other splits leave.
/// Routed experts are divided by expert parallel and expert tensor parallel, everything else by
/// tensor parallel; both by pipeline parallel.
struct TrainingSetup {
  Precision precision = Precision::kBf16;  ///< of the matrix products
  int devices = 1;
  int tensor_parallel = 1;
  int pipeline_parallel = 1;
  std::optional<int> interleaved_stages;  ///< chunks per pipeline stage; none: up to 4
  int context_parallel = 1;
  int expert_parallel = 1;
  int expert_tensor_parallel = 1;
  int zero_stage = 1;                  ///< 0 to 3 [Rajbhandari2020]
  bool overlapped_all_to_all = false;  ///< hidden beside computation, as DualPipe does
  Recompute recompute = Recompute::kNone;
  double micro_batch_sequences = 1;
  double global_batch_sequences = 1;
  double sequence_length = 4096;  ///< tokens

  /// Replicas of what is not a routed expert; devices of one context-parallel group share weights
  /// and so count among them in ZeRO.
  int dataParallel() const {
    return devices / (tensor_parallel * pipeline_parallel * context_parallel);
  }
  int weightReplicas() const { return devices / (tensor_parallel * pipeline_parallel); }
  int expertReplicas() const {
    return devices / (pipeline_parallel * expert_parallel * expert_tensor_parallel);
  }
  double microBatches() const {
    return global_batch_sequences / (dataParallel() * micro_batch_sequences);
  }
  double tokensPerDevice() const { return global_batch_sequences * sequence_length / devices; }
  /// Tokens of a micro batch that one device computes.
  double tokensPerMicroBatch() const {
    return micro_batch_sequences * sequence_length / context_parallel;
  }
  int chunks(int layers) const;
};

/// Usage errors of splits that do not divide: devices, heads, experts, layers; and of a sequence
/// longer than the model's context. Does not look at the global batch.
Result<void> checkTrainingSplits(const ModelArchitecture& model, const TrainingSetup& setup);

/// The same, and of a global batch that is no whole number of micro batches on every replica.
/// kInput when the accelerator does not compute in the precision.
Result<void> checkTrainingSetup(const ModelArchitecture& model, const Accelerator& accelerator,
                                const TrainingSetup& setup);

/// Dense data-sheet peak of the matrix products; the accelerator has it (checkTrainingSetup).
FlopPerSecond trainingPeak(const Accelerator& accelerator, Precision precision);

}  // namespace moe
