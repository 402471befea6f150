#include <gmock/gmock.h>

#include <cmath>

#include "tests/costmodel/lifetime_fixture.h"

namespace moe {
namespace {

/// Total USD at a size, from the law's public functions and the serving model alone.
double totalAt(double params, double experts, double lifetime_tokens,
               const RooflineSetting& setting = referenceSetting()) {
  const auto tokens =
      tokensForLoss(referenceLaw("P"), {.params = params, .experts = experts}, kReferenceLoss);
  const auto cost =
      cheapestServing(setting.shape_rule.shape(params, experts), setting.accelerator, setting.price,
                      setting.max_devices, setting.workload, setting.settings);
  if (!tokens || !cost) return INFINITY;
  const double seconds = 6 * params * *tokens / (0.40 * 312e12);
  return seconds * setting.price.value() +
         lifetime_tokens / 1e6 * cost->usd_per_million_output_tokens_all_in;
}

// Five of the reference table's optima sit where the cache holds just as many requests as the
// engine runs: one parameter more costs a request, so the slope jumps and no derivative vanishes.
TEST(LifetimeTraps, MinimumOnTheConcurrencyLimitIsFoundAndNamed) {
  for (const double experts : {2.0, 8.0}) {
    const LifetimeRow row = lifetime(lifetimeRequest(1e13, {experts})).rows.front();
    EXPECT_EQ(row.binding, Binding::kPriceKink);
    EXPECT_NEAR(row.best->serving.kv_space_requests, 256, 1e-4);
    const double n = row.best->params;
    const double here = totalAt(n, experts, 1e13);
    const double left = (totalAt(n * (1 - 1e-4), experts, 1e13) - here) / here;
    const double right = (totalAt(n * (1 + 1e-4), experts, 1e13) - here) / here;
    // A smooth minimum would rise by about 1e-8 on both sides.
    EXPECT_GT(left, 1e-6);
    EXPECT_GT(right, 1e-6);
  }
}

TEST(LifetimeTraps, SmoothMinimumIsNotCalledAKink) {
  const LifetimeRow row = lifetime(lifetimeRequest(1e14, {4})).rows.front();
  EXPECT_EQ(row.binding, Binding::kNone);
  EXPECT_LT(row.best->serving.concurrency, row.best->serving.kv_space_requests);
}

// Between 1e12 and 1e13 tokens the least total moves from two devices to one: the total has a
// minimum on either side and the lower one must be found everywhere.
TEST(LifetimeTraps, LowerOfTwoMinimaIsTaken) {
  int switches = 0;
  double devices = 0;
  for (double tokens = 1e12; tokens < 1e13; tokens *= 1.12) {
    const LifetimeModel best = *lifetime(lifetimeRequest(tokens, {4})).rows.front().best;
    double least = INFINITY;
    for (double n = 1e9; n < 6e9; n *= 1.001) least = std::min(least, totalAt(n, 4, tokens));
    EXPECT_LE(best.total_usd, least * (1 + 1e-9)) << tokens;
    EXPECT_GE(best.total_usd, least * (1 - 1e-4)) << tokens;  // the grid is that close
    switches += devices > 0 && best.serving.devices != devices;
    devices = best.serving.devices;
  }
  EXPECT_GE(switches, 1);
}

// With nothing to serve the target is touched by the model's own optimum, a double root: N and D
// must be those of the loss-optimal model, not 1e-5 beside it.
TEST(LifetimeTraps, NothingToServeTouchesTheLossOptimum) {
  for (const char* letter : {"P", "Y", "S"})
    for (const double experts : {4.0, 16.0}) {
      LifetimeRequest request = lifetimeRequest(0, {experts});
      request.law = referenceLaw(letter);
      const ComputeOptimum optimum =
          computeOptimum(request.law, Flop(1e21), {.experts = experts}).value();
      request.target_loss = optimum.loss;
      const LifetimeRow row = lifetime(request).rows.front();
      EXPECT_NEAR(row.best->params, optimum.params, 1e-6 * optimum.params) << letter;
      EXPECT_NEAR(row.best->training.flop, 1e21, 1e-9 * 1e21) << letter;
      EXPECT_NEAR(row.size_vs_loss_optimal, 1, 1e-6) << letter;
      EXPECT_NEAR(row.over_training_factor, 1, 1e-6) << letter;
    }
}

// Beyond the loss-optimum a model is dearer to train and to serve; money left over must not buy it.
TEST(LifetimeTraps, NeverGrowsBeyondTheLossOptimum) {
  for (const double money : {1e4, 1e5, 1e6}) {
    LifetimeRequest request = lifetimeRequest(1e9, {1, 4, 16});
    request.target_loss.reset();
    request.total_usd = money;
    for (const LifetimeRow& row : lifetime(request).rows)
      EXPECT_LE(row.size_vs_loss_optimal, 1 + 1e-6) << money;
  }
}

// With 1e9 USD for training alone the loss-optimal model fits no eight devices: the largest that
// does is trained on with the rest of the money.
TEST(LifetimeTraps, StopsAtTheLargestModelThatIsServed) {
  LifetimeRequest request = lifetimeRequest(0, {8});
  request.target_loss.reset();
  request.total_usd = 1e9;
  const LifetimeRow row = lifetime(request).rows.front();
  EXPECT_EQ(row.binding, Binding::kLargestModel);
  EXPECT_NEAR(row.best->params, request.designs[0].largest_params, 1e-6 * row.best->params);
  EXPECT_LT(row.size_vs_loss_optimal, 1);
  EXPECT_NEAR(row.best->total_usd, 1e9, 1e-3);
}

TEST(LifetimeTraps, LimitsOnTokensBindWhereTheySay) {
  LifetimeRequest request = lifetimeRequest(1e13, {4});
  const LifetimeModel free = *lifetime(request).rows.front().best;
  request.max_train_tokens = 1e12;
  const LifetimeRow few = lifetime(request).rows.front();
  EXPECT_EQ(few.binding, Binding::kTrainTokens);
  EXPECT_NEAR(few.best->train_tokens, 1e12, 1e3);
  EXPECT_GT(few.best->total_usd, free.total_usd);
  request.max_train_tokens.reset();
  request.max_tokens_per_param = 500;
  const LifetimeRow ratio = lifetime(request).rows.front();
  EXPECT_EQ(ratio.binding, Binding::kTokensPerParam);
  EXPECT_NEAR(ratio.best->tokensPerParam(), 500, 1e-5);
  EXPECT_NEAR(ratio.best->loss, kReferenceLoss, 1e-9);
}

// The window of wall time at 1.0001 times the fastest training is 3 % wide in N.
TEST(LifetimeTraps, NarrowWindowOfWallTimeIsNotMissed) {
  RooflineSetting setting = referenceSetting();
  setting.training_devices = 64;
  LifetimeRequest request = lifetimeRequest(1e13, {4}, setting);
  LifetimeRequest fastest = request;
  fastest.lifetime_tokens = 0;
  const double least = lifetime(fastest).rows.front().best->training.wall_s;
  for (const double slack : {1.5, 1.0001, 1.00000001}) {
    request.max_wall_s = slack * least;
    const LifetimeOutcome outcome = lifetime(request);
    ASSERT_TRUE(outcome.feasible()) << slack;
    EXPECT_EQ(outcome.rows.front().binding, Binding::kWallTime) << slack;
    EXPECT_LE(outcome.rows.front().best->training.wall_s, slack * least * (1 + 1e-12)) << slack;
  }
}

// Four passes are worth 3.7257 fresh ones (computed from the authors' code), and endless ones
// 1 + 15.387756.
TEST(FreshTokens, FollowThePublishedDecay) {
  EXPECT_NEAR(freshTokens(4e11, 1e11), 3.7257e11, 5e6);
  EXPECT_EQ(freshTokens(5e10, 1e11), 5e10);
  EXPECT_NEAR(tokensOfFresh(freshTokens(1e12, 1e11), 1e11), 1e12, 1);
  EXPECT_TRUE(std::isinf(tokensOfFresh(1.7e12, 1e11)));
}

TEST(LifetimeTraps, RepeatedTokensCostMoreAndAreWarnedAbout) {
  LifetimeRequest request = lifetimeRequest(1e13, {4});
  const LifetimeModel free = *lifetime(request).rows.front().best;
  request.unique_tokens = 2e11;
  const LifetimeOutcome outcome = lifetime(request);
  const LifetimeRow& row = outcome.rows.front();
  EXPECT_GT(row.best->total_usd, free.total_usd);
  EXPECT_GT(row.epochs, 1);
  const double fresh = freshTokens(row.best->train_tokens, 2e11);
  EXPECT_NEAR(
      referenceLaw("P").loss({.params = row.best->params, .train_tokens = fresh, .experts = 4}),
      kReferenceLoss, 1e-9);
  EXPECT_THAT(outcome.warnings,
              testing::Contains(testing::Field(&Warning::code, "repeats_borrowed")));
}

// A law that knows repeats is asked itself.
TEST(LifetimeTraps, LawsWithRepeatsValueThemThemselves) {
  LifetimeRequest request = sardanaRequest("sardana2024-flop", 2.25, 1e12);
  request.law = *presetLaw("muennighoff2023");
  request.unique_tokens = 25e9;
  const LifetimeOutcome outcome = lifetime(request);
  ASSERT_TRUE(outcome.feasible());
  const LifetimeModel& best = *outcome.rows.front().best;
  EXPECT_NEAR(
      request.law.loss(
          {.params = best.params, .train_tokens = best.train_tokens, .unique_tokens = 25e9}),
      2.25, 1e-9);
  EXPECT_THAT(outcome.warnings,
              testing::Not(testing::Contains(testing::Field(&Warning::code, "repeats_borrowed"))));
}

}  // namespace
}  // namespace moe
