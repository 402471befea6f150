#include "app/gui/presenters/kept_plan.h"

#include <iterator>

#include "app/report/plots/plot_parts.h"

namespace moe {
namespace {

using report::PlotMarker;
using report::PlotSeries;
using report::PlotSpec;

bool sameAxis(const report::PlotAxis& a, const report::PlotAxis& b) {
  return a.label == b.label && a.unit == b.unit && a.scale == b.scale;
}

std::vector<PlotSeries> paleSeries(const PlotSpec& kept) {
  std::vector<PlotSeries> pale;
  bool named = false;
  for (PlotSeries series : kept.series) {
    if (series.kind == report::SeriesKind::kBand) continue;
    const bool is_line = series.kind != report::SeriesKind::kPoints;
    series.name = is_line && !named ? "kept plan" : "";
    named = named || is_line;
    series.name_at_end = false;
    series.dashed = is_line;
    series.color = report::neutral();
    series.texts.clear();
    for (std::string& label : series.labels) label = "kept: " + label;
    for (auto* ends : {&series.x_low, &series.x_high, &series.y_low, &series.y_high}) ends->clear();
    pale.push_back(std::move(series));
  }
  return pale;
}

std::vector<PlotMarker> paleMarkers(const PlotSpec& kept, bool recommended_only) {
  std::vector<PlotMarker> pale;
  for (PlotMarker marker : kept.markers) {
    const bool recommended = marker.role == report::MarkerRole::kRecommended;
    if (recommended_only && !recommended) continue;
    marker.color = report::neutral();
    marker.text = recommended ? "kept" : "";
    marker.label = "kept: " + marker.label;
    if (recommended) marker.role = report::MarkerRole::kBase;
    pale.push_back(std::move(marker));
  }
  return pale;
}

template <class Item>
void putBehind(std::vector<Item> behind, std::vector<Item>& front) {
  behind.insert(behind.end(), std::make_move_iterator(front.begin()),
                std::make_move_iterator(front.end()));
  front = std::move(behind);
}

}  // namespace

PlotSpec withKept(PlotSpec plot, const PlotSpec& kept) {
  if (plot.key != kept.key || !sameAxis(plot.x, kept.x) || !sameAxis(plot.y, kept.y)) return plot;
  if (!plot.map) putBehind(paleSeries(kept), plot.series);
  putBehind(paleMarkers(kept, plot.map.has_value()), plot.markers);
  return plot;
}

}  // namespace moe
