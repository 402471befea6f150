#include "costmodel/verify/measure/drawn_routing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "costmodel/kernels/routing/given_routing.h"
#include "costmodel/routing/expert_coverage.h"

namespace moe {
namespace {

TEST(DrawnRouting, GivesEveryTokenDifferentExperts) {
  for (const double skew : {0.0, 1.2}) {
    const Routing routing = drawnRouting(popularityOfSkew(skew, 16, 6), 100, 3);
    ASSERT_EQ(routing.token.size(), 600u);
    std::vector<int> chosen(100);
    for (int e = 0; e < 16; ++e) {
      std::set<int> tokens(routing.tokensOf(e).begin(), routing.tokensOf(e).end());
      EXPECT_EQ(tokens.size(), routing.tokensOf(e).size());
      for (const int token : tokens) ++chosen[static_cast<std::size_t>(token)];
    }
    for (const int count : chosen) EXPECT_EQ(count, 6);
  }
}

// An expert is chosen by T p of T tokens, with a standard deviation below sqrt(T p (1 - p)); five
// of them, so that one of ten thousand seeds would fail.
TEST(DrawnRouting, ChoosesExpertsWithTheirProbability) {
  constexpr int kTokens = 20000;
  const ExpertPopularity popularity = popularityOfSkew(1.2, 8, 2);
  const Routing routing = drawnRouting(popularity, kTokens, 1);
  for (int e = 0; e < 8; ++e) {
    const double p = popularity.layer(0)[static_cast<std::size_t>(e)];
    EXPECT_NEAR(static_cast<double>(routing.tokensOf(e).size()), kTokens * p,
                5 * std::sqrt(kTokens * p * (1 - p)))
        << e;
  }
}

// E (1 - (1 - k/E)^T) is the mean over draws of independent tokens; a draw of 64 experts varies by
// about 2.5, the mean of 200 by 0.2.
TEST(DrawnRouting, TouchesAsManyExpertsAsTheFormula) {
  for (const double skew : {0.0, 1.2}) {
    const ExpertPopularity popularity = popularityOfSkew(skew, 64, 2);
    double touched = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed)
      touched += expertsTouched(drawnRouting(popularity, 16, seed)) / 200.0;
    EXPECT_NEAR(touched, expertsTouched(popularity, 16), 1.0);
  }
}

TEST(DrawnRouting, IsTheSameForEqualSeedsOnly) {
  const ExpertPopularity popularity = popularityOfSkew(0, 32, 2);
  EXPECT_EQ(drawnRouting(popularity, 9, 4).token, drawnRouting(popularity, 9, 4).token);
  EXPECT_NE(drawnRouting(popularity, 9, 4).token, drawnRouting(popularity, 9, 5).token);
}

TEST(DrawnRouting, OfAllExpertsTakesEach) {
  const Routing routing = drawnRouting(popularityOfSkew(0, 4, 4), 7, 1);
  for (int e = 0; e < 4; ++e) EXPECT_EQ(routing.tokensOf(e).size(), 7u);
}

}  // namespace
}  // namespace moe
