#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/fit_workflow.h"

namespace moe::report {

/// The profile likelihood of one parameter: how much worse the fit gets when it is held away from
/// its best value and all others are refitted. Its interval ends where the curve meets the line.
PlotSpec profilePlot(const LawFit& fit, const Profile& profile);

}  // namespace moe::report
