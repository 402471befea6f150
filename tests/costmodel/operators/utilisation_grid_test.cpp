#include "costmodel/operators/utilisation_grid.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>

namespace moe {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kGridRounding = 1e-12;  // a few roundings of numbers near one

TEST(AxisPlace, LiesBetweenTwoPointsAndClampsAtTheEnds) {
  const std::vector<double> axis{1, 2, 4};
  const auto expectPlace = [&](double value, std::size_t low, double weight) {
    EXPECT_EQ(placeOn(axis, value).low, low) << value;
    EXPECT_DOUBLE_EQ(placeOn(axis, value).weight, weight) << value;
  };
  expectPlace(0.5, 0, 0);
  expectPlace(1, 0, 0);
  expectPlace(1.5, 0, 0.5);
  expectPlace(2, 0, 1);
  expectPlace(3, 1, 0.5);
  expectPlace(9, 1, 1);
  EXPECT_EQ(placeOn({7}, 9).low, 0u);
  EXPECT_EQ(placeOn({7}, 9).weight, 0);
}

// The formula of Fritsch and Butland by hand. Equal steps, slopes -1 and -2 of the lines beside it:
// 2 ab/(a + b) = -4/3. Steps h = 1 and k = 2, slopes -1 and -1/2: 3 (h + k)/((2k + h)/a +
// (k + 2h)/b) = 9/(-5 - 8) = -9/13.
TEST(MonotoneSlopes, AreHarmonicMeansOfTheLinesBeside) {
  const std::vector<double> falls{0, -1, -3};
  EXPECT_NEAR(monotoneSlopes({0, 1, 2}, falls.data())[1], -4.0 / 3, kGridRounding);
  const std::vector<double> slower{0, -1, -2};
  EXPECT_NEAR(monotoneSlopes({0, 1, 3}, slower.data())[1], -9.0 / 13, kGridRounding);
}

TEST(MonotoneSlopes, AreZeroAtATurnAndOfTheLineAtTheEnds) {
  const std::vector<double> valley{0, -1, 1};
  const std::vector<double> slopes = monotoneSlopes({0, 1, 2}, valley.data());
  EXPECT_EQ(slopes, (std::vector<double>{-1, 0, 2}));
  EXPECT_EQ(monotoneSlopes({3}, valley.data()), std::vector<double>{0});
}

// Hermite's cubic in the middle of an interval of width w: the mean of its ends and w/8 of the
// difference of their slopes. In logarithms to base 2 the slopes at 1, 2, 4 are -1, -4/3, -2.
TEST(UtilisationGrid, FollowsTheCubicByHandBetweenItsPoints) {
  const UtilisationGrid curve({1, 2, 4}, {0, -1, -3});
  EXPECT_NEAR(curve.log(std::sqrt(2.0)), -0.5 + (-1 + 4.0 / 3) / 8, kGridRounding);
  EXPECT_NEAR(curve.log(std::sqrt(8.0)), -2 + (-4.0 / 3 + 2) / 8, kGridRounding);
  EXPECT_NEAR(curve.utilisation(std::sqrt(2.0)), std::exp(-0.5 + 1.0 / 24), kGridRounding);
}

TEST(UtilisationGrid, IsExactAtItsPoints) {
  const std::vector<double> values{-0.1, -0.7, -0.4, -2.5, -0.2, -0.3};
  const UtilisationGrid grid({1, 8}, {2, 3, 50}, values);
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      EXPECT_NEAR(grid.log(grid.x()[i], grid.y()[j]), values[3 * i + j], kGridRounding);
      EXPECT_EQ(grid.node(i, j), values[3 * i + j]);
    }
}

TEST(UtilisationGrid, IsLinearInTheLogarithmAlongX) {
  const UtilisationGrid grid({1, 16}, {1, 2}, {0, -1, -2, -4});
  // x = 2 is a quarter of the way, y = sqrt 2 half: two points give a line.
  EXPECT_NEAR(grid.log(2, std::sqrt(2.0)), 0.75 * -0.5 + 0.25 * -3, kGridRounding);
}

