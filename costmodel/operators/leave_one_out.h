#pragma once

#include <string>
#include <vector>

#include "costmodel/operators/attention.h"
#include "costmodel/operators/collective.h"
#include "costmodel/operators/gemm.h"
#include "costmodel/operators/moe.h"

namespace moe {

/// How far an operator's predicted time is from the measured one when that measurement is hidden:
/// |predicted / measured - 1| over the measurements that were tried.
struct HiddenError {
  std::size_t count = 0;
  double median = 0;
  double p90 = 0;
};

/// Rows: one time is hidden, the rest of its shape is known. Shapes: the whole shape is hidden.
struct OperatorAccuracy {
  std::string operation;  ///< "gemm bf16", "moe vllm fp8", ...
  HiddenError rows;
  HiddenError shapes;
};

/// One line a number format (and engine). Large tables are sampled evenly: `most` hidden rows and
/// as many hidden shapes a line.
std::vector<OperatorAccuracy> gemmAccuracy(const GemmTable& table, const Peaks& source,
                                           std::size_t most = 400);
std::vector<OperatorAccuracy> attentionAccuracy(const AttentionTable& table,
                                                const std::string& operation,
                                                std::size_t most = 400);
std::vector<OperatorAccuracy> moeAccuracy(const MoeTable& table, std::size_t most = 400);
/// Rows only: a whole collective cannot be told from the others.
std::vector<OperatorAccuracy> collectiveAccuracy(const CollectiveTable& table);

}  // namespace moe
