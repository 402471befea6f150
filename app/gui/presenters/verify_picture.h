#pragma once

#include <stop_token>
#include <string>

#include "app/gui/presenters/table_data.h"
#include "app/report/plot_spec.h"
#include "app/workflows/calibrate_workflow.h"
#include "app/workflows/validate_workflow.h"
#include "app/workflows/verify_workflow.h"

namespace moe {

/// A calibrated machine as the page shows it.
struct CalibrationPicture {
  HardwareEntry entry;
  std::string file;  ///< where it lies; empty: nowhere
  report::PlotSpec bandwidth;
  TableData figures;  ///< peaks, caches, kernel tables, noise
  std::vector<Warning> warnings;
};

/// Layers and blocks of a machine beside their predictions.
struct VerificationPicture {
  VerifyOutcome outcome;
  std::string file;  ///< that it was read from; empty: measured now
  report::PlotSpec checks;
  TableData rows;  ///< every row with its verdict
  TableData groups;
  TableData claims;
};

/// Published serving measurements beside their predictions.
struct PublishedPicture {
  ValidateOutcome outcome;
  report::PlotSpec points;
  TableData sets;
  TableData groups;
};

/// Measures this machine and writes the entry. Errors: as runCalibrate.
Result<CalibrationPicture> calibrationPicture(const CalibrateRequest& request, const Bench& bench,
                                              const CalibrationPlan& plan, std::stop_token stop,
                                              const ProgressSink& progress);
/// An entry that was calibrated before. One of another machine is shown with a warning. Errors:
/// those of the file, and kInput for an entry that was not calibrated.
Result<CalibrationPicture> openedCalibration(const std::string& file, const Bench& bench);

/// Measures layers and blocks. Errors: as runVerify.
Result<VerificationPicture> verificationPicture(const VerifyRequest& request, const Bench& bench,
                                                std::stop_token stop, const ProgressSink& progress);
/// A document of `moeplan verify --json`. Errors: those of the file.
Result<VerificationPicture> openedVerification(const std::string& file);

/// Predicts published points. Errors: as runValidate.
Result<PublishedPicture> publishedPicture(const ValidateRequest& request, std::stop_token stop = {},
                                          const ProgressSink& progress = {});

}  // namespace moe
