#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/front_workflow.h"

namespace moe::report {

/// Loss against price of every model that no other beats in both, coloured by design.
PlotSpec frontPlot(const FrontAnswer& answer);

}  // namespace moe::report
