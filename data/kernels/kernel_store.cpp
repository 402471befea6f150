#include "data/kernels/kernel_store.h"

#include <fmt/format.h>

#include "data/embedded_tables.h"
#include "data/readers/file_text.h"
#include "data/readers/gzip.h"

namespace moe {
namespace {

struct Layout {
  KernelOperation operation;
  std::string_view name;
  std::vector<std::string> keys;
  std::size_t numbers;  // of the last keys
};

constexpr std::pair<std::string_view, std::string_view> kSystems[] = {
    {"a100_sxm", "A100-80GB SXM"},  {"h100_sxm", "H100-80GB SXM"}, {"h200_sxm", "H200-141GB SXM"},
    {"b200_sxm", "B200-180GB SXM"}, {"l40s", "L40S-48GB"},
};

const std::vector<Layout>& layouts() {
  static const std::vector<Layout> kLayouts{
      {KernelOperation::kGemm, "gemm", {"dtype", "n", "k"}, 2},
      {KernelOperation::kMoe,
       "moe",
       {"engine", "dtype", "skew", "hidden", "expert_ffn", "experts", "top_k",
        "moe_tensor_parallel", "expert_parallel"},
       7},
      {KernelOperation::kPrefillAttention,
       "prefill_attention",
       {"dtype", "kv_dtype", "head_dim", "heads", "kv_heads", "batch"},
       4},
      {KernelOperation::kDecodeAttention,
       "decode_attention",
       {"kv_dtype", "head_dim", "heads", "kv_heads", "batch"},
       4},
      {KernelOperation::kPrefillMla, "prefill_mla", {"kv_dtype", "heads", "batch"}, 2},
      {KernelOperation::kDecodeMla, "decode_mla", {"kv_dtype", "heads", "batch"}, 2},
      {KernelOperation::kCollectives,
       "collectives",
       {"operation", "bytes_per_element", "devices"},
       2},
      {KernelOperation::kDeepEp, "deepep", {"operation", "hidden", "experts", "top_k"}, 3},
  };
  return kLayouts;
}

const Layout& layoutOf(KernelOperation operation) {
  for (const Layout& layout : layouts())
    if (layout.operation == operation) return layout;
  require(false, "this kernel operation has no layout");
  return layouts().front();
}

Result<std::optional<KernelTable>> parsed(std::string text, const std::string& where,
                                          const Layout& layout) {
  auto table = parseKernelTable(std::move(text), where, layout.keys, layout.numbers);
  if (!table) return tl::unexpected(table.error());
  return std::optional(*std::move(table));
}

}  // namespace

std::string_view name(KernelOperation operation) { return layoutOf(operation).name; }

std::vector<KernelOperation> kernelOperations() {
  std::vector<KernelOperation> operations;
  for (const Layout& layout : layouts()) operations.push_back(layout.operation);
  return operations;
}

std::optional<KernelOperation> kernelOperationOf(std::string_view name) {
  for (const Layout& layout : layouts())
    if (layout.name == name) return layout.operation;
  return std::nullopt;
}

Result<std::optional<KernelTable>> parseKernels(KernelOperation operation, std::string text,
                                                const std::string& where) {
  return parsed(std::move(text), where, layoutOf(operation));
}

std::vector<std::string> kernelSystems() {
  std::vector<std::string> systems;
  for (const auto& [system, accelerator] : kSystems) systems.emplace_back(system);
  return systems;
}

std::string_view measuredAccelerator(std::string_view system) {
  for (const auto& [name, accelerator] : kSystems)
    if (name == system) return accelerator;
  return {};
}

Result<std::optional<KernelTable>> loadKernelTable(const std::string& system,
                                                   KernelOperation operation,
                                                   const std::filesystem::path& directory) {
  const Layout& layout = layoutOf(operation);
  const std::string file = fmt::format("kernels/{}/{}.csv", system, layout.name);
  for (const std::string& candidate : {file, file + ".gz"}) {
    const std::filesystem::path path = directory / candidate;
    if (directory.empty() || !std::filesystem::exists(path)) continue;
    auto text = readFileText(path);
    if (!text) return tl::unexpected(text.error());
    return parsed(std::move(text->text), path.string(), layout);
  }
  const std::string shipped = file + ".gz";
  if (!hasEmbeddedTable(shipped)) return std::nullopt;
  auto text = gunzipped(embeddedTable(shipped), shipped);
  if (!text) return tl::unexpected(text.error());
  return parsed(*std::move(text), shipped, layout);
}

}  // namespace moe
