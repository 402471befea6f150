#if defined(__x86_64__)  // else there are the baseline kernels

#include <cmath>
#include <cstdint>
#include <cstring>

#include "costmodel/kernels/cpu/simd/simd_kernels.h"

// Only the functions below are compiled for this instruction set, and called where it is present.
// Each compiler ignores the other's pragma.
#if defined(__clang__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
#endif

namespace moe {
namespace {
constexpr int kLanes = 16;
constexpr int kTileVectors = 4;
}  // namespace
}  // namespace moe

#include "costmodel/kernels/cpu/simd/row_kernels.h"

namespace moe {

const SimdKernels& avx512Kernels() {
  static constexpr SimdKernels kKernels = tableOfKernels("avx512");
  return kKernels;
}

}  // namespace moe

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
