#include "app/plot/label_placement.h"

#include <gtest/gtest.h>

#include "app/plot/sampled_scatter.h"

namespace moe::plot {
namespace {

const QRectF kBounds(0, 0, 300, 200);

TEST(PlaceLabels, TakesTheFirstFreePlace) {
  const QSizeF size(40, 12);
  const LabelWish wish{"a", placesAround({100, 100}, size, 8), false};
  const auto placed = placeLabels({wish, wish, wish}, kBounds, {});
  EXPECT_EQ(placed[0], wish.places[0]);  // right of the point
  EXPECT_EQ(placed[1], wish.places[1]);  // left of it
  EXPECT_EQ(placed[2], wish.places[2]);  // above
}

// A marker takes the square around itself; each place beside it is free of that.
TEST(PlaceLabels, HasEightPlacesClearOfThePointItself) {
  const QRectF own(QPointF(92.5, 92.5), QSizeF(15, 15));
  const auto places = placesAround({100, 100}, {40, 12}, 8);
  EXPECT_EQ(places.size(), 8U);
  for (const QRectF& place : places) EXPECT_FALSE(place.intersects(own));
}

TEST(PlaceLabels, LeavesOutWhatHasNoRoomUnlessItIsNeeded) {
  const QSizeF size(40, 12);
  LabelWish wish{"a", {QRectF({280, 50}, size)}, false};
  EXPECT_TRUE(placeLabels({wish}, kBounds, {})[0].isEmpty());
  wish.needed = true;
  const QRectF moved = placeLabels({wish}, kBounds, {})[0];
  EXPECT_TRUE(kBounds.contains(moved));
  // Twelve in one place: each stands somewhere, and no two meet.
  const auto placed = placeLabels(std::vector<LabelWish>(12, wish), kBounds, {});
  for (std::size_t i = 0; i < placed.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(placed[i].intersects(placed[j]));
}

TEST(PlaceLabels, KeepsClearOfLinesWhereItCan) {
  const QSizeF size(40, 12);
  const LabelWish wish{"a", placesAround({100, 100}, size, 8), false};
  const QRectF line(0, 99, 300, 2);
  EXPECT_FALSE(placeLabels({wish}, kBounds, {}, {line})[0].intersects(line));
  EXPECT_EQ(placeLabels({wish}, kBounds, {}, {kBounds})[0], wish.places[0]);
}

TEST(OnePerCell, KeepsTheFirstPointOfEachCellInside) {
  const QVector<QPointF> points{{10.1, 10.1}, {10.9, 11.9}, {12.1, 10.1}, {-5, 10}};
  const QVector<QPointF> kept = onePerCell(points, QRectF(0, 0, 100, 100), 2);
  EXPECT_EQ(kept, (QVector<QPointF>{{10.1, 10.1}, {12.1, 10.1}}));
}

}  // namespace
}  // namespace moe::plot
