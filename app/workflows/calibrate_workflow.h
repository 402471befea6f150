#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "costmodel/verify/measure/calibrate.h"
#include "data/error.h"
#include "data/progress.h"

namespace moe {

/// `calibrate`: this machine as an accelerator of the catalog. Fields are the options.
struct CalibrateRequest {
  bool quick = false;
  /// File for the entry; empty: it is only in the outcome. A calibration that was stopped goes to
  /// FILE.partial: it never takes the place of a complete one.
  std::string out;
};

struct CalibrateOutcome {
  CalibrateRequest request;
  Calibration calibration;
  std::string toml;     ///< the entry, as `--hardware FILE` and a folder's hardware.toml read it
  std::string written;  ///< file that holds it; empty: none
};

/// Measures and writes. Errors: kInput for a file that cannot be written (found out before anything
/// is measured), kCancelled when nothing was finished, and those of `calibrate`.
Result<CalibrateOutcome> runCalibrate(const CalibrateRequest& request, const Bench& bench,
                                      const CalibrationPlan& plan, std::stop_token stop = {},
                                      const ProgressSink& progress = {});

}  // namespace moe
