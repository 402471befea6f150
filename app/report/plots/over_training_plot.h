#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/lifetime_workflow.h"

namespace moe::report {

/// Sizes and tokens of one loss, beside those that train for as much and cost as much in all: how
/// much longer a smaller model must train.
PlotSpec overTrainingPlot(const LifetimeAnswer& answer);

/// What each size of one loss costs: training, serving and both.
PlotSpec lifetimeBillPlot(const LifetimeAnswer& answer);

}  // namespace moe::report
