#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "costmodel/verify/layer_check.h"
#include "costmodel/verify/layers/layer_prediction.h"
#include "costmodel/verify/measure/robust_time.h"
#include "costmodel/verify/routing_check.h"

namespace moe {

enum class RowVerdict {
  kPassed,
  kFailed,
  kMistrusted,  ///< the timing scatters too much to tell
  kSkipped,     ///< nothing was measured; the reason says why
};
std::string_view name(RowVerdict verdict);

enum class RowKind { kLayer, kBlock, kKvLimit };
std::string_view name(RowKind kind);

/// One row of a verification: what was predicted, what was measured, and what to make of it.
struct VerifyRow {
  RowKind kind = RowKind::kLayer;
  SampleLayer layer;  ///< of kLayer
  SampleBlock block;  ///< of kBlock and kKvLimit
  int kv_pages = 0;   ///< of kKvLimit
  std::string what;   ///< in words
  PredictedLayer predicted;
  RobustTime measured;
  double distinct_experts = 0;          ///< measured, mean over the runs
  std::optional<LayerCheck> check;      ///< numbers against the reference, where they were compared
  std::optional<RoutingCheck> routing;  ///< the kernel's own, where it routed
  int predicted_sequences = 0;          ///< of kKvLimit
  int accepted_sequences = 0;           ///< by the kernel
  RowVerdict verdict = RowVerdict::kSkipped;
  std::string reason;  ///< of every verdict but kPassed

  /// predicted / measured - 1.
  double error() const { return predicted.seconds / measured.median_s - 1; }
  bool timed() const { return measured.samples > 0; }
};

/// A row passes when its prediction is within this share of the measurement.
inline constexpr double kRowTolerance = 0.25;

/// Whether numbers or routing differ from the reference; false where nothing was compared.
bool isWrong(const VerifyRow& row);

/// Sets verdict and reason of a row that was measured. Wrong numbers and a wrong routing fail
/// whatever the time is; then a timing that scatters by more than kNoisySpread is mistrusted, be
/// the prediction right or wrong; then the error decides.
void judge(VerifyRow& row);

}  // namespace moe
