#pragma once

#include "costmodel/kernels/cpu/instruction_set.h"
#include "costmodel/kernels/cpu/onednn_product.h"

namespace moe {

/// Our own product is called with this many rows at most.
inline constexpr int kMostOwnRows = 128;

/// What all kernels of one layer share.
struct CpuContext {
  InstructionSet set;
  const SimdKernels* simd = nullptr;
  int workers = 1;

  WeightLayout layout(int k, int n, bool bf16) const {
    return {roundUp(k, kPanel), roundUp(n, kPanel), bf16, set.avx512};
  }
  /// Up to this many rows of an expert are divided among threads by panels of its weights. AMX
  /// computes so fast that oneDNN takes over earlier.
  int mostStreamedRows(bool bf16) const {
    if (bf16) return set.amx_bf16 ? 8 : 16;
    return set.avx512 ? kPanel : 16;
  }
  /// Whether blocks of rows, too, go through our own product: f32 weights that come from memory run
  /// at 171 GFLOP/s with 48 to 128 rows, where oneDNN reaches 110 to 153, because it asks for them
  /// ahead of time (Xeon with AMX, one thread, 2026-11).
  bool ownBlocks(bool bf16) const { return !bf16 && set.avx512; }
  /// Rows of a block: x, h and a chunk of weights then fit in a 2 MiB L2 cache.
  int mostBlockRows(bool bf16) const { return bf16 || set.avx512 ? kMostOwnRows : kMostBlockRows; }
  /// Up to this many rows of a Linear go through our own product.
  int mostOwnRows(bool bf16) const {
    return ownBlocks(bf16) ? kMostOwnRows : mostStreamedRows(bf16);
  }
};

/// Rows per block when `rows` are divided: blocks of at most `most`, but about eight where that
/// leaves 64 rows each, so that threads find work. Does not depend on the number of threads, and a
/// multiple of 16.
constexpr int blockRows(int rows, int most) {
  const int wanted = roundUp((rows + 7) / 8, 16);
  return wanted < 64 ? 64 : wanted > most ? most : wanted;
}

}  // namespace moe
