#pragma once

#include <cstddef>
#include <cstdint>

#include "costmodel/kernels/cpu/simd/simd_kernels.h"

namespace moe {

inline constexpr int kPanel = 64;

constexpr int roundUp(int value, int step) { return (value + step - 1) / step * step; }

/// How the weights [k, n] of a product lie in memory, k and n multiples of 64 (padded with zeros).
///
///     panels      [n / 64][k][64] in f32, [n / 64][k / 2][64][2] in bf16: what oneDNN calls
///                 BA16a64b and BA16a64b2a and chooses itself on AVX-512. A panel is one stream.
///     otherwise   [k][n], f32 only
struct WeightLayout {
  int k = 0;
  int n = 0;
  bool bf16 = false;
  bool panels = true;

  std::size_t bytes() const { return static_cast<std::size_t>(k) * n * (bf16 ? 2 : 4); }
  std::size_t panelOffset(int panel) const {
    return static_cast<std::size_t>(panel) * kPanel * (panels ? k : 1) * (bf16 ? 2 : 4);
  }
  /// 64 columns for our own product, of which the first `rows_of_k` rows are used.
  ProductWeights panel(const void* weights, int panel, int rows_of_k) const {
    return {static_cast<const char*>(weights) + panelOffset(panel), panels ? kPanel : n, rows_of_k,
            kPanel};
  }
};

/// Copies the 64 columns from `column` on of a row-major [k, columns] matrix into a panel; what
/// lies outside of it is zero.
void packPanel(const WeightLayout& layout, int panel, const float* from, int k, int columns,
               int column, void* weights, const SimdKernels& simd);

/// The element of a packed matrix as f32.
float packedElement(const WeightLayout& layout, const void* weights, int k, int column);

}  // namespace moe
