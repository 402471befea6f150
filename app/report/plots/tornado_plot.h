#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/lifetime_workflow.h"

namespace moe::report {

/// What each assumption moves when it is lower or higher, the one that moves most on top.
PlotSpec tornadoPlot(const LifetimeAnswer& answer);

}  // namespace moe::report
