#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "app/gui/presenters/table_data.h"
#include "app/report/plot_spec.h"
#include "app/workflows/fit_workflow.h"

namespace moe {

/// The runs of a question as a page shows them before any fit.
struct RunsPicture {
  std::size_t rows = 0;
  std::size_t runs = 0;
  TableData table;                      ///< excluded runs are unchecked
  std::vector<report::PlotSpec> plots;  ///< loss against N, D, C
  std::vector<Warning> warnings;
};

/// Reads the runs, those that are excluded too. Errors: as choosePoints.
Result<RunsPicture> runsPicture(const PointsQuestion& question);

/// A fit as a page shows it, all made beside the window.
struct FitPicture {
  std::shared_ptr<const FitAnswer> answer;
  std::vector<report::PlotSpec> loss;       ///< against N, D, C with the law's curves and bands
  std::vector<report::PlotSpec> residuals;  ///< against N, D, E, predicted
  report::PlotSpec predicted;               ///< against measured
  std::vector<report::PlotSpec> profiles;
  TableData parameters;
};

/// Fits, and draws the first law. Errors: as answerFit.
Result<FitPicture> fitPicture(const FitQuestion& question, std::stop_token stop,
                              const ProgressSink& progress);

}  // namespace moe
