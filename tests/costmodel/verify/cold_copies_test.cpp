#include "costmodel/verify/measure/cold_copies.h"

#include <gtest/gtest.h>

#include <vector>

namespace moe {
namespace {

constexpr double kMebibyte = 1048576;

ColdRule ruleOf(double cached_mebibytes) {
  const std::vector<double> reported{2 * kMebibyte, 480 * kMebibyte};
  return coldRule(Bytes(cached_mebibytes * kMebibyte), reported);
}

TEST(ColdRule, IsFourTimesWhatCachesHoldWithinBounds) {
  EXPECT_EQ(ruleOf(64).together, Bytes(256 * kMebibyte));
  EXPECT_EQ(ruleOf(0).together, Bytes(64 * kMebibyte));
  EXPECT_EQ(ruleOf(256).together, Bytes(512 * kMebibyte));
}

// 480 MiB are reported and not believed: they are shared.
TEST(ColdRule, SaysWhatItAssumes) {
  EXPECT_FALSE(ruleOf(64).cut());
  EXPECT_EQ(describe(ruleOf(64)),
            "caches hold about 64 MiB (measured), the system names one of 480 MiB; weights were "
            "used in turn over 256 MiB");
  EXPECT_TRUE(ruleOf(256).cut());
  EXPECT_NE(describe(ruleOf(256)).find("some may have come from a cache"), std::string::npos);
  EXPECT_EQ(describe(coldRule(Bytes(0), {})),
            "no working set was read clearly faster than memory; weights were used in turn over "
            "64 MiB");
}

int copiesOf(double read, double held, int most = 1000) {
  return coldCopies(ruleOf(64), Bytes(read * kMebibyte), Bytes(held * kMebibyte), most);
}

TEST(ColdCopies, PassOverTheRuleByWhatARunReads) {
  EXPECT_EQ(copiesOf(1, 1), 256);
  EXPECT_EQ(copiesOf(3, 3), 86);  // 256 / 3, rounded up
  EXPECT_EQ(copiesOf(1, 1, 100), 100);
}

// A token reads 2 of 16 experts, 10 of 80 MiB: 26 copies would hold 2 GiB, so 6 that hold 480 MiB.
TEST(ColdCopies, HoldNoMoreThanTwiceTheRule) { EXPECT_EQ(copiesOf(10, 80), 6); }

TEST(ColdCopies, AreTwoUnlessOneHoldsTheRule) {
  EXPECT_EQ(copiesOf(200, 200), 2);
  EXPECT_EQ(copiesOf(10, 255), 2);
  EXPECT_EQ(copiesOf(300, 300), 1);
  EXPECT_EQ(copiesOf(10, 300), 1);
}

TEST(ColdCopies, MayComeFromACacheWhenTheyReadLessThanItHolds) {
  EXPECT_TRUE(mayBeCached(ruleOf(64), 6, Bytes(10 * kMebibyte)));
  EXPECT_FALSE(mayBeCached(ruleOf(64), 7, Bytes(10 * kMebibyte)));
  EXPECT_FALSE(mayBeCached(ruleOf(0), 1, Bytes(1)));
}

}  // namespace
}  // namespace moe
