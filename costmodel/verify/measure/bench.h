#pragma once

#include <functional>

#include "costmodel/kernels/kernel_set.h"
#include "costmodel/operators/number_format.h"
#include "costmodel/verify/measure/bandwidth.h"
#include "costmodel/verify/measure/machine.h"
#include "costmodel/verify/measure/robust_time.h"

namespace moe {

/// What is measured, and with what: a test brings kernels, a clock and memory of its own.
struct Bench {
  const KernelSet* kernels = nullptr;
  MachineInfo machine;
  int threads = 1;
  Clock clock = steadySeconds;
  bool watches_load = true;  ///< whether others' use of the processors counts
  std::function<Result<MeasuredBandwidth>(Bytes working_set, int threads)> bandwidth;
};

/// This machine with these kernels; 0 threads: defaultThreads.
Bench hostBench(const KernelSet& kernels, int threads);

/// The format of the cost model that a kernel's precision is.
NumberFormat formatOf(LayerPrecision precision);

/// "f32", "bf16" and so on, as the kernel tables write it.
std::string_view formatName(LayerPrecision precision);

/// The precisions of `wanted` that the kernels offer here.
std::vector<LayerPrecision> offeredOf(const KernelSet& kernels,
                                      const std::vector<LayerPrecision>& wanted);

}  // namespace moe
