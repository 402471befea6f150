#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/fit_workflow.h"

namespace moe::report {

enum class ResidualAxis { kParams, kTrainTokens, kExperts, kPredicted };

/// What the law misses at each fitted point, ln predicted - ln measured in per cent, against one
/// variable. A trend means that the law lacks a term. Outliers stand out where they were looked
/// for.
PlotSpec residualPlot(const FitAnswer& answer, const LawFit& fit, ResidualAxis axis);

/// Predicted against measured loss with the diagonal.
PlotSpec predictedLossPlot(const FitAnswer& answer, const LawFit& fit);

}  // namespace moe::report
