#include "app/plot/map_drawing.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/plot/axis_setup.h"
#include "app/plot/axis_ticker.h"

namespace moe::plot {
namespace {

using report::AxisScale;
using report::PlotMap;

// Every eighth of matplotlib's viridis (CC0).
constexpr std::array<QRgb, 9> kViridis{0xff440154, 0xff472d7b, 0xff3b528b, 0xff2c728e, 0xff21918c,
                                       0xff28ae80, 0xff5ec962, 0xffaddc30, 0xfffde725};

QCPRange valueRange(const PlotMap& map) {
  QCPRange range(HUGE_VAL, -HUGE_VAL);
  for (const double value : map.values) {
    if (!drawable(value, map.scale)) continue;
    range.lower = std::min(range.lower, value);
    range.upper = std::max(range.upper, value);
  }
  if (!(range.upper >= range.lower)) return {1, 10};
  if (range.upper == range.lower) range.upper = range.lower + std::max(1e-9, std::abs(range.lower));
  return range;
}

/// Cells whose middles are the nodes. On a logarithmic axis they are drawn evenly in pixels, as the
/// nodes are.
QCPColorMapData* cellsOf(const PlotMap& map) {
  const auto columns = static_cast<int>(map.x.size());
  const auto rows = static_cast<int>(map.y.size());
  auto* cells = new QCPColorMapData(columns, rows, {map.x.front(), map.x.back()},
                                    {map.y.front(), map.y.back()});
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) {
      const double value = map.values[static_cast<std::size_t>(row * columns + column)];
      cells->setCell(column, row, drawable(value, map.scale) ? value : qQNaN());
    }
  return cells;
}

void styleScale(const PlotMap& map, const PlotTheme& theme, QCPColorScale& scale) {
  QCPAxis& axis = *scale.axis();
  axis.setTicker(QSharedPointer<QCPAxisTicker>(new AxisTicker(&axis, map.scale)));
  axis.setBasePen(Qt::NoPen);
  axis.setTickPen(QPen(theme.faint, 1));
  axis.setSubTickPen(QPen(theme.faint, 1));
  axis.setTickLabelFont(theme.tickFont());
  axis.setTickLabelColor(theme.faint);
  axis.setLabelFont(theme.labelFont());
  axis.setLabelColor(theme.text);
  axis.setLabel(textOf(report::axisHeading({map.label, map.unit, map.scale, {}, {}})));
  scale.setBarWidth(12);
}

}  // namespace

QCPColorGradient viridis() {
  QCPColorGradient gradient;
  gradient.clearColorStops();
  for (std::size_t i = 0; i < kViridis.size(); ++i)
    gradient.setColorStopAt(static_cast<double>(i) / (kViridis.size() - 1), QColor(kViridis[i]));
  gradient.setNanHandling(QCPColorGradient::nhTransparent);
  return gradient;
}

void drawMap(const PlotMap& map, const PlotTheme& theme, QCPAxisRect& rect, QCPLayoutGrid& row) {
  if (map.x.size() < 2 || map.y.size() < 2) return;
  auto* drawn = new QCPColorMap(rect.axis(QCPAxis::atBottom), rect.axis(QCPAxis::atLeft));
  drawn->setData(cellsOf(map));
  auto* scale = new QCPColorScale(rect.parentPlot());
  scale->setType(QCPAxis::atRight);
  row.addElement(0, 1, scale);
  drawn->setColorScale(scale);
  drawn->setGradient(viridis());
  drawn->setDataScaleType(map.scale == AxisScale::kLog ? QCPAxis::stLogarithmic
                                                       : QCPAxis::stLinear);
  drawn->setDataRange(valueRange(map));
  drawn->setInterpolate(true);
  drawn->setSelectable(QCP::stNone);
  styleScale(map, theme, *scale);
  auto* margins = new QCPMarginGroup(rect.parentPlot());
  rect.setMarginGroup(QCP::msTop | QCP::msBottom, margins);
  scale->setMarginGroup(QCP::msTop | QCP::msBottom, margins);
}

}  // namespace moe::plot
