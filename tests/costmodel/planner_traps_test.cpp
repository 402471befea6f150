#include <gmock/gmock.h>

#include <cmath>

#include "costmodel/planner/equal_cost.h"
#include "costmodel/planner/paper_claims.h"
#include "costmodel/planner/solve.h"
#include "tests/costmodel/planner_fixture.h"

namespace moe {
namespace {

PlanOutcome plan(const PlanRequest& request) { return makePlan(request).value(); }

// Equal cost alone gives 9.92e10 parameters with a loss of 2.0049; the optimum is 6.24e10 with
// 2.0024 (independent computation).
TEST(MinLoss, NeverGrowsBeyondTheLossOptimum) {
  const auto request = referenceRequest(referenceLaw("P"), 1e23, PlanMode::kMinLoss);
  const PlanOutcome outcome = plan(request);
  const Configuration& dense = rowWith(outcome, 1).chosen;
  EXPECT_NEAR(dense.loss, 2.00242001, 2e-8);
  EXPECT_EQ(dense.size_vs_loss_optimal, 1);
}

TEST(MinLoss, CostsWhatTheBaseCostsWhereItIsNotClamped) {
  const PlanOutcome outcome = plan(referenceRequest(referenceLaw("P"), 5e21, PlanMode::kMinLoss));
  for (const double experts : {8.0, 16.0, 32.0})
    EXPECT_NEAR(*rowWith(outcome, experts).chosen.cost_vs_base, 1, 1e-9) << experts;
}

TEST(MinCost, HasTheBaseItselfAtItsOptimum) {
  for (const char* law : {"P", "Y", "S"}) {
    const PlanOutcome outcome = plan(referenceRequest(referenceLaw(law), 5e21, PlanMode::kMinCost));
    const PlanRow& base = outcome.baseRow();
    EXPECT_EQ(base.chosen.dense_params, base.loss_optimal.dense_params) << law;
    EXPECT_EQ(base.chosen.size_vs_loss_optimal, 1) << law;
    EXPECT_EQ(*base.chosen.cost_vs_base, 1) << law;
  }
}

TEST(MinCost, ReachesTheLossOfTheBase) {
  const PlanOutcome outcome = plan(referenceRequest(referenceLaw("Y"), 1e22, PlanMode::kMinCost));
  const double target = outcome.baseRow().loss_optimal.loss;
  for (const double experts : {8.0, 16.0, 32.0})
    EXPECT_NEAR(rowWith(outcome, experts).chosen.loss, target, 1e-10 * target) << experts;
}

TEST(MinCost, NamesTheBudgetAtWhichFewerExpertsWouldReach) {
  PlanRequest request = referenceRequest(referenceLaw("P"), 5e21, PlanMode::kMinCost);
  const Configuration dense = rowWith(plan(request), 1).chosen;
  ASSERT_EQ(dense.shortfall, Shortfall::kCannotReach);
  ASSERT_TRUE(dense.reachable_at);
  EXPECT_GT(dense.reachable_at->value(), 5e21);
  const double target = rowWith(plan(request), 4).chosen.loss;
  request.mode = PlanMode::kLossOptimal;
  request.budget = *dense.reachable_at;
  EXPECT_NEAR(rowWith(plan(request), 1).chosen.loss, target, 1e-9 * target);
}

// The training FLOP of E > 1 carry the factor f, those of a dense model do not.
TEST(MinCost, CountsTheSecondExpertInTheMissingBudget) {
  PlanRequest request = referenceRequest(referenceLaw("P"), 5e21, PlanMode::kMinCost);
  request.base_experts = 4;
  request.shape_rule.train_flop_factor = 4.0 / 3.0;
  const Configuration two = rowWith(plan(request), 2).chosen;
  ASSERT_TRUE(two.reachable_at);
  const double target = rowWith(plan(request), 4).chosen.loss;
  request.mode = PlanMode::kLossOptimal;
  request.budget = *two.reachable_at;
  EXPECT_NEAR(rowWith(plan(request), 2).chosen.loss, target, 1e-9 * target);
}

// The loss-optimal 8-expert model at 1e23 fits on no 8 devices, its loss is a bound all the same.
TEST(MinCost, WorksFromABaseThatFitsNowhere) {
  PlanRequest request = referenceRequest(referenceLaw("P"), 1e23, PlanMode::kMinCost);
  request.base_experts = 8;
  const PlanOutcome outcome = plan(request);
  EXPECT_EQ(outcome.baseRow().loss_optimal.shortfall, Shortfall::kDoesNotFit);
  for (const double experts : {16.0, 32.0}) {
    const Configuration& more = rowWith(outcome, experts).chosen;
    ASSERT_TRUE(more.serving) << experts;
    EXPECT_NEAR(more.loss, 1.95747063, 2e-8) << experts;
    EXPECT_FALSE(more.cost_vs_base) << experts;
  }
  EXPECT_TRUE(hasWarning(outcome, "base_does_not_fit"));
}

TEST(MinCost, SaysThatNothingIsFeasibleFromTheLargestBaseThatFitsNowhere) {
  PlanRequest request = referenceRequest(referenceLaw("P"), 1e23, PlanMode::kMinCost);
  request.base_experts = 32;
  const PlanOutcome outcome = plan(request);
  EXPECT_EQ(rowWith(outcome, 16).chosen.shortfall, Shortfall::kCannotReach);
  EXPECT_EQ(outcome.baseRow().chosen.shortfall, Shortfall::kDoesNotFit);
  EXPECT_FALSE(outcome.feasible());
}

TEST(MinLoss, HasNoCostToHoldWhenTheBaseFitsNowhere) {
  PlanRequest request = referenceRequest(referenceLaw("P"), 1e23, PlanMode::kMinLoss);
  request.base_experts = 32;
  const PlanOutcome outcome = plan(request);
  for (const PlanRow& row : outcome.rows) EXPECT_EQ(row.chosen.shortfall, Shortfall::kNoCostBound);
  EXPECT_FALSE(outcome.feasible());
  EXPECT_EQ(outcome.recommendation.none, Recommendation::None::kNothingFeasible);
}

// Independent computation: largest N that holds one request on 8 devices.
TEST(LargestThatFits, AgreesWithTheReference) {
  const auto request = referenceRequest(referenceLaw("P"), 1e22, PlanMode::kMinLoss);
  const std::vector<std::pair<double, double>> printed = {{1, 1.430972e11},  {2, 1.074406e11},
                                                          {4, 7.171519e10},  {8, 4.307834e10},
                                                          {16, 2.395430e10}, {32, 1.269004e10}};
  for (const auto& [experts, params] : printed)
    EXPECT_NEAR(largestThatFits(request, experts).value(), params, 6e-7 * params) << experts;
}

TEST(LargestThatFits, CanBeServedAndATouchMoreCannot) {
  const auto request = referenceRequest(referenceLaw("P"), 1e22, PlanMode::kMinLoss);
  for (const double experts : {1.0, 8.0, 32.0}) {
    const double limit = largestThatFits(request, experts).value();
    EXPECT_TRUE(servingOf(request, limit, experts)) << experts;
    EXPECT_FALSE(servingOf(request, limit * 1.0001, experts)) << experts;
  }
}

TEST(ParamsAtCost, StopsAtTheMemoryLimitWhenEvenThatIsCheaper) {
  const auto request = referenceRequest(referenceLaw("P"), 1e22, PlanMode::kMinLoss);
  const auto params = paramsAtCost(request, 32, 1e6, 1e12);
  EXPECT_DOUBLE_EQ(params.value(), largestThatFits(request, 32).value());
}

TEST(ParamsAtCost, HasNoAnswerBelowWhatAnyModelCosts) {
  const auto request = referenceRequest(referenceLaw("P"), 1e22, PlanMode::kMinLoss);
  EXPECT_FALSE(paramsAtCost(request, 8, 1e-9, 1e10));
}

TEST(Plan, TakesADenseModelWithoutNumericTrouble) {
  PlanRequest request = referenceRequest(referenceLaw("Y"), 1e21, PlanMode::kMinCost);
  request.experts = {1};
  request.base_experts = 1;
  const PlanOutcome outcome = plan(request);
  const Configuration& dense = outcome.rows.at(0).chosen;
  EXPECT_DOUBLE_EQ(dense.active_params, dense.dense_params);
  EXPECT_DOUBLE_EQ(dense.total_params, dense.dense_params);
  EXPECT_TRUE(std::isfinite(dense.serving->usd_per_million_tokens));
}

// P, 1e22, 32 experts: 3.6 USD on 8 devices with room for 27 requests (independent computation).
TEST(Plan, MarksTightMemory) {
  const PlanOutcome outcome =
      plan(referenceRequest(referenceLaw("P"), 1e22, PlanMode::kLossOptimal));
  EXPECT_TRUE(rowWith(outcome, 32).chosen.tight_memory);
  EXPECT_NEAR(rowWith(outcome, 32).chosen.serving->concurrency, 27, 0.5);
  EXPECT_FALSE(rowWith(outcome, 4).chosen.tight_memory);
  EXPECT_TRUE(hasWarning(outcome, "tight_memory"));
}

// A request of 20 169 tokens takes 10.8 GB of the 288 GB that 8 devices give: room for 25 at most,
// while the weights are a twentieth of what would fit.
TEST(Plan, MarksRoomForFewRequestsFarFromTheWall) {
  PlanRequest request = referenceRequest(referenceLaw("P"), 1e21, PlanMode::kLossOptimal);
  request.workload.prompt_tokens = 20000;
  const Configuration base = plan(request).baseRow().chosen;
  EXPECT_LT(base.dense_params, 0.5 * largestThatFits(request, 4).value());
  EXPECT_TRUE(base.tight_memory);
}

// An engine that is told to run 4 requests is not short of memory when 7 would fit.
TEST(Plan, DoesNotCallTheEnginesOwnLimitTight) {
  PlanRequest request = referenceRequest(referenceLaw("P"), 1e20, PlanMode::kLossOptimal);
  request.workload.prompt_tokens = 20000;
  request.settings.max_concurrency = 4;
  const Configuration base = plan(request).baseRow().chosen;
  EXPECT_LT(base.serving->kv_space_requests, 64);
  EXPECT_FALSE(base.tight_memory);
}

// Short requests leave room for hundreds even where the weights take 97 % of what fits at all.
TEST(Plan, MarksAModelNearTheWallWithRoomForManyShortRequests) {
  PlanRequest request = referenceRequest(referenceLaw("P"), 1e22, PlanMode::kLossOptimal);
  request.workload = {10, 20};
  const Configuration most = rowWith(plan(request), 32).chosen;
  EXPECT_GT(most.serving->kv_space_requests, 64);
  EXPECT_TRUE(most.tight_memory);
}

// With E inside the N term only, N/N_opt at equal loss depends on (g(E')/g(E)) alone: 0.25963005
// for 16 against 4 of law S with gamma = 0, at any budget (closed form).
TEST(MinCost, KeepsTheSizeRatioWhenExponentsDoNotDependOnExperts) {
  Law law = referenceLaw("S");
  law.values.at(law.family->parameterIndex("gamma")) = 0;
  for (const double budget : {1e20, 1e22}) {
    const PlanOutcome outcome = plan(referenceRequest(law, budget, PlanMode::kMinCost));
    EXPECT_NEAR(rowWith(outcome, 16).chosen.size_vs_loss_optimal, 0.25963005, 6e-9) << budget;
  }
}

// The last two hold for the published law; the paper prints 0.47 to 0.52 for its own, which is
// not published. 0.22 to 0.54 is the range over laws of an independent computation.
TEST(PaperShape, OverTrainedModelsReachTheLossOfFourExpertsAtClearlyLowerCost) {
  for (const double budget : {1e21, 5e21, 1e22}) {
    const PlanOutcome outcome =
        plan(referenceRequest(referenceLaw("P"), budget, PlanMode::kMinCost));
    for (const double experts : {8.0, 16.0}) {
      const double ratio = rowWith(outcome, experts).chosen.cost_vs_base.value();
      EXPECT_GT(ratio, 0.22) << experts << " experts at " << budget;
      EXPECT_LT(ratio, 0.54) << experts << " experts at " << budget;
    }
  }
}

TEST(PaperShape, CostGrowsWithSizeAndItsSlopeJumpsWhereDevicesAreAdded) {
  const auto request = referenceRequest(referenceLaw("P"), 5e21, PlanMode::kMinCost);
  const auto cost = [&](double params) { return servingOf(request, params, 4).value(); };
  double switches = 0;
  double last = 0;
  int devices = 1;
  for (double params = 1e9; params < 6e10; params *= 1.002) {
    const ServingCost now = cost(params);
    EXPECT_GT(now.usd_per_million_tokens, last) << params;
    last = now.usd_per_million_tokens;
    switches += now.devices != devices;
    devices = now.devices;
  }
  EXPECT_GE(switches, 3);
  // One device ends at 3.62e9 parameters (independent computation): the price per parameter,
  // which memory drives up before the second device relieves it, falls after it.
  const auto slope = [&](double params) {
    return std::log(cost(params * 1.001).usd_per_million_tokens /
                    cost(params / 1.001).usd_per_million_tokens);
  };
  EXPECT_GT(slope(3.60e9), 1.2 * slope(3.65e9));
}

TEST(PaperClaims, AreComparedForFourExpertsOnly) {
  PlanRequest request = referenceRequest(referenceLaw("S"), 5e21, PlanMode::kMinCost);
  const auto claims = comparedWithPaper(plan(request));
  ASSERT_EQ(claims.size(), 2u);
  EXPECT_NEAR(claims[0].ours, 0.53660, 1e-5);
  EXPECT_FALSE(claims[0].figure_agrees);
  EXPECT_NEAR(claims[1].ours, 0.47329, 1e-5);
  EXPECT_TRUE(claims[1].figure_agrees);
  EXPECT_TRUE(claims[0].direction_holds);
  request.base_experts = 2;
  EXPECT_TRUE(comparedWithPaper(plan(request)).empty());
}

}  // namespace
}  // namespace moe
