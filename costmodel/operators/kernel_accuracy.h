#pragma once

#include <vector>

#include "costmodel/operators/kernel_library.h"
#include "costmodel/operators/leave_one_out.h"

namespace moe {

/// Leave-one-out errors of every table of a system, a line for each operation and format; `source`
/// is the accelerator that was measured. Takes 0.2 s.
std::vector<OperatorAccuracy> kernelAccuracy(const KernelLibrary::Tables& tables,
                                             const Peaks& source);

}  // namespace moe
