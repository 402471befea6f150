#pragma once

#include "app/report/plot_spec.h"
#include "data/catalog/hardware_entry.h"

namespace moe::report {

/// Measured bandwidth of a calibrated machine over the working set, a line for each number of
/// threads, triad dashed, with the size that caches hold. An entry that was not calibrated: the
/// reason.
PlotSpec bandwidthPlot(const HardwareEntry& entry);

}  // namespace moe::report
