#pragma once

#include <qcustomplot.h>

#include "app/plot/plot_theme.h"
#include "app/report/plot_spec.h"

namespace moe::plot {

struct PlotExtent {
  QCPRange x;
  QCPRange y;
};

/// What a plot shows at first: the stated ranges, else all that is drawable with a margin. On a
/// logarithmic axis only positive values count. An axis without any gets 0 to 1 (or 1 to 10).
/// `text_share` is the share of the axis's length that the longest text beside a bar takes.
PlotExtent extentOf(const report::PlotSpec& spec, double text_share = 0.15);

/// Headings, scales, ticks, grid and ranges of the bottom and the left axis.
void setUpAxes(const report::PlotSpec& spec, const PlotTheme& theme, QCPAxisRect& rect);

/// Whether a value has a place on an axis.
bool drawable(double value, report::AxisScale scale);

}  // namespace moe::plot
