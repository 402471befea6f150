#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/fit_workflow.h"
#include "app/workflows/law_curves.h"

namespace moe::report {

/// Loss of the fitted runs against N, D or training FLOP, a colour per expert count, with the law's
/// curves (see lawCurves, for the same variable) and their bands.
PlotSpec lossPlot(const FitAnswer& answer, const LawFit& fit, LawVariable variable,
                  const std::vector<LawCurve>& curves);

/// The runs alone, before any fit.
PlotSpec runsPlot(const RunTable& table, LawVariable variable);

}  // namespace moe::report
