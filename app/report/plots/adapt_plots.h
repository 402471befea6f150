#pragma once

#include "app/report/plot_spec.h"
#include "app/workflows/adapt_workflow.h"

namespace moe::report {

/// How many experts each task trains in each layer, by one kind of score.
PlotSpec expertsPerLayerPlot(const AdaptOutcome& outcome, const AdaptSelection& selection);

/// How the scores of the most relevant experts add up, mean and range over the layers, with the
/// threshold as a line. `scores` are those of the selection's task.
PlotSpec cumulativeScorePlot(const AdaptSelection& selection, const ExpertScores& scores);

/// Threshold against the parameters that are trained, with the one that was used.
PlotSpec thresholdPlot(const AdaptOutcome& outcome, const AdaptSelection& selection);

/// Trained parameters of the methods against the FLOP of their step.
PlotSpec adaptMethodPlot(const AdaptOutcome& outcome);

}  // namespace moe::report
