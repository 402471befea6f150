#include <gmock/gmock.h>

#include <cmath>

#include "costmodel/planner/lifetime_draws.h"
#include "tests/costmodel/lifetime_fixture.h"

namespace moe {
namespace {

LifetimeRequest uncertainRequest(double lifetime_tokens = 1e12) {
  LifetimeRequest request = lifetimeRequest(lifetime_tokens, {1, 4, 8, 16});
  addPosterior(request.law, 60, 0.003);
  for (PricedDesign& design : request.designs) design.price_uncertainty = 0.1;
  request.draws = 60;
  return request;
}

bool same(const std::optional<Range>& a, const std::optional<Range>& b) {
  return a.has_value() == b.has_value() && (!a || (a->low == b->low && a->high == b->high));
}

void expectSameBits(const LifetimeOutcome& one, const LifetimeOutcome& other) {
  ASSERT_EQ(one.rows.size(), other.rows.size());
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    EXPECT_EQ(one.rows[i].design, other.rows[i].design);
    EXPECT_EQ(one.rows[i].best->params, other.rows[i].best->params);
    EXPECT_TRUE(same(one.rows[i].ci95.params, other.rows[i].ci95.params));
    EXPECT_TRUE(same(one.rows[i].ci95.total_usd, other.rows[i].ci95.total_usd));
    EXPECT_EQ(one.rows[i].best_share, other.rows[i].best_share);
    EXPECT_EQ(one.rows[i].regret, other.rows[i].regret);
  }
}

TEST(LifetimeDraws, AreTheSameForAnyNumberOfThreads) {
  LifetimeRequest request = uncertainRequest();
  request.threads = 1;
  const LifetimeOutcome one = lifetime(request);
  for (const int threads : {2, 3, 7}) {
    request.threads = threads;
    expectSameBits(one, lifetime(request));
  }
}

TEST(LifetimeDraws, OfRangesThatFollowOneAnotherMakeTheWhole) {
  LifetimeRequest request = uncertainRequest();
  request.draws = 40;  // of 60: which ones is the seed's choice
  LifetimeDraws joined{drawCount(request), request.designs.size(), {}};
  ASSERT_EQ(joined.draws, 40u);
  const IndexRange ranges[] = {{0, 11}, {11, 11}, {11, 40}};
  for (const IndexRange range : ranges) {
    const LifetimeDraws piece = lifetimeDraws(request, range).value();
    joined.table.insert(joined.table.end(), piece.table.begin(), piece.table.end());
  }
  expectSameBits(lifetime(request), planLifetime(request, joined).value());
}

TEST(LifetimeDraws, AreTheSameForTheSameSeedAndOthersForAnother) {
  LifetimeRequest request = uncertainRequest();
  request.draws = 30;
  request.seed = 5;
  const LifetimeOutcome one = lifetime(request);
  expectSameBits(one, lifetime(request));
  request.seed = 6;
  EXPECT_FALSE(same(one.rows[0].ci95.params, lifetime(request).rows[0].ci95.params));
}

// The size of a draw is found to 2e-5 where the minimum is sharp, its total far better.
TEST(LifetimeDraws, CollapseToThePlanWhenAllAreTheLaw) {
  LifetimeRequest request = lifetimeRequest(1e12, {4, 8, 16});
  request.law.posterior.assign(30, request.law.values);
  request.draws = 30;
  for (const LifetimeRow& row : lifetime(request).rows) {
    EXPECT_NEAR(row.ci95.params->low, row.best->params, 1e-3 * row.best->params);
    EXPECT_NEAR(row.ci95.total_usd->high, row.best->total_usd, 1e-6 * row.best->total_usd);
    EXPECT_EQ(row.draws_share, 1);
  }
}

TEST(LifetimeDraws, NeverBeatACarefulSearchNorFallBehindIt) {
  for (const bool budget : {false, true}) {
    LifetimeRequest request = lifetimeRequest(1e12, {1, 4, 8, 16, 32});
    if (budget) {
      request.target_loss.reset();
      request.total_usd = 2e5;
    }
    addPosterior(request.law, 20, 0.01);
    for (const PricedDesign& design : request.designs) {
      const PriceGrid grid(design);
      for (const auto& values : request.law.posterior) {
        Law law = request.law;
        law.values = values;
        const LossSurface surface(law, design.model, std::nullopt);
        const auto quick = solveLifetime(design, grid, surface, taskOf(request), Care::kDraw);
        const auto careful = solveLifetime(design, grid, surface, taskOf(request), Care::kCareful);
        ASSERT_EQ(quick.found, careful.found);
        if (!careful.found) continue;
        EXPECT_NEAR(quick.objective / careful.objective, 1, 1e-5) << design.label;
      }
    }
  }
}

TEST(LifetimeDraws, SharesOfTheBestAddUpToOne) {
  double sum = 0;
  for (const LifetimeRow& row : lifetime(uncertainRequest()).rows) sum += *row.best_share;
  EXPECT_NEAR(sum, 1, 1e-12);
}

// Twice the price of training and of serving: beaten in every draw, by as much as the better costs.
TEST(LifetimeDraws, RegretOfADesignAtTwiceThePriceIsTheWholePrice) {
  LifetimeRequest request = sardanaRequest("sardana2024-usd", 2.0, 1e12);
  FlopPrices dear = *flopPricesPreset("sardana2024-usd");
  dear.training_usd_per_flop *= 2;
  dear.serving_usd_per_flop *= 2;
  request.designs.push_back(flopDesign(dear));
  addPosterior(request.law, 40, 0.01);
  request.draws = 40;
  const LifetimeOutcome outcome = lifetime(request);
  EXPECT_EQ(*rowOf(outcome, 0).regret, 0);
  EXPECT_EQ(*rowOf(outcome, 0).best_share, 1);
  EXPECT_NEAR(*rowOf(outcome, 1).regret_share, 1, 1e-6);
  EXPECT_EQ(*outcome.recommendation.beats_runner_up, 1);
}

// A size that must be kept cannot do better than one that is chosen anew.
TEST(LifetimeDraws, KeepingTheSizeIsNeverBetter) {
  for (const LifetimeRow& row : lifetime(uncertainRequest()).rows)
    EXPECT_GE(*row.regret_at_these_params, *row.regret * (1 - 1e-6));
}

// A price that does not depend on N: 90 % of its draws lie between 1/(1+u) and 1+u, so 95 % within
// (1+u)^(1.960/1.645). The end of 4000 draws has a standard error of 0.042 of its normal deviate;
// four of them are allowed.
TEST(LifetimeDraws, SpreadPricesAsStated) {
  LifetimeRequest request = sardanaRequest("sardana2024-usd", 2.2, 1e12);
  PricedDesign& design = request.designs[0];
  design.serving_usd = [](double) { return 2.0; };
  design.price_uncertainty = 0.3;
  request.draws = 4000;
  const LifetimeOutcome outcome = lifetime(request);
  const Range price = *outcome.rows.front().ci95.usd_per_million_output_tokens_all_in;
  const double deviate = std::log(1.3) / 1.6449;
  EXPECT_NEAR(std::log(price.high / 2), 1.960 * deviate, 0.17 * deviate);
  EXPECT_NEAR(std::log(price.low / 2), -1.960 * deviate, 0.17 * deviate);
  EXPECT_EQ(outcome.draws, 4000u);
  EXPECT_THAT(outcome.warnings, testing::Contains(testing::Field(&Warning::code, "no_posterior")));
}

TEST(LifetimeVariants, AreThePlanUnderTheOtherValues) {
  LifetimeRequest request = lifetimeRequest(1e12, {4, 8});
  std::vector<double> other = request.law.values;
  other[0] *= 1.02;
  request.law.variants = {{"another window", other}};
  const LifetimeOutcome outcome = lifetime(request);
  ASSERT_EQ(outcome.variants.size(), 1u);
  request.law = request.law.withValues(other);
  const LifetimeOutcome direct = lifetime(request);
  for (std::size_t d = 0; d < 2; ++d) {
    EXPECT_EQ(outcome.variants[0].designs[d]->objective, rowOf(direct, d).best->total_usd);
    EXPECT_EQ(outcome.variants[0].designs[d]->params, rowOf(direct, d).best->params);
  }
}

// Designs on one machine err together: the cheaper one stays the cheaper in every draw.
TEST(LifetimeDraws, MoveDesignsOfOneMachineTogether) {
  LifetimeRequest request = sardanaRequest("sardana2024-usd", 2.2, 1e12);
  FlopPrices dear = *flopPricesPreset("sardana2024-usd");
  dear.serving_usd_per_flop *= 1.02;
  request.designs.push_back(flopDesign(dear));
  for (PricedDesign& design : request.designs) design.price_uncertainty = 0.3;
  request.draws = 200;
  EXPECT_EQ(*rowOf(lifetime(request), 0).best_share, 1);
  request.designs[0].hardware = "another";
  EXPECT_LT(*rowOf(lifetime(request), 0).best_share, 0.9);
}

// Training at half and serving at twice the price wins where little is served; at the tokens that
// are named both cost the same.
TEST(LifetimeSwitch, NamesTheLifetimeAndThePriceAtWhichTheyTie) {
  LifetimeRequest request = sardanaRequest("sardana2024-usd", 2.2, 1e12);
  FlopPrices other = *flopPricesPreset("sardana2024-usd");
  other.training_usd_per_flop /= 2;
  other.serving_usd_per_flop *= 2;
  request.designs.push_back(flopDesign(other));
  request.law.range.train_tokens = Range{1e9, 1e15};
  request.law.range.params = Range{1e7, 1e12};
  const LifetimeOutcome outcome = lifetime(request);
  const LifetimeRecommendation& recommendation = outcome.recommendation;
  ASSERT_TRUE(recommendation.runner_up);
  ASSERT_TRUE(recommendation.switches.lifetime_tokens);
  ASSERT_TRUE(recommendation.switches.price_factor);
  const auto totals = [](const LifetimeRequest& asked) {
    const LifetimeOutcome answer = lifetime(asked);
    return std::pair{rowOf(answer, 0).best->total_usd, rowOf(answer, 1).best->total_usd};
  };
  LifetimeRequest tied = request;
  tied.lifetime_tokens = *recommendation.switches.lifetime_tokens;
  const auto [a, b] = totals(tied);
  EXPECT_NEAR(a / b, 1, 1e-5);

  const std::size_t loser = outcome.rows[*recommendation.runner_up].design;
  FlopPrices cheaper = loser == 1 ? other : *flopPricesPreset("sardana2024-usd");
  cheaper.serving_usd_per_flop *= *recommendation.switches.price_factor;
  tied = request;
  tied.designs[loser] = flopDesign(cheaper);
  const auto [c, d] = totals(tied);
  EXPECT_NEAR(c / d, 1, 1e-5);
}

// The preset's runs end at 80e9 tokens; lifetime plans of 1e13 tokens lie far beyond.
TEST(LifetimeRecommendation, IsNeverExtrapolatedByMoreThanADecade) {
  const LifetimeOutcome outcome = lifetime(lifetimeRequest(1e13));
  EXPECT_EQ(outcome.recommendation.none, LifetimeRecommendation::None::kAllExtrapolated);
  EXPECT_EQ(*outcome.recommendation.better_but_marked, 0u);
  EXPECT_THAT(outcome.warnings, testing::Contains(testing::Field(&Warning::code, "extrapolated")));
}

TEST(LifetimeRecommendation, TakesTheBestThatIsNotMarked) {
  const LifetimeOutcome outcome = lifetime(lifetimeRequest(5e11));
  const LifetimeRecommendation& recommendation = outcome.recommendation;
  ASSERT_TRUE(recommendation.row);
  for (std::size_t i = 0; i < *recommendation.row; ++i) EXPECT_TRUE(outcome.rows[i].extrapolated);
  EXPECT_FALSE(outcome.rows[*recommendation.row].extrapolated);
}

}  // namespace
}  // namespace moe
