#include "costmodel/verify/layers/checked_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "costmodel/verify/routing_check.h"

namespace moe {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Ten tokens, four experts: 0 has tokens 0, 1, 4; 1 has 2, 3, 6, 8; 2 has none; 3 has 5, 7, 9.
Routing tenTokens() {
  Routing routing;
  routing.tokens = 10;
  routing.experts = 4;
  routing.first = {0, 3, 7, 7, 10};
  routing.token = {0, 1, 4, 2, 3, 6, 8, 5, 7, 9};
  for (int i = 0; i < 10; ++i) routing.weight.push_back(static_cast<float>(i));
  return routing;
}

// First, last, middle; the last of the largest expert is 8; of the others 4 and 9.
TEST(CheckedTokens, AreTheEndsAndOneOfEachExpert) {
  EXPECT_THAT(tokensToCheck(tenTokens(), 32), ElementsAre(0, 4, 5, 8, 9));
  EXPECT_THAT(tokensToCheck(tenTokens(), 4), ElementsAre(0, 5, 8, 9));
  EXPECT_THAT(tokensToCheck(tenTokens(), 1), ElementsAre(0));
}

TEST(CheckedTokens, OfOneTokenAreThatOne) {
  Routing one;
  one.tokens = one.experts = 1;
  one.first = {0, 1};
  one.token = {0};
  one.weight = {1};
  EXPECT_THAT(tokensToCheck(one, 9), ElementsAre(0));
}

TEST(CheckedTokens, AreSpreadOverABatch) {
  EXPECT_THAT(spreadTokens(10, 4), ElementsAre(0, 3, 6, 9));
  EXPECT_THAT(spreadTokens(3, 9), ElementsAre(0, 1, 2));
  EXPECT_THAT(spreadTokens(9, 1), ElementsAre(0));
}

TEST(CheckedTokens, TakeTheirPartOfTheRouting) {
  const std::vector<int> tokens{3, 6, 9};
  const Routing part = routingOfTokens(tenTokens(), tokens);
  EXPECT_EQ(part.tokens, 3);
  EXPECT_THAT(part.first, ElementsAre(0, 0, 2, 2, 3));
  EXPECT_THAT(part.token, ElementsAre(0, 1, 2));
  EXPECT_THAT(part.weight, ElementsAre(4, 5, 9));
}

TEST(CheckedTokens, TakeTheirRows) {
  const std::vector<float> rows{1, 2, 3, 4, 5, 6};
  const std::vector<int> tokens{0, 2};
  EXPECT_THAT(rowsOfTokens(rows, 2, tokens), ElementsAre(1, 2, 5, 6));
}

/// Two tokens and three experts, top-2: softmax over logits 2 and 1 is 1 / (1 + 1/e) = 0.7310586.
struct TwoTokens {
  std::vector<double> logits{2, 1, 0, /**/ 0, 1, 2};
  Routing routing;

  TwoTokens() {
    routing.tokens = 2;
    routing.experts = 3;
    routing.first = {0, 1, 3, 4};
    routing.token = {0, 0, 1, 1};
    routing.weight = {0.7310586F, 0.2689414F, 0.2689414F, 0.7310586F};
  }
  RoutingCheck checked(std::span<const int> names = {}) const {
    return *checkRouting(ownRouterRule(2), logits, routing, 1e-4, names);
  }
};

TEST(RoutingCheck, PassesTheRulesOwnChoice) {
  const RoutingCheck check = TwoTokens().checked();
  EXPECT_TRUE(check.passed()) << check.reason;
  EXPECT_EQ(check.tokens, 2u);
  EXPECT_LT(check.worst_weight, 1e-6);
}

TEST(RoutingCheck, SeesAnotherExpert) {
  TwoTokens two;
  two.routing.first = {0, 1, 2, 4};  // token 0 goes to experts 0 and 2
  two.routing.token = {0, 1, 0, 1};
  const std::vector<int> names{17, 40};
  const RoutingCheck check = two.checked(names);
  EXPECT_FALSE(check.passed());
  EXPECT_EQ(check.wrong_tokens, 1u);
  EXPECT_EQ(check.reason, "token 17 goes to experts [0, 2]; by its logits they are [0, 1]");
}

TEST(RoutingCheck, SeesADroppedExpert) {
  TwoTokens two;
  two.routing.first = {0, 1, 2, 3};
  two.routing.token = {0, 1, 1};
  two.routing.weight.pop_back();
  EXPECT_FALSE(two.checked().passed());
}

TEST(RoutingCheck, SeesAWrongWeight) {
  TwoTokens two;
  two.routing.weight[3] = 0.732F;
  EXPECT_THAT(two.checked().reason, HasSubstr("a weight of token 1 is off by 0.00094"));
  two.routing.weight[3] = NAN;
  EXPECT_FALSE(two.checked().passed());
}

// The second and third logit are equal but for rounding: either will do. The best one will not.
TEST(RoutingCheck, LeavesEqualExpertsToRounding) {
  TwoTokens two;
  two.logits = {2, 1, 1 - 1e-7, /**/ 0, 1, 2};
  two.routing.first = {0, 1, 2, 4};
  two.routing.token = {0, 1, 0, 1};
  two.routing.weight = {0.7310586F, 0.2689414F, 0.2689414F, 0.7310586F};
  EXPECT_TRUE(two.checked().passed()) << two.checked().reason;
  EXPECT_EQ(two.checked().close_tokens, 1u);
  two.routing.first = {0, 0, 2, 4};  // experts 1 and 2 for both: token 0 misses its best
  two.routing.token = {0, 1, 0, 1};
  EXPECT_FALSE(two.checked().passed());
}

}  // namespace
}  // namespace moe
