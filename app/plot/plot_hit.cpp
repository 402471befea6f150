#include "app/plot/plot_hit.h"

#include <algorithm>
#include <cmath>

#include "app/plot/axis_setup.h"
#include "app/plot/axis_ticker.h"
#include "app/plot/draw_plot.h"
#include "app/plot/frame_elements.h"

namespace moe::plot {
namespace {

using report::PlotSpec;

/// Keeps what is nearest to the mouse.
class Nearest {
 public:
  Nearest(const QCPAxisRect& rect, QPointF pixel, double within)
      : x_(rect.axis(QCPAxis::atBottom)),
        y_(rect.axis(QCPAxis::atLeft)),
        pixel_(pixel),
        best_(within) {}

  /// Whether (x, y) is nearer than all before.
  bool take(double x, double y) {
    const double away =
        std::hypot(x_->coordToPixel(x) - pixel_.x(), y_->coordToPixel(y) - pixel_.y());
    if (!(away <= best_)) return false;
    best_ = away;
    return true;
  }

 private:
  const QCPAxis* x_;
  const QCPAxis* y_;
  QPointF pixel_;
  double best_;
};

std::string textAt(const std::vector<std::string>& column, std::size_t i) {
  return i < column.size() ? column[i] : std::string();
}

std::optional<PlotHit> markerHit(const PlotSpec& spec, Nearest nearest) {
  std::optional<PlotHit> hit;
  for (const report::PlotMarker& marker : spec.markers)
    if (nearest.take(marker.x, marker.y))
      hit = PlotHit{marker.label, marker.id, marker.x, marker.y};
  return hit;
}

std::optional<PlotHit> pointHit(const PlotSpec& spec, Nearest nearest) {
  std::optional<PlotHit> hit;
  for (const report::PlotSeries& series : spec.series)
    for (std::size_t i = 0; i < series.labels.size(); ++i)
      if (drawable(series.x[i], spec.x.scale) && drawable(series.y[i], spec.y.scale) &&
          nearest.take(series.x[i], series.y[i]))
        hit = PlotHit{series.labels[i], textAt(series.ids, i), series.x[i], series.y[i]};
  return hit;
}

std::optional<PlotHit> barHit(const PlotSpec& spec, double x, double y) {
  for (const report::PlotBar& bar : spec.bars)
    if (std::abs(y - bar.row) < 0.4 && x >= std::min(bar.from, bar.to) &&
        x <= std::max(bar.from, bar.to))
      return PlotHit{bar.label, bar.id, bar.to, static_cast<double>(bar.row)};
  return std::nullopt;
}

/// The node nearest to a position, on the axis's own scale.
std::optional<std::size_t> nodeAt(const std::vector<double>& nodes, double at,
                                  report::AxisScale scale) {
  if (nodes.size() < 2 || !drawable(at, scale)) return std::nullopt;
  const bool log = scale == report::AxisScale::kLog;
  const double place = log ? std::log(at / nodes.front()) / std::log(nodes.back() / nodes.front())
                           : (at - nodes.front()) / (nodes.back() - nodes.front());
  if (place < 0 || place > 1) return std::nullopt;
  return static_cast<std::size_t>(std::lround(place * static_cast<double>(nodes.size() - 1)));
}

std::optional<PlotHit> mapHit(const PlotSpec& spec, double x, double y) {
  if (!spec.map) return std::nullopt;
  const auto column = nodeAt(spec.map->x, x, spec.x.scale);
  const auto row = nodeAt(spec.map->y, y, spec.y.scale);
  if (!column || !row) return std::nullopt;
  const double value = spec.map->values[*row * spec.map->x.size() + *column];
  const std::string text = std::isfinite(value)
                               ? QString::number(value, 'g', 4).toStdString() + " " + spec.map->unit
                               : std::string("no answer here");
  return PlotHit{spec.map->label + ": " + text, "", spec.map->x[*column], spec.map->y[*row]};
}

}  // namespace

std::optional<PlotHit> hitAt(const PlotSpec& spec, const QCustomPlot& plot, QPointF pixel,
                             double within) {
  const QCPAxisRect* rect = axesOf(plot);
  if (rect == nullptr || !QRectF(rect->rect()).contains(pixel)) return std::nullopt;
  const Nearest nearest(*rect, pixel, within);
  if (auto hit = markerHit(spec, nearest)) return hit;
  if (auto hit = pointHit(spec, nearest)) return hit;
  const double x = rect->axis(QCPAxis::atBottom)->pixelToCoord(pixel.x());
  const double y = rect->axis(QCPAxis::atLeft)->pixelToCoord(pixel.y());
  if (auto hit = barHit(spec, x, y)) return hit;
  return mapHit(spec, x, y);
}

std::string legendNameAt(const QCustomPlot& plot, QPointF pixel) {
  for (const QCPLayoutElement* element : plot.plotLayout()->elements(false)) {
    const auto* legend = dynamic_cast<const LegendRows*>(element);
    if (legend == nullptr) continue;
    const std::vector<QRectF> places = legend->places();
    for (std::size_t i = 0; i < places.size(); ++i)
      if (places[i].contains(pixel)) return legend->entries()[i].name.toStdString();
  }
  return {};
}

}  // namespace moe::plot
