#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/nearest_name.h"

namespace moe {
namespace {

using testing::ElementsAre;

// Wagner and Fischer's textbook pairs.
TEST(EditDistance, CountsInsertionsDeletionsAndReplacements) {
  EXPECT_EQ(editDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(editDistance("saturday", "sunday"), 3u);
  EXPECT_EQ(editDistance("", "abc"), 3u);
  EXPECT_EQ(editDistance("same", "same"), 0u);
}

TEST(EditDistance, TakesCapitalsAsSmallLetters) { EXPECT_EQ(editDistance("H100", "h100"), 0u); }

TEST(NearestNames, PutTheLikeliestFirst) {
  const std::vector<std::string> names = {"chinchilla", "clark2022", "yun2024", "krajewski2024"};
  EXPECT_THAT(nearestNames("yun", names, 1), ElementsAre("yun2024"));
  EXPECT_THAT(nearestNames("Chinchila", names, 2), ElementsAre("chinchilla", "clark2022"));
  EXPECT_EQ(nearestNames("x", names, 9).size(), 4u);
}

TEST(DidYouMean, IsAQuestionOrNothing) {
  const std::vector<std::string> names = {"ab", "ac", "ad"};
  EXPECT_EQ(didYouMean("ab", names, 1), "did you mean ab?");
  EXPECT_EQ(didYouMean("ab", names, 3), "did you mean ab, ac or ad?");
  EXPECT_EQ(didYouMean("ab", std::vector<std::string>()), "");
}

}  // namespace
}  // namespace moe
