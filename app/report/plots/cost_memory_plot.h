#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/cost_workflow.h"

namespace moe::report {

/// Where one device's memory goes, as one stacked bar, with the concurrency that it leaves.
PlotSpec memoryPlot(const CostOutcome& outcome);

}  // namespace moe::report
