#include "costmodel/price/break_even.h"

#include <gtest/gtest.h>

#include "costmodel/price/price_question.h"
#include "tests/costmodel/deepseek_day.h"

namespace moe {
namespace {

const Replica kReplica{8, usdPerHour(test::kUsdPerDeviceHour)};

std::vector<TokenPriceEntry> catalogPrices(const char* model) {
  const auto models = loadModels({}).value();
  return tokenPricesOf(loadTokenPrices({}, models).value(), models, model);
}

ApiPrice r1Price() { return apiOffersOf(catalogPrices("deepseek-r1").front())->front().price; }

// Published: 562,027 USD of revenue at R1's prices. The token counts have three digits: 0.2 %.
TEST(BreakEven, GivesDeepSeeksRevenueAtTheCatalogsPrice) {
  const auto result = breakEven(r1Price(), kReplica, test::dayOfWork(), test::dayOfTraffic(), 0);
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_NEAR(result->api_usd_per_request.value() / test::kRevenueUsd, 1, 0.002);
}

// Published: "a cost profit margin of 545%". Our cost comes from rates with three digits, 0.2 % off
// the published bill; that is 0.013 in the margin.
TEST(BreakEven, GivesDeepSeeksMarginOnCost) {
  const auto result = breakEven(r1Price(), kReplica, test::dayOfWork(), test::dayOfTraffic(), 0);
  ASSERT_TRUE(result);
  EXPECT_NEAR(result->margin_on_cost, test::kMarginOnCost, 0.013);
  EXPECT_NEAR(result->margin_on_revenue, 1 - test::kBillUsd / test::kRevenueUsd, 0.001);
}

// The same day by proportion: revenue covers the bill when 87,072 / 562,027 = 15.5 % of it comes
// in, or when a device costs 562,027 / 87,072 times 2 USD. 0.2 % as above.
TEST(BreakEven, FindsTheUtilisationAndTheDevicePriceOfEqualCost) {
  const auto result = breakEven(r1Price(), kReplica, test::dayOfWork(), test::dayOfTraffic(), 0);
  ASSERT_TRUE(result);
  const double cost_share = test::kBillUsd / test::kRevenueUsd;
  EXPECT_NEAR(result->utilisation, cost_share, 0.002 * cost_share);
  EXPECT_TRUE(result->reachable);
  EXPECT_NEAR(result->device_price.value() * 3600, 2 / cost_share, 0.002 * 2 / cost_share);
}

// By hand: 3.6 USD/h is 0.001 USD/s; a request is 1000 x 0.002 s + 100 x 0.01 s = 3 s, so 0.003 USD
// at full load. The API asks 1000 x 4 / 1e6 + 100 x 20 / 1e6 = 0.006 USD. Half busy is enough. Two
// devices give 730.485 h x 3600 s x 2 / 3 s requests a month at full load.
TEST(BreakEven, FollowsTheFormulaByHand) {
  const TokenWork work{Seconds(0.002), Seconds(0), Seconds(0.01)};
  const auto result = breakEven({4, 4, 20}, {2, usdPerHour(3.6)}, work, {1000, 100, 0}, 0.25);
  ASSERT_TRUE(result);
  const double full = 730.485 * 3600 * 2 / 3;
  EXPECT_DOUBLE_EQ(result->utilisation, 0.5);
  EXPECT_DOUBLE_EQ(*result->requests_per_month, full / 2);
  EXPECT_DOUBLE_EQ(*result->tokens_per_month, full / 2 * 1100);
  EXPECT_DOUBLE_EQ(result->full_load_tokens_per_month, full * 1100);
  EXPECT_DOUBLE_EQ(result->replica_usd_per_month.value(), 2 * 3.6 * 730.485);
  EXPECT_DOUBLE_EQ(result->own_usd_per_request_at_full_load.value(), 0.003);
  EXPECT_DOUBLE_EQ(result->own_usd_per_request.value(), 0.004);
  EXPECT_DOUBLE_EQ(result->margin_on_cost, 0.5);
  EXPECT_DOUBLE_EQ(result->margin_on_revenue, 1.0 / 3);
  EXPECT_NEAR(result->device_price.value() * 3600, 5.4, 1e-12);
}

// At the traffic of equal cost the API's bill for the month is the replica's rent.
TEST(BreakEven, MakesBothBillsOfAMonthEqual) {
  const auto result = breakEven(r1Price(), kReplica, test::dayOfWork(), {4000, 800, 0.4}, 0.3);
  ASSERT_TRUE(result && result->requests_per_month);
  EXPECT_NEAR(*result->requests_per_month * result->api_usd_per_request.value(),
              result->replica_usd_per_month.value(), 1e-9 * result->replica_usd_per_month.value());
}

// Being as idle as the break-even allows leaves no margin. Rounding only.
TEST(BreakEven, HasNoMarginAtItsOwnUtilisation) {
  const auto full = breakEven(r1Price(), kReplica, test::dayOfWork(), {4000, 800, 0.4}, 0);
  ASSERT_TRUE(full);
  const auto edge =
      breakEven(r1Price(), kReplica, test::dayOfWork(), {4000, 800, 0.4}, 1 - full->utilisation);
  ASSERT_TRUE(edge);
  EXPECT_NEAR(edge->margin_on_cost, 0, 1e-12);
}

// 0.0029 USD at the API, 0.003 at full load: dearer by 3 %, and that is never.
TEST(BreakEven, IsNeverWhenEvenAFullReplicaIsDearer) {
  const TokenWork work{Seconds(0.002), Seconds(0), Seconds(0.01)};
  const auto result = breakEven({2, 2, 9}, {2, usdPerHour(3.6)}, work, {1000, 100, 0}, 0);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->reachable);
  EXPECT_DOUBLE_EQ(result->utilisation, 30.0 / 29);
  EXPECT_FALSE(result->requests_per_month);
  EXPECT_FALSE(result->tokens_per_month);
  EXPECT_LT(result->margin_on_cost, 0);
}

// 750 of 1000 prompt tokens are cached, at 0.4 USD per million in place of 4.
TEST(BreakEven, BillsCachedInputAtItsOwnPrice) {
  const TokenWork work{Seconds(0.002), Seconds(0), Seconds(0.01)};
  const auto result = breakEven({4, 0.4, 20}, {2, usdPerHour(3.6)}, work, {1000, 100, 0.75}, 0);
  ASSERT_TRUE(result);
  EXPECT_DOUBLE_EQ(result->api_usd_per_request.value(), (250 * 4 + 750 * 0.4 + 100 * 20) / 1e6);
}

TEST(BreakEven, RefusesWhatCannotBeCompared) {
  const TokenWork work{Seconds(0.002), Seconds(0), Seconds(0.01)};
  const TokenTraffic traffic{1000, 100, 0};
  const auto message = [&](ApiPrice api, Replica replica) {
    const auto result = breakEven(api, replica, work, traffic, 0);
    return result ? std::string("accepted") : describe(result.error());
  };
  EXPECT_EQ(message({0, 0, 0}, kReplica),
            "API price: is nothing for this traffic; there is nothing to compare with");
  EXPECT_EQ(message({-1, 0, 9}, kReplica),
            "API price, USD per million tokens: is -1; it must be 0 or more");
  EXPECT_EQ(message({1, 1, 1}, {0, usdPerHour(2)}), "devices: is 0; a replica needs 1 or more");
}

TEST(ApiOffers, GiveBothReadingsWhereTwoDisagree) {
  TokenPriceEntry entry;
  entry.input = {3, 7};
  entry.output = {7, 7};
  const auto offers = apiOffersOf(entry).value();
  ASSERT_EQ(offers.size(), 2u);
  EXPECT_EQ(offers[0].reading, "lowest");
  EXPECT_EQ(offers[0].price.input, 3);
  EXPECT_EQ(offers[0].price.cached_input, 3);
  EXPECT_EQ(offers[0].price.output, 7);
  EXPECT_EQ(offers[1].reading, "highest");
  EXPECT_EQ(offers[1].price.input, 7);
}

PriceQuestion deepseekQuestion(const char* model) {
  PriceQuestion question;
  question.device = statedDevicePrice(usdPerHour(2));
  question.devices = 8;
  question.work = test::dayOfWork();
  question.traffic = test::dayOfTraffic();
  question.api_prices = catalogPrices(model);
  return question;
}

TEST(PriceTokens, ComparesWithEveryPriceOfTheModel) {
  const auto answer = priceTokens(deepseekQuestion("deepseek-ai/DeepSeek-R1"));
  ASSERT_TRUE(answer) << describe(answer.error());
  ASSERT_EQ(answer->comparisons.size(), 4u);
  EXPECT_EQ(answer->comparisons[0].offer.provider, "DeepSeek API");
  EXPECT_NEAR(answer->comparisons[0].break_even.margin_on_cost, test::kMarginOnCost, 0.013);
  EXPECT_EQ(answer->comparisons[1].offer.reading, "lowest");
  EXPECT_EQ(answer->comparisons[2].offer.reading, "highest");
  EXPECT_TRUE(answer->warnings.empty());
  EXPECT_NEAR(answer->cost.usd_per_million_output_tokens, 0.30, 0.005);
}

TEST(PriceTokens, LeavesOutAnApiPriceWithoutInputAndSaysSo) {
  const auto answer = priceTokens(deepseekQuestion("llama-3-70b"));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->comparisons.empty());
  ASSERT_EQ(answer->warnings.size(), 1u);
  EXPECT_EQ(answer->warnings[0].code, "incomplete_api_price");
  EXPECT_NE(answer->warnings[0].message.find("Llama-3-70B at an API, not named has no price of "
                                             "input tokens, so it cannot be compared"),
            std::string::npos)
      << answer->warnings[0].message;
}

TEST(PriceTokens, PassesOnWhatIsWrongWithTheQuestion) {
  PriceQuestion question = deepseekQuestion("deepseek-r1");
  question.idle_share = 1;
  EXPECT_EQ(describe(priceTokens(question).error()),
            "idle share: is 1; it must be from 0 to below 1");
  question.idle_share = 0;
  question.devices = 0;
  EXPECT_EQ(describe(priceTokens(question).error()), "devices: is 0; a replica needs 1 or more");
}

}  // namespace
}  // namespace moe
