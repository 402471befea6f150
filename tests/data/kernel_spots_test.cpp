#include "tests/data/kernel_spots.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace moe {
namespace {

/// NaN when the table has no such shape or value of the axis.
double secondsOf(const KernelTable& table, const std::string& shape, double axis) {
  const auto column = std::find(table.axis.begin(), table.axis.end(), axis);
  const auto row =
      std::find_if(table.rows.begin(), table.rows.end(), [&](const KernelTable::Row& candidate) {
        return fmt::format("{}", fmt::join(candidate.shape, ",")) == shape;
      });
  if (column == table.axis.end() || row == table.rows.end()) return NAN;
  return row->seconds[static_cast<std::size_t>(column - table.axis.begin())];
}

// Shipped with four significant digits: off by at most half a unit of the fourth, which is 5e-4 of
// the smallest number with its digits; 1e-6 for the rounding of what is written here.
TEST(ShippedKernels, AgreeWithThePublishedTimesToFourDigits) {
  std::map<std::pair<std::string, KernelOperation>, int> tried;
  for (const test::KernelSpot& spot : test::kKernelSpots) {
    SCOPED_TRACE(
        fmt::format("{} {} {} at {}", spot.system, name(spot.operation), spot.shape, spot.axis));
    const auto table = loadKernelTable(spot.system, spot.operation, {});
    ASSERT_TRUE(table && *table);
    const double microseconds = 1e6 * secondsOf(**table, spot.shape, spot.axis);
    const double unit = std::pow(10, std::floor(std::log10(spot.microseconds)) - 3);
    EXPECT_NEAR(microseconds, spot.microseconds, 0.5 * unit + 1e-6 * spot.microseconds);
    ++tried[{spot.system, spot.operation}];
  }
  EXPECT_EQ(tried.size(), 38u);  // every shipped table
  for (const auto& [table, count] : tried) EXPECT_GE(count, 3) << table.first;
}

}  // namespace
}  // namespace moe
