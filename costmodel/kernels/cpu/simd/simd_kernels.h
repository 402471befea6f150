#pragma once

#include <cstddef>
#include <cstdint>

#include "costmodel/kernels/layer_shape.h"

namespace moe {

/// Rows of a product: x[i] points to the k inputs of row i, out[i] to its outputs.
struct ProductRows {
  const float* const* x = nullptr;
  float* const* out = nullptr;
  int count = 0;  ///< at most 128
};

/// Weights of a product, row after row of k; `stride` elements (f32) or pairs (bf16) apart. bf16
/// rows come in pairs: element [k / 2][column][k % 2].
struct ProductWeights {
  const void* data = nullptr;
  std::ptrdiff_t stride = 0;
  int k = 0;
  int columns = 0;  ///< a multiple of 16
};

/// One row of running softmax: keys seen so far gave `largest` and `sum` of exp(score - largest).
struct SoftmaxState {
  float largest;
  float sum;
};

/// Our own vectorised kernels, compiled once per instruction set. Sums run in the order of k, so
/// that a result does not depend on how rows and columns are divided among threads.
struct SimdKernels {
  const char* name;
  /// out[i][c] = sum over k of x[i][k] w[k][c], plus out[i][c] when `accumulate`. Activations and
  /// sums are f32 for both kinds of weights.
  void (*product_f32)(const ProductRows&, const ProductWeights&, bool accumulate);
  void (*product_bf16)(const ProductRows&, const ProductWeights&, bool accumulate);
  /// n is a multiple of 16; gate is not read for kRelu.
  void (*activate)(Activation, const float* gate, const float* up, int n, float* out);
  void (*activate_to_bf16)(Activation, const float* gate, const float* up, int n,
                           std::uint16_t* out);
  /// Rounds to nearest, ties to even; NaN stays NaN.
  void (*to_bf16)(const float* x, int n, std::uint16_t* out);
  /// out = x / sqrt(mean(x^2) + 1e-6)
  void (*rms_norm)(const float* x, int n, float* out);
  /// out = base + sum over j of weight[j] y[j]; base may be null.
  void (*combine)(const float* base, const float* const* y, const float* weight, int count, int n,
                  float* out);
  /// scores[0, visible) -> exp(score - largest), the rest up to 64 -> 0; updates the state and
  /// returns the factor for what was summed before.
  float (*softmax_page)(float* scores, int visible, SoftmaxState& state);
  void (*scale)(float* x, int n, float factor);
};

/// On x86-64 only.
const SimdKernels& avx512Kernels();
const SimdKernels& avx2Kernels();
/// In vectors of 16 bytes, which every 64-bit processor has.
const SimdKernels& baselineKernels();

}  // namespace moe
