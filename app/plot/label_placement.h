#pragma once

#include <QRectF>
#include <QSizeF>
#include <QString>
#include <vector>

namespace moe::plot {

/// A text to be placed, and where it may stand, the best place first.
struct LabelWish {
  QString text;
  std::vector<QRectF> places;
  bool needed = false;  ///< stands in its first place that is inside, if none is free
};

/// The places around a point at this distance: right, left, above, below, then the diagonals.
std::vector<QRectF> placesAround(QPointF point, QSizeF size, double distance);

/// A place for each wish, in their order: the first that lies inside `bounds` and meets neither
/// `taken` nor a label placed before. An empty rectangle: there is none.
std::vector<QRectF> placeLabels(const std::vector<LabelWish>& wishes, const QRectF& bounds,
                                std::vector<QRectF> taken);

}  // namespace moe::plot
