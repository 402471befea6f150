#pragma once

#include "app/report/plot_spec.h"

namespace moe {

/// A plot with that of a kept plan behind it: lines dashed and points in the neutral colour, bands
/// left out. Plots of another kind, or with other axes, stay as they are; on maps only the kept
/// plan's choice is marked.
report::PlotSpec withKept(report::PlotSpec plot, const report::PlotSpec& kept);

}  // namespace moe
