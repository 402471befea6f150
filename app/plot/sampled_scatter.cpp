#include "app/plot/sampled_scatter.h"

#include <cmath>
#include <vector>

namespace moe::plot {
namespace {

constexpr double kCell = 2;  // pixels

/// The marker as a picture, and where its middle is.
QPixmap stampOf(const QCPScatterStyle& style, double ratio) {
  const int side = static_cast<int>(std::ceil(style.size())) + 3;
  QPixmap stamp(QSize(side, side) * ratio);
  stamp.setDevicePixelRatio(ratio);
  stamp.fill(Qt::transparent);
  QCPPainter painter(&stamp);
  painter.setRenderHint(QPainter::Antialiasing);
  style.applyTo(&painter, style.pen());
  style.drawShape(&painter, side / 2.0, side / 2.0);
  return stamp;
}

}  // namespace

QVector<QPointF> onePerCell(const QVector<QPointF>& points, const QRectF& area, double cell) {
  const auto columns = static_cast<std::size_t>(std::ceil(area.width() / cell)) + 1;
  const auto rows = static_cast<std::size_t>(std::ceil(area.height() / cell)) + 1;
  std::vector<bool> taken(columns * rows, false);
  QVector<QPointF> kept;
  for (const QPointF& point : points) {
    if (!area.contains(point)) continue;
    const auto column = static_cast<std::size_t>((point.x() - area.left()) / cell);
    const auto row = static_cast<std::size_t>((point.y() - area.top()) / cell);
    const std::size_t at = row * columns + column;
    if (taken[at]) continue;
    taken[at] = true;
    kept.push_back(point);
  }
  return kept;
}

void SampledScatter::drawScatterPlot(QCPPainter* painter, const QVector<QPointF>& scatters,
                                     const QCPScatterStyle& style) const {
  const QRectF area(clipRect());
  const QVector<QPointF> points = onePerCell(scatters, area, kCell);
  if (painter->modes().testFlag(QCPPainter::pmVectorized))
    return QCPGraph::drawScatterPlot(painter, points, style);
  applyScattersAntialiasingHint(painter);
  const double ratio = painter->device()->devicePixelRatioF();
  const QPixmap stamp = stampOf(style, ratio);
  const QRectF source(QPointF(0, 0), QSizeF(stamp.size()));
  QVector<QPainter::PixmapFragment> stamps;
  for (const QPointF& point : points)
    stamps.push_back(QPainter::PixmapFragment::create(point, source, 1 / ratio, 1 / ratio));
  painter->drawPixmapFragments(stamps.constData(), static_cast<int>(stamps.size()), stamp);
}

}  // namespace moe::plot
