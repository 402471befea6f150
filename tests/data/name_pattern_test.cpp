#include "data/name_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace moe {
namespace {

TEST(NamePattern, StandsForItselfWithoutWildcards) {
  EXPECT_TRUE(matchesPattern("fit.main", "fit.main"));
  EXPECT_FALSE(matchesPattern("fit.main", "fit.mai"));
  EXPECT_FALSE(matchesPattern("fit.mai", "fit.main"));
  EXPECT_FALSE(matchesPattern("fitXmain", "fit.main"));  // a dot is a dot
  EXPECT_TRUE(matchesPattern("", ""));
}

TEST(NamePattern, AStarStandsForAnyText) {
  EXPECT_TRUE(matchesPattern("fit.main", "fit.*"));
  EXPECT_TRUE(matchesPattern("fit.", "fit.*"));
  EXPECT_FALSE(matchesPattern("plan.fit.x", "fit.*"));
  EXPECT_TRUE(matchesPattern("a-b-c-b-d", "a*b-d"));  // the last b, not the first
  EXPECT_TRUE(matchesPattern("abc", "***"));
  EXPECT_FALSE(matchesPattern("abc", "*x*"));
}

TEST(NamePattern, AQuestionMarkStandsForOneCharacter) {
  EXPECT_TRUE(matchesPattern("fit.a1", "fit.a?"));
  EXPECT_FALSE(matchesPattern("fit.a", "fit.a?"));
  EXPECT_TRUE(isPattern("a?") && isPattern("*"));
  EXPECT_FALSE(isPattern("fit.main"));
}

// Tried again for every star this would take 2^30 steps; it takes a thousand.
TEST(NamePattern, ManyStarsTakeNoTime) {
  const std::string name(200, 'a');
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "a*";
  EXPECT_FALSE(matchesPattern(name, pattern + "b"));
}

}  // namespace
}  // namespace moe