TEST(UtilisationGrid, HoldsTheUtilisationOfItsEdges) {
  const UtilisationGrid grid({1, 16}, {1, 2}, {0, -1, -2, -4});
  EXPECT_NEAR(grid.log(1, 1e9), -1, kGridRounding);
  EXPECT_NEAR(grid.log(1e9, 2), -4, kGridRounding);
  EXPECT_NEAR(grid.log(0.01, 0.01), 0, kGridRounding);
  EXPECT_EQ(grid.clampedX(0.5), 1);
  EXPECT_EQ(grid.clampedY(0.5), 1);
  EXPECT_EQ(grid.clampedX(40), 40);  // above the edge the ideal time grows
  EXPECT_EQ(grid.clampedY(40), 40);
}

// A hole at y = 2, halfway between 1 and 4; one before the first point and one after the last.
TEST(UtilisationGrid, FillsHolesAlongYFromTheNeighbours) {
  const UtilisationGrid grid({1}, {0.5, 1, 2, 4, 8}, {kNone, -1, kNone, -3, kNone});
  EXPECT_NEAR(grid.node(0, 0), -1, kGridRounding);
  EXPECT_NEAR(grid.node(0, 2), -2, kGridRounding);
  EXPECT_NEAR(grid.node(0, 4), -3, kGridRounding);
}

// x = 2 was not measured: halfway between the rows of 1 and 4. x = 8 is as the last row.
TEST(UtilisationGrid, FillsRowsWithoutAnyPointAlongX) {
  const UtilisationGrid grid({1, 2, 4, 8}, {1, 2}, {-1, -2, kNone, kNone, -3, -6, kNone, kNone});
  EXPECT_NEAR(grid.node(1, 0), -2, kGridRounding);
  EXPECT_NEAR(grid.node(1, 1), -4, kGridRounding);
  EXPECT_NEAR(grid.node(3, 1), -6, kGridRounding);
}

TEST(UtilisationGrid, LeavesHolesOfACurveOut) {
  const UtilisationGrid curve({1, 2, 4, 8}, {kNone, -1, kNone, -3});
  EXPECT_EQ(curve.y(), (std::vector<double>{2, 8}));
  EXPECT_NEAR(curve.log(4), -2, kGridRounding);
}

TEST(UtilisationGrid, NeedsAPoint) {
  EXPECT_ANY_THROW(UtilisationGrid({1, 2}, {kNone, kNone}));
  EXPECT_ANY_THROW(UtilisationGrid({1}, {1, 2}, {kNone, kNone}));
  EXPECT_ANY_THROW(UtilisationGrid({1}, {1, 2}, {0}));
}

TEST(UtilisationGrid, IsTheSameEverywhereWhenConstant) {
  const UtilisationGrid grid = UtilisationGrid::constant(0.8);
  for (const double x : {1e-3, 1.0, 1e6}) {
    EXPECT_NEAR(grid.utilisation(x), 0.8, kGridRounding);
    EXPECT_NEAR(grid.utilisation(x, x), 0.8, kGridRounding);
  }
}

// What Fritsch and Butland prove: between two points the curve stays between their values, and
// where it rises at the ends it rises in between.
RC_GTEST_PROP(UtilisationGridProperty, IsMonotoneBetweenNeighbours, ()) {
  std::vector<double> y{1};
  std::vector<double> logs{0};
  const int count = *rc::gen::inRange(2, 9);
  for (int i = 1; i < count; ++i) {
    y.push_back(y.back() * (1 + *rc::gen::inRange(1, 4000) * 1e-3));
    logs.push_back(*rc::gen::inRange(-3000, 1) * 1e-3);
  }
  const UtilisationGrid curve(y, logs);
  const auto i = static_cast<std::size_t>(*rc::gen::inRange(0, count - 1));
  const double width = std::log(y[i + 1] / y[i]);
  const double sign = logs[i + 1] < logs[i] ? -1 : 1;
  double before = logs[i];
  for (int step = 1; step <= 20; ++step) {
    const double now = curve.log(y[i] * std::exp(width * step / 20));
    RC_ASSERT(sign * (now - before) >= -1e-9);
    before = now;
  }
  RC_ASSERT(std::abs(before - logs[i + 1]) < 1e-9);
}

}  // namespace
}  // namespace moe
