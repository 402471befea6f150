#pragma once

#include <stop_token>
#include <vector>

#include "costmodel/verify/layers/layer_claims.h"
#include "costmodel/verify/layers/layer_summary.h"
#include "costmodel/verify/measure/bench.h"
#include "data/progress.h"

namespace moe {

struct LayerStudy {
  std::vector<VerifyRow> rows;  ///< that were finished, in the order of the sample
  VerifySummary summary;
  std::vector<LayerClaim> claims;
  double foreign_share = 0;  ///< of the processors' time, while it measured
  bool stopped = false;
};

struct StudyOptions {
  TimingOptions timing{.budget_s = 0.15, .least = 5, .most = 101, .target_error = 0.01};
  std::uint64_t seed = 1;
  /// FLOP that the double-precision reference may take for a row, at about 1 GFLOP/s: so many
  /// tokens are compared, at least four and at most 32.
  double check_flop = 2e8;
};

/// Predicts and measures every row of the sample. Weights come from memory as in calibration.
/// Layers whose weights do not fit in the memory are skipped. An error only when the kernels refuse
/// what they offer.
Result<LayerStudy> runLayerStudy(const Bench& bench, const KernelLibrary& predicted,
                                 const VerifySample& sample, const StudyOptions& options,
                                 std::stop_token stop, const ProgressSink& progress);

}  // namespace moe
