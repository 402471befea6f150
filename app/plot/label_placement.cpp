#include "app/plot/label_placement.h"

#include <algorithm>

namespace moe::plot {
namespace {

bool isFree(const QRectF& place, const std::vector<QRectF>& taken) {
  return std::none_of(taken.begin(), taken.end(),
                      [&](const QRectF& other) { return other.intersects(place); });
}

/// The nearest place of the same size inside the bounds.
QRectF movedInside(QRectF place, const QRectF& bounds) {
  place.moveLeft(std::max(bounds.left(), std::min(place.left(), bounds.right() - place.width())));
  place.moveTop(std::max(bounds.top(), std::min(place.top(), bounds.bottom() - place.height())));
  return place;
}

QRectF placeOf(const LabelWish& wish, const QRectF& bounds, const std::vector<QRectF>& taken,
               const std::vector<QRectF>& avoided) {
  for (const QRectF& place : wish.places)
    if (bounds.contains(place) && isFree(place, taken) && isFree(place, avoided)) return place;
  for (const QRectF& place : wish.places)
    if (bounds.contains(place) && isFree(place, taken)) return place;
  if (!wish.needed || wish.places.empty()) return {};
  // Moved aside, up or down in steps, as far as it takes.
  const QRectF start = movedInside(wish.places.front(), bounds);
  for (int step = 0; step < 24; ++step)
    for (const double sign : {1.0, -1.0}) {
      const QRectF moved =
          movedInside(start.translated(0, sign * step * start.height() / 2), bounds);
      if (isFree(moved, taken)) return moved;
    }
  return start;
}

}  // namespace

std::vector<QRectF> placesAround(QPointF point, QSizeF size, double distance) {
  const double w = size.width();
  const double h = size.height();
  const double d = distance;
  const double slant = d;  // less would reach into the square that the point itself takes
  const auto at = [&](double x, double y) { return QRectF(point + QPointF(x, y), size); };
  return {
      at(d, -h / 2),         at(-d - w, -h / 2), at(-w / 2, -d - h),         at(-w / 2, d),
      at(slant, -slant - h), at(slant, slant),   at(-slant - w, -slant - h), at(-slant - w, slant)};
}

std::vector<QRectF> placeLabels(const std::vector<LabelWish>& wishes, const QRectF& bounds,
                                std::vector<QRectF> taken, const std::vector<QRectF>& avoided) {
  std::vector<QRectF> placed;
  for (const LabelWish& wish : wishes) {
    placed.push_back(placeOf(wish, bounds, taken, avoided));
    if (!placed.back().isEmpty()) taken.push_back(placed.back());
  }
  return placed;
}

}  // namespace moe::plot
