#pragma once

#include <qcustomplot.h>

#include <optional>
#include <string>

#include "app/report/plot_spec.h"

namespace moe::plot {

/// What lies under the mouse.
struct PlotHit {
  std::string label;  ///< for a tooltip
  std::string id;     ///< run or configuration; may be empty
  double x = 0;       ///< of the thing that was hit, in the units of the axes
  double y = 0;
};

/// The nearest marker, point or end of a bar within so many pixels; inside a bar or a map the bar
/// or the value there. `spec` is what `plot` was drawn from. Markers come before points.
std::optional<PlotHit> hitAt(const report::PlotSpec& spec, const QCustomPlot& plot, QPointF pixel,
                             double within = 9);

/// Name of the legend's entry at a pixel; empty: none. Series of that name can then be left out of
/// the spec and drawn anew.
std::string legendNameAt(const QCustomPlot& plot, QPointF pixel);

}  // namespace moe::plot
