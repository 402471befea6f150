#pragma once

#include <string>

#include "costmodel/kernels/cpu/simd/simd_kernels.h"

namespace moe {

/// What this machine has, as oneDNN sees it, so that ONEDNN_MAX_CPU_ISA holds for our own kernels
/// too. On other machines than x86-64 "generic": f32 by oneDNN and the baseline kernels.
struct InstructionSet {
  std::string name;     ///< as oneDNN calls it
  bool avx512 = false;  ///< oneDNN then multiplies from panels (packed_matrix.h)
  bool bf16 = false;    ///< AVX512-BF16: below, oneDNN throws or uses its reference
  bool amx_bf16 = false;
};

InstructionSet instructionSet();

/// "2.6.3".
std::string onednnVersion();

const SimdKernels& simdKernels(const InstructionSet& set);

}  // namespace moe
