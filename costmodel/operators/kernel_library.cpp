#include "costmodel/operators/kernel_library.h"

#include <algorithm>
#include <limits>

namespace moe {
namespace {

/// A time more than so many times both of its neighbours on the axis is taken as a fault of the
/// measurement: 70 of 561 572 shipped times are, up to a hundred times too long.
constexpr double kSpike = 5;

KernelTable withoutSpikes(KernelTable table) {
  for (KernelTable::Row& row : table.rows) {
    const std::vector<double> measured = row.seconds;
    for (std::size_t i = 1; i + 1 < measured.size(); ++i)
      if (measured[i] > kSpike * measured[i - 1] && measured[i] > kSpike * measured[i + 1])
        row.seconds[i] = std::numeric_limits<double>::quiet_NaN();
  }
  return table;
}

void addTable(KernelLibrary::Tables& tables, KernelOperation operation, const KernelTable& table,
              const Peaks& source) {
  switch (operation) {
    case KernelOperation::kGemm:
      tables.gemm.emplace(table, source);
      return;
    case KernelOperation::kMoe:
      tables.moe.emplace(table, source);
      return;
    case KernelOperation::kDecodeAttention:
      tables.decode_attention.emplace(table, false, false, source);
      return;
    case KernelOperation::kPrefillAttention:
      tables.prefill_attention.emplace(table, true, false, source);
      return;
    case KernelOperation::kDecodeMla:
      tables.decode_mla.emplace(table, false, true, source);
      return;
    case KernelOperation::kPrefillMla:
      tables.prefill_mla.emplace(table, true, true, source);
      return;
    case KernelOperation::kCollectives:
      tables.collectives.emplace(table, source);
      return;
    case KernelOperation::kDeepEp:
      return;
  }
}

/// The table that stands in the accelerator's own entry, else the one of its system.
Result<std::optional<KernelTable>> kernelTableOf(const Accelerator& target,
                                                 KernelOperation operation,
                                                 const std::filesystem::path& directory) {
  for (const OwnKernels& own : target.kernels)
    if (own.operation == operation) return parseKernels(operation, own.text, own.where);
  if (target.kernel_tables.empty()) return std::nullopt;
  return loadKernelTable(target.kernel_tables, operation, directory);
}

}  // namespace

Result<KernelLibrary> KernelLibrary::load(const Accelerator& target, const Accelerator& source,
                                          std::span<const KernelOperation> operations,
                                          const std::filesystem::path& directory) {
  KernelLibrary library = roofline(target);
  if (target.kernel_tables.empty() && target.kernels.empty()) return library;
  auto tables = std::make_shared<Tables>();
  const Peaks peaks = peaksOf(source);
  for (const KernelOperation operation : operations) {
    const auto table = kernelTableOf(target, operation, directory);
    if (!table) return tl::unexpected(table.error());
    if (*table) addTable(*tables, operation, withoutSpikes(**table), peaks);
  }
  library.tables_ = std::move(tables);
  if (source.name != target.name) library.transferred_from_ = source.name;
  return library;
}

KernelLibrary KernelLibrary::roofline(const Accelerator& target) {
  KernelLibrary library;
  library.target_ = target;
  library.peaks_ = peaksOf(target);
  return library;
}

Basis KernelLibrary::atLeast(Basis basis) const {
  return transferred_from_.empty() ? basis : std::max(basis, Basis::kTransferred);
}

double KernelLibrary::computeShare(NumberFormat format) const {
  const double bf16 = target_.compute_efficiency;
  if (format == NumberFormat::kFp8 || format == NumberFormat::kFp8Block)
    return target_.compute_efficiency_fp8.value_or(bf16);
  if (format == NumberFormat::kNvfp4) return target_.compute_efficiency_fp4.value_or(bf16);
  return bf16;
}

Gemm KernelLibrary::gemm(NumberFormat format, double n, double k) const {
  if (tables_ && tables_->gemm) {
    if (auto gemm = tables_->gemm->bind(format, n, k, peaks_)) {
      gemm->basis = atLeast(gemm->basis);
      return *std::move(gemm);
    }
  }
  return rooflineGemm(format, n, k, peaks_, computeShare(format), target_.bandwidth_efficiency);
}

double KernelLibrary::narrowestProduct(NumberFormat format) const {
  constexpr double kNarrow = 256;
  return tables_ && tables_->gemm ? tables_->gemm->narrowest(format).value_or(kNarrow) : kNarrow;
}

AttentionCurve KernelLibrary::attention(const AttentionHeads& shape, bool prefill,
                                        double kv_bytes) const {
  if (tables_) {
    const auto& table = shape.mla
                            ? (prefill ? tables_->prefill_mla : tables_->decode_mla)
                            : (prefill ? tables_->prefill_attention : tables_->decode_attention);
    auto attention = table ? table->bind(shape, kv_bytes, peaks_) : std::nullopt;
    for (const double other :
         {2.0, 1.0, 4.0}) {  // not measured: utilisation of another cache format
      if (attention || !table || other == kv_bytes) continue;
      attention = table->bind(shape, other, peaks_);
      if (attention) attention->kv_bytes = kv_bytes, attention->basis = Basis::kTransferred;
    }
    if (attention) {
      attention->basis = atLeast(attention->basis);
      return *std::move(attention);
    }
  }
  return rooflineAttention(shape, prefill, kv_bytes, peaks_, target_.compute_efficiency,
                           target_.bandwidth_efficiency);
}

ExpertsCurve KernelLibrary::moe(const MoeTable::Query& query) const {
  if (tables_ && tables_->moe) {
    auto layer = tables_->moe->bind(query, peaks_);
    for (const std::string& engine : tables_->moe->engines()) {
      MoeTable::Query other = query;
      other.engine = engine;
      if (!layer) layer = tables_->moe->bind(other, peaks_);
    }
    if (layer) {
      layer->basis = atLeast(layer->basis);
      return *std::move(layer);
    }
  }
  return rooflineMoe(query.shape, query.format, peaks_, computeShare(query.format),
                     target_.bandwidth_efficiency);
}

Collective KernelLibrary::collective(std::string_view operation, double devices) const {
  if (devices <= 1) return {.basis = Basis::kMeasured};  // nothing to send
  if (tables_ && tables_->collectives) {
    if (auto collective = tables_->collectives->bind(operation, devices, peaks_)) {
      collective->basis = atLeast(collective->basis);
      return *std::move(collective);
    }
  }
  return ringCollective(devices, peaks_, target_.link_efficiency, target_.link_latency.value());
}

}  // namespace moe
