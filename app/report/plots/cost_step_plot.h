#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/cost_workflow.h"

namespace moe::report {

/// The parts of a decode step, the longest on top, coloured by what bounds them.
PlotSpec stepPlot(const CostOutcome& outcome);

}  // namespace moe::report
