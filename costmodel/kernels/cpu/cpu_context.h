#pragma once

#include "costmodel/kernels/cpu/instruction_set.h"
#include "costmodel/kernels/cpu/onednn_product.h"

namespace moe {

/// What all kernels of one layer share.
struct CpuContext {
  InstructionSet set;
  const SimdKernels* simd = nullptr;
  int workers = 1;

  WeightLayout layout(int k, int n, bool bf16) const {
    return {roundUp(k, kPanel), roundUp(n, kPanel), bf16, set.avx512};
  }
  /// Up to this many rows our own product is used, which streams weights at the bandwidth of the
  /// memory; beyond, oneDNN. AMX computes so fast that it takes over earlier.
  int mostStreamedRows(bool bf16) const { return bf16 && set.amx_bf16 ? 8 : 16; }
  /// Rows of a block for oneDNN: x, h and a chunk of weights then fit in a 2 MiB L2 cache.
  int mostBlockRows(bool bf16) const { return bf16 ? kMostBlockRows / 2 : kMostBlockRows; }
};

/// Rows per block when `rows` are divided: blocks of at most `most`, but about eight where that
/// leaves 64 rows each, so that threads find work. Does not depend on the number of threads, and a
/// multiple of 16.
constexpr int blockRows(int rows, int most) {
  const int wanted = roundUp((rows + 7) / 8, 16);
  return wanted < 64 ? 64 : wanted > most ? most : wanted;
}

}  // namespace moe
