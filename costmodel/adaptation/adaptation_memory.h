#pragma once

#include "costmodel/adaptation/adapted_model.h"
#include "costmodel/training/training_memory.h"

namespace moe {

/// What adaptation keeps beside the model, of all devices together.
struct AdaptationBytes {
  Bytes checkpoint;  ///< of what was trained, bf16
  Bytes gradients;
  Bytes optimizer;
};
AdaptationBytes adaptationBytes(const AdaptedModel& adapted, const TrainingMemoryRules& rules);

/// Bytes of activations per token that a backward pass needs: inputs of trained matrices, and what
/// gradients pass through (norms, scores, gated activations) above the lowest trained place. Below
/// it nothing is kept. With everything trained as layerActivation without dropout and with flash
/// attention. Full recomputation keeps the input of each layer, and all of the fullest layer.
double activationBytesPerToken(const AdaptedModel& adapted, bool full_recompute);

/// Where the memory of one of `devices` replicas goes. Every device computes sequences of its own;
/// ZeRO divides optimizer states (stage 1), gradients (2) and weights (3) among all.
struct AdaptationMemory {
  Bytes weights;
  Bytes gathered_layer;  ///< ZeRO-3: the whole weights of the layer at work and the next
  Bytes gradients;
  Bytes optimizer;
  Bytes activations;
  Bytes logits;
  Bytes total() const {
    return weights + gathered_layer + gradients + optimizer + activations + logits;
  }
};
AdaptationMemory adaptationMemory(const AdaptedModel& adapted, const TrainingSetup& setup,
                                  const TrainingMemoryRules& rules);

}  // namespace moe
