#pragma once

#include <string>
#include <vector>

#include "app/report/plot_spec.h"
#include "app/workflows/validate_workflow.h"
#include "app/workflows/verify_workflow.h"
#include "data/basis.h"

namespace moe::report {

/// One predicted and measured figure.
struct CheckedPrediction {
  std::string label;  ///< "64 tokens, E 8, top-2, 1024 x 4096, bf16"
  std::string id;
  double predicted = 0;
  double measured = 0;
  RowVerdict verdict = RowVerdict::kPassed;
  Basis basis = Basis::kInterpolated;  ///< of the prediction
};

/// Predicted against measured on equal logarithmic axes, with the diagonal and lines at a factor of
/// two. `quantity` and `unit` head both axes ("time", "s"). A series for each verdict.
PlotSpec checkPlot(const std::vector<CheckedPrediction>& checks, const std::string& quantity,
                   const std::string& unit);

/// The same of the layers and blocks of a verification, in ms. Rows that were not timed are left
/// out. The id of a point is that of its row, `checkId`.
PlotSpec verifyPlot(const VerifyOutcome& outcome);
std::string checkId(std::size_t row);

/// The same of published serving measurements: time per output token, inside or outside the 90 %
/// interval.
PlotSpec validatePlot(const ValidateOutcome& outcome);

}  // namespace moe::report
