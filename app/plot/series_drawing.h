#pragma once

#include <qcustomplot.h>

#include "app/plot/plot_theme.h"
#include "app/report/plot_spec.h"

namespace moe::plot {

/// The marker of a series: its shape and colour, `size` pixels wide.
QCPScatterStyle markerOf(const report::PlotColor& color, const PlotTheme& theme, double size);

/// The pen of a line.
QPen penOf(const report::PlotSeries& series, const PlotTheme& theme);

/// Adds what a series is made of to the axes.
void drawSeries(const report::PlotSpec& spec, const report::PlotSeries& series,
                const PlotTheme& theme, QCPAxis& x, QCPAxis& y);

/// How wide markers are of so many points, in pixels.
double markerSize(std::size_t points);

}  // namespace moe::plot
