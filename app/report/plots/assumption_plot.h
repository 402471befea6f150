#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/evidence/assumption_study.h"

namespace moe::report {

/// A tornado of any step: the figure at each value of each assumption, from the answer as it is.
PlotSpec assumptionPlot(const AssumptionStudy& study);

}  // namespace moe::report
