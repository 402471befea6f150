#pragma once

#include <optional>
#include <string>

#include "app/report/plot_spec.h"
#include "data/training_run.h"
#include "fitting/laws/law.h"

namespace moe::report {

// What several plots share, so that the same quantity has the same heading in each.

PlotAxis paramsAxis(ParameterKind kind);
PlotAxis trainTokensAxis();
PlotAxis trainFlopAxis();
PlotAxis lossAxis();
PlotAxis usdPerMillionAxis(const std::string& of_what);

/// "E 8"; "dense" for one expert.
std::string expertsName(double experts);

PlotColor category(int index);
/// One of `count` things in order.
PlotColor sequence(int index, int count);
PlotColor neutral();
PlotColor emphasis();

/// "clark-017: N 368 M, D 130 B, E 8; loss 2.463 nats".
std::string runLabel(const TrainingRun& run);

/// Adds a point, with bars where there is an interval. All points of a series have bars or none
/// has: a missing interval is as long as the point.
void addPoint(PlotSeries& series, double x, double y, std::string label, std::string id);
void addBars(PlotSeries& series, const std::optional<Range>& x, const std::optional<Range>& y);

/// "Bands and bars hold 95 % of 200 joint draws."
std::string drawsNote(std::size_t draws);

}  // namespace moe::report
