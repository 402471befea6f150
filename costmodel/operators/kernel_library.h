#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "costmodel/accelerator.h"
#include "costmodel/operators/attention.h"
#include "costmodel/operators/collective.h"
#include "costmodel/operators/gemm.h"
#include "costmodel/operators/moe.h"
#include "data/kernels/kernel_store.h"

namespace moe {

/// Everything that is known of an accelerator's operators: measured tables of its own or of the
/// nearest accelerator that was measured, and the roofline with its efficiencies for the rest.
/// Every question gets an answer with its basis. Cheap to copy.
class KernelLibrary {
 public:
  /// Reads the tables of `operations` for `target`. `source` is the accelerator that was measured
  /// (the same as `target`, or the one whose tables stand for it); `directory` may hold a user's
  /// own tables. Errors: a damaged table.
  static Result<KernelLibrary> load(const Accelerator& target, const Accelerator& source,
                                    std::span<const KernelOperation> operations,
                                    const std::filesystem::path& directory);
  /// Nothing measured: the roofline alone.
  static KernelLibrary roofline(const Accelerator& target);

  Gemm gemm(NumberFormat format, double n, double k) const;
  /// Result columns of the narrowest product that was measured in this format: narrower ones (a
  /// router) take as long. 256 where none was.
  double narrowestProduct(NumberFormat format) const;
  AttentionCurve attention(const AttentionHeads& shape, bool prefill, double kv_bytes) const;
  ExpertsCurve moe(const MoeTable::Query& query) const;
  /// An operation of the collectives' table among so many devices.
  Collective collective(std::string_view operation, double devices) const;

  const Accelerator& target() const { return target_; }
  const Peaks& peaks() const { return peaks_; }
  /// Whether matrix products and attention were measured, here or on the nearest accelerator.
  bool measured() const { return tables_ && tables_->gemm.has_value(); }
  /// Name of the accelerator whose measured kernels stand for this one; empty: its own, or none.
  const std::string& transferredFrom() const { return transferred_from_; }

  struct Tables {
    std::optional<GemmTable> gemm;
    std::optional<MoeTable> moe;
    std::optional<AttentionTable> decode_attention, prefill_attention, decode_mla, prefill_mla;
    std::optional<CollectiveTable> collectives;
  };
  /// The tables themselves; null when there are none.
  const Tables* tables() const { return tables_.get(); }

 private:
  Basis atLeast(Basis basis) const;
  double computeShare(NumberFormat format) const;

  Accelerator target_;
  Peaks peaks_;
  std::string transferred_from_;
  std::shared_ptr<const Tables> tables_;
};

}  // namespace moe
