#include "costmodel/operators/kernel_accuracy.h"

#include <iterator>
#include <utility>

namespace moe {
namespace {

void append(std::vector<OperatorAccuracy>& lines, std::vector<OperatorAccuracy> more) {
  lines.insert(lines.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

void appendAttention(std::vector<OperatorAccuracy>& lines,
                     const std::optional<AttentionTable>& table, const char* operation) {
  if (table) append(lines, attentionAccuracy(*table, operation));
}

}  // namespace

std::vector<OperatorAccuracy> kernelAccuracy(const KernelLibrary::Tables& tables,
                                             const Peaks& source) {
  std::vector<OperatorAccuracy> lines;
  if (tables.gemm) append(lines, gemmAccuracy(*tables.gemm, source));
  appendAttention(lines, tables.decode_attention, "decode attention");
  appendAttention(lines, tables.prefill_attention, "prefill attention");
  appendAttention(lines, tables.decode_mla, "decode MLA");
  appendAttention(lines, tables.prefill_mla, "prefill MLA");
  if (tables.moe) append(lines, moeAccuracy(*tables.moe));
  if (tables.collectives) append(lines, collectiveAccuracy(*tables.collectives));
  return lines;
}

}  // namespace moe
