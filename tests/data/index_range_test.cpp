#include "data/index_range.h"

#include <gtest/gtest.h>

namespace moe {
namespace {

TEST(RangeOf, SharesFollowOneAnotherAndHoldEveryItemOnce) {
  for (const std::size_t items : {0u, 1u, 7u, 8u, 25u, 10000u})
    for (const std::size_t of : {1u, 2u, 3u, 8u, 26u}) {
      std::size_t next = 0;
      for (std::size_t index = 1; index <= of; ++index) {
        const IndexRange range = rangeOf({index, of}, items);
        EXPECT_EQ(range.first, next);
        EXPECT_GE(range.end, range.first);
        next = range.end;
      }
      EXPECT_EQ(next, items) << items << " items in " << of;
    }
}

// 10 items in 4 shares: 3, 3, 2, 2.
TEST(RangeOf, SharesDifferByOneItemAtMost) {
  EXPECT_EQ(rangeOf({1, 4}, 10), (IndexRange{0, 3}));
  EXPECT_EQ(rangeOf({2, 4}, 10), (IndexRange{3, 6}));
  EXPECT_EQ(rangeOf({3, 4}, 10), (IndexRange{6, 8}));
  EXPECT_EQ(rangeOf({4, 4}, 10), (IndexRange{8, 10}));
}

TEST(RangeOf, OfNearlyAllNumbersDoesNotOverflow) {
  constexpr std::size_t kMost = static_cast<std::size_t>(-1);
  EXPECT_EQ(rangeOf({3, 3}, kMost).end, kMost);
  EXPECT_EQ(rangeOf({3, 3}, kMost).first, kMost / 3 * 2);
}

}  // namespace
}  // namespace moe
