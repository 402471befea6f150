#pragma once

#include "costmodel/adaptation/adapted_model.h"

namespace moe {

/// FLOP of one token in a step of adaptation. A multiply and an add are two; norms, activation
/// functions and softmax are left out, as in TrainingFlop.
struct AdaptationFlop {
  double forward = 0;               ///< of the model itself
  double added = 0;                 ///< forward, of what the method adds
  double activation_gradients = 0;  ///< back through the model, down to the lowest trained place
  double weight_gradients = 0;      ///< of the model's own trained weights
  double added_backward = 0;        ///< twice `added`
  double repeated = 0;              ///< layers run again under full recomputation

  double backward() const { return activation_gradients + weight_gradients + added_backward; }
  double step() const { return forward + added + backward(); }
  double computed() const { return step() + repeated; }
};

/// Each matrix costs its forward FLOP once more where a gradient passes to something trained below
/// it, and once more for the part of its weights that is trained, weighted by the tokens that use
/// them. Scores cost twice their forward FLOP where a gradient passes them. So full fine-tuning
/// costs three forwards, as pre-training does, and what trains nothing at the bottom saves both.
///
/// Unanswered for encoder-decoder models, as trainingFlop.
Result<AdaptationFlop> adaptationFlop(const AdaptedModel& adapted, double sequence_length,
                                      bool full_recompute);

}  // namespace moe
