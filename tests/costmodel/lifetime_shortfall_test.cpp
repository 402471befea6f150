#include <gtest/gtest.h>

#include <cmath>

#include "tests/costmodel/lifetime_fixture.h"

namespace moe {
namespace {

// L = 1.69 + 406.4 N^-0.336 + 410.7 D^-0.283 on a machine that holds 1e9 parameters.
constexpr double kLargest = 1e9;

LifetimeRequest smallMachine(double target_loss) {
  LifetimeRequest request = sardanaRequest("sardana2024-flop", target_loss, 1e12);
  request.designs[0].largest_params = kLargest;
  return request;
}

double floorOf(double params) { return 1.69 + 406.4 * std::pow(params, -0.336); }

/// Tokens of the largest model.
double tokensNeeded(double target_loss) {
  return std::pow(410.7 / (target_loss - floorOf(kLargest)), 1 / 0.283);
}

LifetimeShortfall shortfall(const LifetimeRequest& request) {
  const LifetimeOutcome outcome = lifetime(request);
  EXPECT_FALSE(outcome.feasible());
  EXPECT_EQ(outcome.recommendation.none, LifetimeRecommendation::None::kNothingFeasible);
  return outcome.rows.front().shortfall;
}

TEST(LifetimeShortfall, NamesTheSizeThatAMachineWouldHaveToHold) {
  const LifetimeShortfall why = shortfall(smallMachine(floorOf(2e9)));
  ASSERT_EQ(why.limit(), Binding::kLargestModel);
  EXPECT_EQ(why.relaxations[0].has, kLargest);
  EXPECT_NEAR(why.relaxations[0].needs, 2e9, 1e-6 * 2e9);
  EXPECT_NEAR(*why.least_loss, floorOf(kLargest), 1e-9);
}

TEST(LifetimeShortfall, NamesTheFloorWhenNoSizeReachesTheLoss) {
  const LifetimeShortfall why = shortfall(smallMachine(1.6));
  ASSERT_EQ(why.limit(), Binding::kLossFloor);
  EXPECT_EQ(why.relaxations[0].has, 1.6);
  EXPECT_NEAR(why.relaxations[0].needs, floorOf(kLargest), 1e-9);
}

TEST(LifetimeShortfall, NamesTheTokensThatAreMissing) {
  LifetimeRequest request = smallMachine(2.4);
  request.max_train_tokens = 1e10;
  const LifetimeShortfall why = shortfall(request);
  // The other way out is a larger machine; the nearer one comes first.
  ASSERT_EQ(why.relaxations.size(), 2u);
  for (const Relaxation& way : why.relaxations)
    if (way.limit == Binding::kTrainTokens) {
      EXPECT_NEAR(way.needs, tokensNeeded(2.4), 1e-6 * way.needs);
    }
  EXPECT_NEAR(*why.least_loss, floorOf(kLargest) + 410.7 * std::pow(1e10, -0.283), 1e-9);
}

TEST(LifetimeShortfall, NamesTheTokensPerParameterThatAreMissing) {
  LifetimeRequest request = smallMachine(2.4);
  request.max_tokens_per_param = 10;
  for (const Relaxation& way : shortfall(request).relaxations)
    if (way.limit == Binding::kTokensPerParam) {
      EXPECT_NEAR(way.needs, tokensNeeded(2.4) / kLargest, 1e-6 * way.needs);
    }
}

TEST(LifetimeShortfall, NamesTheUniqueTokensThatAreMissing) {
  LifetimeRequest request = smallMachine(2.4);
  request.unique_tokens = 1e9;
  bool named = false;
  for (const Relaxation& way : shortfall(request).relaxations)
    if (way.limit == Binding::kUniqueTokens) {
      // Repeats without end are worth r = 15.387756 times the unique tokens.
      EXPECT_NEAR(way.needs, tokensNeeded(2.4) / (1 + 15.387756), 1e-6 * way.needs);
      named = true;
    }
  EXPECT_TRUE(named);
}

TEST(LifetimeShortfall, NamesTheFastestTraining) {
  RooflineSetting setting = referenceSetting();
  setting.training_devices = 64;
  LifetimeRequest request = lifetimeRequest(1e12, {4}, setting);
  request.max_wall_s = 3600;
  const LifetimeShortfall why = shortfall(request);
  // The target is the loss of the loss-optimal model at 1e22 FLOP.
  ASSERT_EQ(why.limit(), Binding::kWallTime);
  EXPECT_NEAR(why.relaxations[0].needs, 1e22 / (0.40 * 312e12 * 64),
              1e-5 * why.relaxations[0].needs);
}

TEST(LifetimeShortfall, NamesTheBudgetThatServingAloneTakes) {
  LifetimeRequest request = sardanaRequest("sardana2024-flop", 2, 1e12);
  request.target_loss.reset();
  request.total_usd = 1e18;
  const LifetimeShortfall why = shortfall(request);
  ASSERT_EQ(why.limit(), Binding::kServingBudget);
  EXPECT_NEAR(why.relaxations[0].needs, 2 * kSmallestPlanned * 1e12, 1e6);
}

TEST(LifetimeShortfall, NamesAMachineThatHoldsNothing) {
  LifetimeRequest request = sardanaRequest("sardana2024-flop", 2, 1e12);
  request.designs[0].largest_params = 0;
  EXPECT_EQ(shortfall(request).limit(), Binding::kLargestModel);
}

// What is said to be needed is enough, and hardly less is not.
TEST(LifetimeShortfall, RelaxationsAreEnoughAndNotTooMuch) {
  LifetimeRequest request = smallMachine(2.4);
  request.max_train_tokens = 3e10;
  request.max_tokens_per_param = 1e4;
  for (const Relaxation& way : shortfall(request).relaxations)
    for (const double factor : {0.999, 1.001}) {
      LifetimeRequest other = request;
      if (way.limit == Binding::kTrainTokens) other.max_train_tokens = factor * way.needs;
      if (way.limit == Binding::kLargestModel) other.designs[0].largest_params = factor * way.needs;
      EXPECT_EQ(lifetime(other).feasible(), factor > 1) << way.needs;
    }
}

TEST(LifetimeRequestCheck, RefusesWhatMakesNoSense) {
  const LifetimeRequest good = lifetimeRequest(1e12, {4});
  const auto refused = [](const LifetimeRequest& request) {
    const auto outcome = planLifetime(request);
    return outcome ? std::string("accepted") : outcome.error().where;
  };
  LifetimeRequest both = good;
  both.total_usd = 1e5;
  EXPECT_EQ(refused(both), "--target-loss");
  LifetimeRequest none = good;
  none.designs.clear();
  EXPECT_EQ(refused(none), "--experts");
  LifetimeRequest negative = good;
  negative.lifetime_tokens = -1;
  EXPECT_EQ(refused(negative), "--lifetime-tokens");
  LifetimeRequest wall = good;
  wall.max_wall_s = 1e6;
  EXPECT_EQ(refused(wall), "--max-train-days");
  LifetimeRequest zero = good;
  zero.max_train_tokens = 0;
  EXPECT_EQ(refused(zero), "--max-train-tokens");
  LifetimeRequest dense = good;
  dense.law = *presetLaw("sardana2024");
  EXPECT_EQ(planLifetime(dense).error().kind, ErrorKind::kUnanswered);
  LifetimeRequest total = good;
  total.law = *presetLaw("abnar2025");
  EXPECT_EQ(planLifetime(total).error().kind, ErrorKind::kUnanswered);
  LifetimeRequest no_tokens = good;
  no_tokens.law = *presetLaw("clark2022-s-base");
  EXPECT_EQ(planLifetime(no_tokens).error().kind, ErrorKind::kUnanswered);
}

// Two experts of a third of the FFN each: a token uses 4/3 N of the dense model's N.
TEST(LifetimeRequestCheck, WarnsWhereActiveParametersAreTakenForDenseOnes) {
  const auto warned = [](const LifetimeRequest& request) {
    for (const Warning& warning : lifetime(request).warnings)
      if (warning.code == "active_taken_as_dense") return true;
    return false;
  };
  EXPECT_TRUE(warned(lifetimeRequest(1e12, {4}, referenceSetting("yun"))));
  EXPECT_FALSE(warned(lifetimeRequest(1e12, {4}, referenceSetting("ludziejewski"))));
}

TEST(LifetimeRequestCheck, StopsWhenAsked) {
  LifetimeRequest request = lifetimeRequest(1e12, {4});
  addPosterior(request.law, 100, 0.01);
  request.draws = 100;
  std::stop_source source;
  source.request_stop();
  EXPECT_EQ(planLifetime(request, source.get_token()).error().kind, ErrorKind::kCancelled);
}

}  // namespace
}  // namespace moe
