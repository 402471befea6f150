#include <cmath>
#include <cstdint>
#include <cstring>

#include "costmodel/kernels/cpu/simd/simd_kernels.h"

namespace moe {
namespace {
constexpr int kLanes = 4;
constexpr int kTileVectors = 2;
}  // namespace
}  // namespace moe

#include "costmodel/kernels/cpu/simd/row_kernels.h"

namespace moe {

const SimdKernels& baselineKernels() {
  static constexpr SimdKernels kKernels = tableOfKernels("baseline");
  return kKernels;
}

}  // namespace moe
