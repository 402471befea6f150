#pragma once

#include <qcustomplot.h>

namespace moe::plot {

/// Many points as markers: of those that fall on the same two by two pixels one is drawn, and on
/// screens each is a stamp of one picture. What is seen is the same, in a fraction of the time.
class SampledScatter : public QCPGraph {
 public:
  SampledScatter(QCPAxis* x, QCPAxis* y) : QCPGraph(x, y) {}

 protected:
  void drawScatterPlot(QCPPainter* painter, const QVector<QPointF>& scatters,
                       const QCPScatterStyle& style) const override;
};

/// The first of the points in each cell of `cell` pixels that lies inside `area`, in their order.
QVector<QPointF> onePerCell(const QVector<QPointF>& points, const QRectF& area, double cell);

}  // namespace moe::plot
