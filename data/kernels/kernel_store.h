#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/kernels/kernel_table.h"

namespace moe {

/// The operators whose measured times are kept, each with the columns of its table:
///
///     kGemm              dtype,n,k                                        axis m
///     kMoe               engine,dtype,skew,hidden,expert_ffn,experts,top_k,
///                        moe_tensor_parallel,expert_parallel              axis tokens (all
///                        devices)
///     kPrefillAttention  dtype,kv_dtype,head_dim,heads,kv_heads,batch     axis tokens of a prompt
///     kDecodeAttention   kv_dtype,head_dim,heads,kv_heads,batch           axis context
///     kPrefillMla        kv_dtype,heads,batch                             axis tokens of a prompt
///     kDecodeMla         kv_dtype,heads,batch                             axis context
///     kCollectives       operation,bytes_per_element,devices              axis elements
///     kDeepEp            operation,hidden,experts,top_k                   axis tokens of a device
enum class KernelOperation {
  kGemm,
  kMoe,
  kPrefillAttention,
  kDecodeAttention,
  kPrefillMla,
  kDecodeMla,
  kCollectives,
  kDeepEp,
};

std::string_view name(KernelOperation operation);
std::vector<KernelOperation> kernelOperations();

/// Systems with tables that ship: "h100_sxm" and so on.
std::vector<std::string> kernelSystems();

/// The catalog's name of the accelerator that was measured; empty for a system that does not ship.
std::string_view measuredAccelerator(std::string_view system);

/// A table of measured times that stands in an accelerator's own entry, as CSV.
struct OwnKernels {
  KernelOperation operation = KernelOperation::kGemm;
  std::string text;
  std::string where;  ///< file and line of the entry, with the table's name
};

/// The operation that a table's file is named by ("gemm"); none for another name.
std::optional<KernelOperation> kernelOperationOf(std::string_view name);

/// Reads CSV with the columns of the operation. Errors as parseKernelTable's.
Result<std::optional<KernelTable>> parseKernels(KernelOperation operation, std::string text,
                                                const std::string& where);

/// The table of one operation on one system: `directory`/kernels/SYSTEM/NAME.csv or .csv.gz when
/// there is one (a user's own measurements), else the shipped one. None when there is neither.
Result<std::optional<KernelTable>> loadKernelTable(const std::string& system,
                                                   KernelOperation operation,
                                                   const std::filesystem::path& directory);

}  // namespace moe
