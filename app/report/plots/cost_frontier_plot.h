#pragma once

#include <vector>

#include "app/report/plot_spec.h"
#include "app/workflows/cost_workflow.h"

namespace moe::report {

/// Throughput of a device against the speed that one user sees: the outcome's division over
/// concurrencies (`sweep`, from sweepConcurrency), the best of all divisions where the outcome has
/// a frontier, and the point that was priced.
PlotSpec frontierPlot(const CostOutcome& outcome, const std::vector<CostOption>& sweep);

}  // namespace moe::report
