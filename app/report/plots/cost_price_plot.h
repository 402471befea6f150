#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/cost_workflow.h"

namespace moe::report {

/// What tokens cost with their 90 % intervals, beside published API prices.
PlotSpec pricePlot(const CostOutcome& outcome);

}  // namespace moe::report
