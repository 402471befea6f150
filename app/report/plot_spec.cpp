#include "app/report/plot_spec.h"

#include <fmt/format.h>

#include <algorithm>

namespace moe::report {

bool hasContent(const PlotSpec& plot) {
  const auto filled = [](const PlotSeries& series) { return !series.x.empty(); };
  return std::any_of(plot.series.begin(), plot.series.end(), filled) || !plot.bars.empty() ||
         (plot.map && !plot.map->values.empty()) || !plot.markers.empty();
}

std::string axisHeading(const PlotAxis& axis) {
  return axis.unit.empty() ? axis.label : fmt::format("{} ({})", axis.label, axis.unit);
}

}  // namespace moe::report
