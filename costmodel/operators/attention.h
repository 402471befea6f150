#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/operators/number_format.h"
#include "costmodel/operators/operator_time.h"
#include "costmodel/operators/utilisation_grid.h"
#include "data/kernels/kernel_table.h"

namespace moe {

/// The heads of one device. MLA: `heads` query heads over one latent of `latent` + `rotary`
/// elements, `value` the width of a value head in prefill.
struct AttentionHeads {
  double heads = 0;
  double kv_heads = 0;
  double head_dim = 0;
  bool mla = false;
};

/// Widths of MLA as measured: the latent and rotary parts of DeepSeek-V2 and V3.
inline constexpr double kMlaLatent = 512;
inline constexpr double kMlaRotary = 64;
inline constexpr double kMlaNope = 128;
inline constexpr double kMlaValue = 128;

/// One attention layer bound to an accelerator.
struct AttentionCurve {
  AttentionHeads shape;
  bool prefill = false;
  double kv_bytes = 2;  ///< of one element of the cache; 4: products in f32 too
  Peaks peaks;
  UtilisationGrid utilisation;  ///< over batch and context (decode) or prompt tokens (prefill)
  Basis basis = Basis::kRoofline;

  /// Decode: one new token for each of `batch` sequences of so many tokens. Prefill: `batch` causal
  /// prompts of so many tokens. Never less than the ideal time: benchmarks of small caches, and
  /// A100's altogether, found theirs in the device's cache, from which other layers evict it.
  OperatorTime time(double batch, double tokens) const;
};

/// Decode reads the cache once, 2 kv_heads head_dim elements a token (MLA: latent and rotary part),
/// and computes 4 heads head_dim FLOP a token (MLA: 2 heads (2 latent + rotary)). Prefill computes
/// half of a square of tokens.
IdealTime attentionIdeal(const AttentionHeads& shape, bool prefill, double kv_bytes, double batch,
                         double tokens, const Peaks& peaks);

/// Measured attention of one system, decode or prefill, of one kind (MLA or not).
class AttentionTable {
 public:
  AttentionTable(const KernelTable& table, bool prefill, bool mla, const Peaks& source);

  /// The measured shape, or ln utilisation of the two nearest ones in ln heads and ln KV heads,
  /// weighted by inverse distance. None when this cache format or head width was not measured at
  /// all. `hidden`: a shape that may not be used.
  std::optional<AttentionCurve> bind(const AttentionHeads& shape, double kv_bytes,
                                     const Peaks& target,
                                     const AttentionHeads* hidden = nullptr) const;

  /// One measured shape: ln utilisation over batch and tokens.
  struct Measured {
    AttentionHeads shape;
    double kv_bytes = 2;
    UtilisationGrid utilisation;
    std::vector<double> log_measured;  ///< as measured, with NaN in the holes
  };
  const std::vector<Measured>& measured() const { return measured_; }
  bool prefill() const { return prefill_; }
  const Peaks& source() const { return source_; }

 private:
  bool prefill_;
  Peaks source_;
  std::vector<Measured> measured_;
};

/// Attention of which nothing was measured: the roofline with these shares of the peaks.
AttentionCurve rooflineAttention(const AttentionHeads& shape, bool prefill, double kv_bytes,
                                 const Peaks& peaks, double compute_share, double bandwidth_share);

}  // namespace moe
