#include "app/report/plots/iso_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace moe::report {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Surface = std::function<double(double x, double y)>;

PlotMap mappedSurface(const Surface& value, const std::vector<double>& x,
                      const std::vector<double>& y) {
  PlotMap map;
  map.x = x;
  map.y = y;
  for (const double at_y : y)
    for (const double at_x : x) map.values.push_back(value(at_x, at_y));
  return map;
}

std::vector<double> evenly(double low, double high, int points) {
  std::vector<double> values;
  for (int i = 0; i < points; ++i) values.push_back(low + (high - low) * i / (points - 1));
  return values;
}

std::vector<IsoLine> linearLines(const PlotMap& map, double level) {
  return isoLines(map, AxisScale::kLinear, AxisScale::kLinear, std::vector{level});
}

// Linear interpolation is exact on a plane.
TEST(IsoLines, OfAPlaneAreStraightAndExact) {
  const PlotMap map =
      mappedSurface([](double x, double y) { return 2 * x + y; }, evenly(0, 4, 9), evenly(0, 3, 7));
  const auto lines = linearLines(map, 4.3);
  ASSERT_EQ(lines.size(), 1u);
  ASSERT_EQ(lines[0].pieces.size(), 1u);
  for (const PlotPosition& at : lines[0].pieces[0]) EXPECT_NEAR(2 * at.x + at.y, 4.3, 1e-12);
  // It enters where y = 0 and leaves where y = 3.
  const auto& piece = lines[0].pieces[0];
  const double bottom = std::min(piece.front().y, piece.back().y);
  const double top = std::max(piece.front().y, piece.back().y);
  EXPECT_NEAR(bottom, 0, 1e-12);
  EXPECT_NEAR(top, 3, 1e-12);
}

// x^2 + y^2 between nodes h apart is at most h^2/4 off its chord in each direction, so the radius
// at level r^2 is at most h^2/4 off r = 1 (two directions, slope 2 r).
TEST(IsoLines, OfAConeOfSquaresAreOneClosedCircle) {
  const double h = 3.0 / 60;
  const PlotMap map = mappedSurface([](double x, double y) { return x * x + y * y; },
                                    evenly(-1.5, 1.5, 61), evenly(-1.5, 1.5, 61));
  const auto lines = linearLines(map, 1);
  ASSERT_EQ(lines.size(), 1u);
  ASSERT_EQ(lines[0].pieces.size(), 1u);
  const auto& circle = lines[0].pieces[0];
  EXPECT_DOUBLE_EQ(circle.front().x, circle.back().x);
  EXPECT_DOUBLE_EQ(circle.front().y, circle.back().y);
  double length = 0;
  for (std::size_t i = 1; i < circle.size(); ++i) {
    length += std::hypot(circle[i].x - circle[i - 1].x, circle[i].y - circle[i - 1].y);
    EXPECT_NEAR(std::hypot(circle[i].x, circle[i].y), 1, h * h / 4);
  }
  EXPECT_NEAR(length, 2 * std::acos(-1.0), 0.01);
}

// One cell with a saddle: corners 1, 0, 1, 0. The centre is at 0.5; below it (level 0.4) the ones
// are joined and each zero is cut off, above it (0.6) the other way round.
TEST(IsoLines, OfASaddleJoinTheCornersOnTheCentresSide) {
  PlotMap map;
  map.x = {0, 1};
  map.y = {0, 1};
  map.values = {1, 0, 0, 1};  // (0,0), (1,0), (0,1), (1,1)
  const auto cutsOff = [&](double level, double x, double y) {
    const std::vector<IsoLine> lines = linearLines(map, level);
    for (const auto& piece : lines[0].pieces) {
      double away = 0;
      for (const PlotPosition& at : piece)
        away = std::max(away, std::abs(at.x - x) + std::abs(at.y - y));
      if (away < 0.5) return true;
    }
    return false;
  };
  EXPECT_TRUE(cutsOff(0.4, 1, 0));
  EXPECT_TRUE(cutsOff(0.4, 0, 1));
  EXPECT_FALSE(cutsOff(0.4, 0, 0));
  EXPECT_TRUE(cutsOff(0.6, 0, 0));
  EXPECT_TRUE(cutsOff(0.6, 1, 1));
  EXPECT_FALSE(cutsOff(0.6, 1, 0));
}

// On logarithmic axes x^2 y is a plane of logarithms.
TEST(IsoLines, AreExactForPowersOnLogarithmicScales) {
  PlotMap map =
      mappedSurface([](double x, double y) { return x * x * y; }, {1, 10, 100}, {1, 10, 100});
  map.scale = AxisScale::kLog;
  const auto lines = isoLines(map, AxisScale::kLog, AxisScale::kLog, std::vector{2000.0});
  ASSERT_EQ(lines.size(), 1u);
  for (const PlotPosition& at : lines[0].pieces[0])
    EXPECT_NEAR(at.x * at.x * at.y, 2000, 2000 * 1e-12);
}

TEST(IsoLines, StopWhereThereIsNoAnswer) {
  PlotMap map = mappedSurface([](double x, double) { return x; }, evenly(0, 4, 5), evenly(0, 4, 5));
  map.values[2 * 5 + 1] = std::numeric_limits<double>::quiet_NaN();  // (1, 2)
  const auto lines = linearLines(map, 1.5);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].pieces.size(), 2u);  // below and above the hole
  EXPECT_THAT(linearLines(map, 17), IsEmpty());
}

TEST(RoundLevels, AreMultiplesOfOneTwoOrFive) {
  PlotMap map;
  map.values = {2.03, 2.31};
  EXPECT_THAT(roundLevels(map, 6),
              testing::Pointwise(testing::DoubleNear(1e-12), {2.05, 2.1, 2.15, 2.2, 2.25, 2.3}));
  map.values = {3, 400};
  map.scale = AxisScale::kLog;
  EXPECT_THAT(roundLevels(map, 6), ElementsAre(5, 10, 20, 50, 100, 200));
  map.values = {2, 2};
  EXPECT_THAT(roundLevels(map, 6), IsEmpty());
}

}  // namespace
}  // namespace moe::report
