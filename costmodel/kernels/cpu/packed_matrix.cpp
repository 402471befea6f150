#include "costmodel/kernels/cpu/packed_matrix.h"

#include <algorithm>
#include <bit>

namespace moe {

void packPanel(const WeightLayout& layout, int panel, const float* from, int k, int columns,
               int column, void* weights, const SimdKernels& simd) {
  const int count = std::clamp(columns - column, 0, kPanel);
  char* base = static_cast<char*>(weights) + layout.panelOffset(panel);
  for (int row = 0; row < k; ++row) {
    const float* source = from + static_cast<std::size_t>(row) * columns + column;
    if (!layout.bf16) {
      const std::size_t stride = layout.panels ? kPanel : layout.n;
      std::copy_n(source, count, reinterpret_cast<float*>(base) + row * stride);
      continue;
    }
    std::uint16_t rounded[kPanel];
    simd.to_bf16(source, count, rounded);
    auto* pairs = reinterpret_cast<std::uint16_t*>(base) + row / 2 * 2 * kPanel + row % 2;
    for (int i = 0; i < count; ++i) pairs[2 * i] = rounded[i];
  }
}

float packedElement(const WeightLayout& layout, const void* weights, int k, int column) {
  const char* base = static_cast<const char*>(weights) + layout.panelOffset(column / kPanel);
  const int within = column % kPanel;
  if (!layout.bf16) {
    const std::size_t stride = layout.panels ? kPanel : layout.n;
    return reinterpret_cast<const float*>(base)[k * stride + within];
  }
  const std::size_t at = static_cast<std::size_t>(k / 2 * kPanel + within) * 2 + k % 2;
  const std::uint32_t bits = reinterpret_cast<const std::uint16_t*>(base)[at];
  return std::bit_cast<float>(bits << 16);
}

}  // namespace moe
