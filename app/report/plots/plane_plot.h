#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/lifetime_workflow.h"
#include "app/workflows/plan_curves.h"
#include "app/workflows/plan_workflow.h"

namespace moe::report {

/// The loss over N and D with its iso-lines, the training budget as a line, and the loss-optimal
/// and chosen model of one row of a plan.
PlotSpec lossPlanePlot(const PlanAnswer& answer, std::size_t row, const PlanPlane& plane);

/// Training and serving USD over N and D with lines of equal loss across: the least cost on a line
/// is where a line of equal cost touches it. The plane must be of the design that is shown.
PlotSpec costPlanePlot(const LifetimeAnswer& answer, const PlanPlane& plane);

/// N and D around a plan's model, a factor of `ratio` to each side.
PlaneRange planeAround(double params, double train_tokens, double ratio = 8);

}  // namespace moe::report
