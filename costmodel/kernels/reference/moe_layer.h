#pragma once

#include <span>
#include <vector>

#include "costmodel/kernels/layer_shape.h"
#include "costmodel/kernels/routing/routing.h"

namespace moe {

/// Plain loops in double precision over f32 weights, from the formulas; no kernel's code is used.
/// Sizes that do not fit are our own bug and stop the program.

/// silu(x) = x / (1 + e^-x);  gelu(x) = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
double referenceSilu(double x);
double referenceGelu(double x);

/// One expert for one row x [hidden]; result [hidden]. The formulas stand at Activation.
std::vector<double> referenceExpert(Activation activation, const ExpertWeights& expert, int ffn,
                                    std::span<const double> x);

/// x W_router for x [tokens, hidden]; result [tokens, experts].
std::vector<double> referenceRouterLogits(const MoeLayerShape& shape,
                                          const MoeLayerWeights& weights,
                                          std::span<const double> x);

/// The layer for x [tokens, hidden] with the routing given; result [tokens, hidden]:
///
///     y_t = shared(x_t) + sum over the assignments (t, e) of w_te expert_e(x_t)
///
/// Tokens of no expert have the shared expert's output alone, or 0: the block's residual passes
/// them on. Sums run over the experts by number, the shared one first.
std::vector<double> referenceMoeLayer(const MoeLayerShape& shape, const MoeLayerWeights& weights,
                                      std::span<const double> x, const Routing& routing);

/// f32 activations as the doubles that the functions above take.
std::vector<double> asDoubles(std::span<const float> values);

}  // namespace moe
