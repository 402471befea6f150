#pragma once

#include <map>
#include <string>
#include <vector>

#include "costmodel/verify/layers/layer_row.h"

namespace moe {

/// Absolute errors of predicted times over rows that were measured and are trusted.
struct RowErrors {
  std::size_t count = 0;
  double median = 0;
  double p90 = 0;
  double median_ratio = 1;  ///< predicted / measured
};
RowErrors errorsOf(const std::vector<const VerifyRow*>& rows);

struct RowGroup {
  std::string key;    ///< "experts"
  std::string value;  ///< "16"
  RowErrors errors;
};

/// What a whole verification must keep: median and 90th percentile of the errors.
inline constexpr double kMedianGoal = 0.10;
inline constexpr double kP90Goal = 0.25;

/// Share of the timed rows that must be trusted for the whole to be.
inline constexpr double kTrustedShare = 0.75;

struct VerifySummary {
  std::map<RowVerdict, std::size_t> verdicts;  ///< rows with each verdict
  std::size_t wrong_numbers = 0;   ///< rows whose numbers or routing differ from the reference
  std::size_t checked = 0;         ///< rows whose numbers were compared
  std::size_t checked_tokens = 0;  ///< whose numbers were compared, over these rows
  std::size_t routed_tokens = 0;   ///< whose experts were compared
  double worst_error_f32 = 0;      ///< of the numbers
  double worst_error_bf16 = 0;
  RowErrors all, layers, blocks;
  std::vector<RowGroup> groups;
  /// passed: the goals are kept, no number and no KV limit is wrong. mistrusted: too few rows can
  /// be trusted, or others used the processors.
  RowVerdict verdict = RowVerdict::kSkipped;
  std::string reason;
};

VerifySummary summaryOf(const std::vector<VerifyRow>& rows, double foreign_share);

}  // namespace moe
