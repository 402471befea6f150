#include "app/plot/axis_ticker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace moe::plot {
namespace {

using report::AxisScale;
using testing::ElementsAre;

std::vector<std::string> labelsOf(AxisScale scale, double low, double high, int room) {
  std::vector<std::string> labels;
  for (const QString& label : axisTicks(scale, {low, high}, room).labels)
    labels.push_back(label.toStdString());
  return labels;
}

TEST(AxisTicks, AreDecadesWithMinorTicksBetween) {
  EXPECT_THAT(labelsOf(AxisScale::kLog, 1e18, 1e22, 8),
              ElementsAre("10¹⁸", "10¹⁹", "10²⁰", "10²¹", "10²²"));
  const AxisTicks ticks = axisTicks(AxisScale::kLog, {1e18, 1e22}, 8);
  EXPECT_EQ(ticks.minor.size(), 4 * 8);
}

TEST(AxisTicks, SkipDecadesWhereThereIsNoRoom) {
  EXPECT_THAT(labelsOf(AxisScale::kLog, 1, 1e12, 5),
              ElementsAre("10⁰", "10³", "10⁶", "10⁹", "10¹²"));
}

TEST(AxisTicks, AreOneTwoFiveWithinFewDecades) {
  EXPECT_THAT(labelsOf(AxisScale::kLog, 0.009, 0.06, 8), ElementsAre("0.01", "0.02", "0.05"));
  EXPECT_THAT(labelsOf(AxisScale::kLog, 4e8, 3e9, 8), ElementsAre("5×10⁸", "10⁹", "2×10⁹"));
  EXPECT_THAT(labelsOf(AxisScale::kLog, 21, 155, 8), ElementsAre("30", "50", "70", "100"));
}

TEST(AxisTicks, AreRoundStepsOnALinearAxis) {
  EXPECT_THAT(labelsOf(AxisScale::kLinear, 2.38, 2.93, 7),
              ElementsAre("2.4", "2.5", "2.6", "2.7", "2.8", "2.9"));
  EXPECT_THAT(labelsOf(AxisScale::kLinear, -0.5, 0.5, 6),
              ElementsAre("−0.4", "−0.2", "0", "0.2", "0.4"));
}

// What a zoom passes through: any range, from far out to one part in a million.
TEST(AxisTicks, NeverRepeatALabelAndNeverExceedTheRoom) {
  for (const AxisScale scale : {AxisScale::kLinear, AxisScale::kLog})
    for (const double centre : {3.7e-9, 0.0123, 1.0, 271.8, 9.9e4, 6.02e23})
      for (double factor = 1e8; factor > 1.000001; factor = 1 + (factor - 1) / 3)
        for (const int room : {2, 4, 9}) {
          const auto labels = labelsOf(scale, centre / factor, centre * factor, room);
          EXPECT_EQ(std::set<std::string>(labels.begin(), labels.end()).size(), labels.size())
              << centre << " x " << factor;
          EXPECT_LE(labels.size(), static_cast<std::size_t>(room));
        }
}

}  // namespace
}  // namespace moe::plot
