#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/workflows/validate_groups.h"
#include "costmodel/verify/point_predictor.h"
#include "data/error.h"
#include "data/progress.h"

namespace moe {

/// `validate`: predictions against measured serving points. Fields are the options of the command.
struct ValidateRequest {
  std::string points_file;                           ///< empty: the points that ship
  std::vector<std::string> by{"model", "hardware"};  ///< what groups have in common
  std::string catalog_dir;
};

/// A measured point beside what `cost` predicts for it with the shipped constants.
struct ValidatedPoint {
  PredictedPoint point;
  double tpot_s = 0;
  double ttft_s = 0;
  double tpot_low_s = 0;  ///< 90 % interval of the measured TPOT
  double tpot_high_s = 0;
  std::optional<bool> inside;  ///< whether the measured one lies in it; none was measured: none
};

struct ValidateOutcome {
  std::string points;  ///< the file, or what ships
  bool shipped = false;
  bool flagged = false;  ///< some rows have known defects
  std::vector<PointKey> keys;
  std::vector<ValidatedPoint> rows;
  std::vector<SkippedPoint> skipped;
  ValidatedGroup overall;
  std::vector<ValidatedGroup> sets;  ///< all, clean and core rows, where rows are flagged
  std::vector<ValidatedGroup> groups;
  std::vector<std::string> sources;
  std::vector<Warning> warnings;
};

/// Rows that cannot be predicted (unknown model, impossible split) are skipped with their reason
/// and a warning. Errors: kUsage for an unknown key; kInput for a file that cannot be read, or when
/// no row could be predicted; kCancelled.
Result<ValidateOutcome> runValidate(const ValidateRequest& request, std::stop_token stop = {},
                                    const ProgressSink& progress = {});

}  // namespace moe
