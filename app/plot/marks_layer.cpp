#include "app/plot/marks_layer.h"

#include <algorithm>
#include <cmath>

#include "app/plot/axis_setup.h"
#include "app/plot/svg_clip.h"

namespace moe::plot {
namespace {

using report::MarkerRole;
using report::PlotBar;
using report::ReferenceLine;

constexpr double kBarShare = 0.62;  // of a row
constexpr double kMostBarPixels = 56;
constexpr int kDiagonalSteps = 64;

/// Bars of one row that start together and point the same way stand side by side.
struct BarPlace {
  int index = 0;
  int count = 0;
};

BarPlace placeAmong(const std::vector<PlotBar>& bars, const PlotBar& bar) {
  BarPlace place;
  for (const PlotBar& other : bars) {
    const bool together = other.row == bar.row && other.from == bar.from &&
                          other.to != other.from && (other.to > other.from) == (bar.to > bar.from);
    if (&other == &bar) place.index = place.count;
    if (together || &other == &bar) ++place.count;
  }
  return place;
}

QPolygonF diamond(QPointF at, double radius) {
  return QPolygonF({at + QPointF(0, -radius), at + QPointF(radius, 0), at + QPointF(0, radius),
                    at + QPointF(-radius, 0)});
}

}  // namespace

QRectF barPlace(const QCPAxisRect& rect, const std::vector<PlotBar>& bars, const PlotBar& bar) {
  const QCPAxis& x = *rect.axis(QCPAxis::atBottom);
  const QCPAxis& y = *rect.axis(QCPAxis::atLeft);
  const double middle = y.coordToPixel(bar.row);
  const double row = std::abs(y.coordToPixel(bar.row + 1) - middle);
  const BarPlace place = placeAmong(bars, bar);
  const double whole = std::min(kMostBarPixels, kBarShare * row);
  const double height = whole / std::max(1, place.count);
  const double top = middle - whole / 2 + place.index * height;
  return QRectF(QPointF(x.coordToPixel(bar.from), top),
                QPointF(x.coordToPixel(bar.to), top + height))
      .normalized();
}

BarsLayer::BarsLayer(QCPAxisRect& rect, std::shared_ptr<const report::PlotSpec> spec,
                     const PlotTheme& theme)
    : QCPLayerable(rect.parentPlot(), "grid"),
      rect_(&rect),
      spec_(std::move(spec)),
      theme_(theme) {}

void BarsLayer::applyDefaultAntialiasingHint(QCPPainter* painter) const {
  painter->setAntialiasing(true);
}

QRect BarsLayer::clipRect() const { return rect_->rect(); }

void BarsLayer::draw(QCPPainter* painter) {
  painter->setPen(QPen(theme_.background, 1));
  for (const PlotBar& bar : spec_->bars) {
    painter->setBrush(colorOf(bar.color, theme_));
    const QRectF place = barPlace(*rect_, spec_->bars, bar);
    if (place.width() > 0) painter->drawRect(place);
  }
}

MarksLayer::MarksLayer(QCPAxisRect& rect, std::shared_ptr<const report::PlotSpec> spec,
                       const PlotTheme& theme)
    : QCPLayerable(rect.parentPlot(), "overlay"),
      rect_(&rect),
      spec_(std::move(spec)),
      theme_(theme) {}

void MarksLayer::applyDefaultAntialiasingHint(QCPPainter* painter) const {
  painter->setAntialiasing(true);
}

/// Names of lines stand outside the axes.
QRect MarksLayer::clipRect() const { return rect_->outerRect(); }

QPointF MarksLayer::pixelOf(double x, double y) const {
  return {rect_->axis(QCPAxis::atBottom)->coordToPixel(x),
          rect_->axis(QCPAxis::atLeft)->coordToPixel(y)};
}

void MarksLayer::drawIsoLines(QCPPainter& painter) const {
  QColor color = spec_->map ? QColor(Qt::white) : theme_.faint;
  color.setAlpha(210);
  painter.setPen(QPen(color, 1.1));
  painter.setBrush(Qt::NoBrush);
  for (const report::IsoLine& line : spec_->iso_lines)
    for (const auto& piece : line.pieces) {
      QPolygonF polygon;
      for (const report::PlotPosition& at : piece) polygon.push_back(pixelOf(at.x, at.y));
      painter.drawPolyline(polygon);
    }
}

void MarksLayer::drawReferenceLines(QCPPainter& painter) const {
  const QRectF rect(rect_->rect());
  painter.setBrush(Qt::NoBrush);
  for (const ReferenceLine& line : spec_->reference_lines) {
    QPen pen(line.limit ? theme_.emphasis : theme_.neutral, 1.2);
    pen.setDashPattern(line.limit ? QList<qreal>{6, 3} : QList<qreal>{3, 3});
    painter.setPen(pen);
    if (line.kind == ReferenceLine::Kind::kHorizontal) {
      const double y = pixelOf(0, line.value).y();
      painter.drawLine(QLineF(rect.left(), y, rect.right(), y));
    } else if (line.kind == ReferenceLine::Kind::kVertical) {
      const double x = pixelOf(line.value, 0).x();
      painter.drawLine(QLineF(x, rect.top(), x, rect.bottom()));
    } else {
      QPolygonF polygon;
      for (int i = 0; i <= kDiagonalSteps; ++i) {
        const double pixel = rect.left() + rect.width() * i / kDiagonalSteps;
        const double x = rect_->axis(QCPAxis::atBottom)->pixelToCoord(pixel);
        if (drawable(line.value * x, spec_->y.scale)) polygon.push_back(pixelOf(x, line.value * x));
      }
      painter.drawPolyline(polygon);
    }
  }
}

void MarksLayer::drawMarkers(QCPPainter& painter) const {
  for (const report::PlotMarker& marker : spec_->markers)
    if (drawable(marker.x, spec_->x.scale) && drawable(marker.y, spec_->y.scale))
      drawMarker(painter, marker.role, pixelOf(marker.x, marker.y), colorOf(marker.color, theme_),
                 theme_);
}

void MarksLayer::draw(QCPPainter* painter) {
  painter->save();
  painter->setClipRect(rect_->rect());
  beginSvgClip(*painter, rect_->rect());
  drawIsoLines(*painter);
  drawReferenceLines(*painter);
  drawMarkers(*painter);
  endSvgClip(*painter);
  painter->restore();
  drawTexts(*painter);
}

void drawMarker(QCPPainter& painter, MarkerRole role, QPointF at, const QColor& color,
                const PlotTheme& theme) {
  painter.setPen(QPen(theme.background, 1.2));
  painter.setBrush(color);
  switch (role) {
    case MarkerRole::kLossOptimal:
      painter.drawEllipse(at, 5.5, 5.5);
      return;
    case MarkerRole::kOverTrained:
      painter.drawPolygon(diamond(at, 7));
      return;
    case MarkerRole::kBase:
      painter.drawRect(QRectF(at - QPointF(4.5, 4.5), QSizeF(9, 9)));
      return;
    case MarkerRole::kRecommended:
      painter.setBrush(Qt::NoBrush);
      painter.setPen(QPen(theme.background, 5));
      painter.drawEllipse(at, 10, 10);
      painter.setPen(QPen(color, 2.4));
      painter.drawEllipse(at, 10, 10);
      return;
  }
}

}  // namespace moe::plot
