#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/cost_workflow.h"

namespace moe::report {

/// The operators of a decode step under the device's roofs: how much of the data sheet each
/// reaches, and whether bytes or FLOP are in its way.
PlotSpec rooflinePlot(const CostOutcome& outcome);

}  // namespace moe::report
