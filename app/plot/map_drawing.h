#pragma once

#include <qcustomplot.h>

#include "app/plot/plot_theme.h"
#include "app/report/plot_spec.h"

namespace moe::plot {

/// Viridis, which rises evenly in lightness and reads the same to colour-blind people.
QCPColorGradient viridis();

/// Adds the map to the axes and its colour scale to the right of them.
void drawMap(const report::PlotMap& map, const PlotTheme& theme, QCPAxisRect& rect,
             QCPLayoutGrid& row);

}  // namespace moe::plot
