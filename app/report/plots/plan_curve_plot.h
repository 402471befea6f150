#pragma once

#include <vector>

#include "app/report/plot_spec.h"
#include "app/workflows/plan_curves.h"
#include "app/workflows/plan_workflow.h"

namespace moe::report {

/// The paper's picture: loss against serving price, one curve per expert count along the training
/// budget (`curves`, from planCurves), with loss-optimal and chosen models and their intervals, and
/// the recommended one ringed.
PlotSpec planPlot(const PlanAnswer& answer, const std::vector<PlanCurve>& curves);

}  // namespace moe::report
