#include "costmodel/price/token_price.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "tests/costmodel/deepseek_day.h"

namespace moe {
namespace {

const UsdPerSecond kTwoUsd = usdPerHour(test::kUsdPerDeviceHour);

// 2 USD x 8 devices / 3600 s / 14.8e3 tokens/s = 0.3003 and 16 / 3600 / (0.4375 x 73.7e3) = 0.1378
// USD per million, as derived from the published rates; half a unit of their last digit.
TEST(TokenCost, GivesDeepSeeksPricePerMillionTokens) {
  const auto cost = tokenCost(kTwoUsd, test::dayOfWork(), test::dayOfTraffic(), 0);
  ASSERT_TRUE(cost) << describe(cost.error());
  EXPECT_NEAR(cost->usd_per_million_output_tokens, 0.30, 0.005);
  EXPECT_NEAR(cost->usd_per_million_uncached_input_tokens, 0.138, 0.0005);
  EXPECT_EQ(cost->usd_per_million_cached_input_tokens, 0);
  EXPECT_NEAR(cost->usd_per_million_tokens, test::kBillUsd / 776e9 * 1e6, 0.0005);
}

// The published rates have three digits (0.7 % each); they and the published bill are independent
// statements about the same day, and agree within 0.11 %.
TEST(TokenCost, AddsUpToDeepSeeksPublishedBill) {
  const auto cost = tokenCost(kTwoUsd, test::dayOfWork(), test::dayOfTraffic(), 0);
  ASSERT_TRUE(cost);
  EXPECT_NEAR(cost->usd_per_request.value() / test::kBillUsd, 1, 0.002);
  // The node count times the price, without any of our formulas.
  EXPECT_DOUBLE_EQ(test::kNodes * test::kDevicesPerNode * 24 * test::kUsdPerDeviceHour,
                   test::kBillUsd);
}

// 226.75 of 278 nodes, the published mean and peak: had the peak been rented all day, every token
// would have cost 278/226.75 as much.
TEST(TokenCost, ChargesIdleDevicesToTheTokens) {
  const auto busy = tokenCost(kTwoUsd, test::dayOfWork(), test::dayOfTraffic(), 0);
  const auto idle =
      tokenCost(kTwoUsd, test::dayOfWork(), test::dayOfTraffic(), 1 - test::kNodes / 278);
  ASSERT_TRUE(busy && idle);
  const auto ratio = [](double a, double b) { return a / b; };
  EXPECT_NEAR(ratio(idle->usd_per_million_output_tokens, busy->usd_per_million_output_tokens),
              278 / 226.75, 1e-12);
  EXPECT_NEAR(ratio(idle->usd_per_million_uncached_input_tokens,
                    busy->usd_per_million_uncached_input_tokens),
              278 / 226.75, 1e-12);
  EXPECT_NEAR(idle->usd_per_request / busy->usd_per_request, 278 / 226.75, 1e-12);
}

// By hand: 3.6 USD/h is 0.001 USD/s. 1000 prompt tokens, a quarter cached: 750 x 0.002 s + 250 x
// 0.0004 s = 1.6 s; 100 output tokens x 0.01 s = 1 s. Half idle: 2.6 s x 0.002 USD/s.
TEST(TokenCost, FollowsTheFormulaByHand) {
  const TokenWork work{Seconds(0.002), Seconds(0.0004), Seconds(0.01)};
  const auto cost = tokenCost(usdPerHour(3.6), work, {1000, 100, 0.25}, 0.5);
  ASSERT_TRUE(cost);
  EXPECT_DOUBLE_EQ(cost->usd_per_million_uncached_input_tokens, 4);
  EXPECT_DOUBLE_EQ(cost->usd_per_million_cached_input_tokens, 0.8);
  EXPECT_DOUBLE_EQ(cost->usd_per_million_input_tokens, 3.2);
  EXPECT_DOUBLE_EQ(cost->usd_per_million_output_tokens, 20);
  EXPECT_DOUBLE_EQ(cost->usd_per_request.value(), 0.0052);
  EXPECT_DOUBLE_EQ(cost->usd_per_million_tokens, 5200.0 / 1100);
  EXPECT_DOUBLE_EQ(cost->usd_per_million_output_tokens_all_in, 52);
}

// The bill is counted another way: devices x wall time x price, where the wall time is as long as
// it takes a cluster that is busy 1 - u of it to serve all requests. 1e-9 is rounding.
RC_GTEST_PROP(TokenCost, SumsOverTheTrafficToTheWholeBill, ()) {
  const auto share = [](int top) { return *rc::gen::inRange(0, top) / 1000.0; };
  const TokenWork work{Seconds(1e-6 * *rc::gen::inRange(1, 10'000)),
                       Seconds(1e-6 * *rc::gen::inRange(0, 1000)),
                       Seconds(1e-6 * *rc::gen::inRange(1, 100'000))};
  const TokenTraffic traffic{double(*rc::gen::inRange(0, 100'000)),
                             double(*rc::gen::inRange(1, 10'000)), share(1001)};
  const double idle = share(1000);
  const double requests = *rc::gen::inRange(1, 1'000'000);
  const double devices = *rc::gen::inRange(1, 1000);
  const UsdPerSecond price = usdPerHour(0.01 * *rc::gen::inRange(1, 2000));

  const double hit = traffic.prompt_tokens * traffic.cache_hit_rate;
  const double missed = traffic.prompt_tokens - hit;
  const double busy =
      requests * (missed * work.uncached_input.value() + hit * work.cached_input.value() +
                  traffic.output_tokens * work.output.value());
  const double wall_seconds = busy / devices / (1 - idle);
  const double bill = devices * wall_seconds * price.value();

  const auto cost = tokenCost(price, work, traffic, idle);
  RC_ASSERT(cost.has_value());
  const double by_kind = requests / 1e6 *
                         (missed * cost->usd_per_million_uncached_input_tokens +
                          hit * cost->usd_per_million_cached_input_tokens +
                          traffic.output_tokens * cost->usd_per_million_output_tokens);
  const double by_input = requests / 1e6 *
                          (traffic.prompt_tokens * cost->usd_per_million_input_tokens +
                           traffic.output_tokens * cost->usd_per_million_output_tokens);
  const double by_output =
      requests * traffic.output_tokens / 1e6 * cost->usd_per_million_output_tokens_all_in;
  const double by_token = requests * (traffic.prompt_tokens + traffic.output_tokens) / 1e6 *
                          cost->usd_per_million_tokens;
  for (const double sum :
       {by_kind, by_input, by_output, by_token, requests * cost->usd_per_request.value()})
    RC_ASSERT(std::abs(sum / bill - 1) < 1e-9);
}

struct Wrong {
  double prompt = 1000, output = 100, hits = 0, idle = 0, price = 2, work = 1e-3;
  const char* message;
};

TEST(TokenCost, RefusesAQuestionThatMakesNoSense) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Wrong rows[] = {
      {.prompt = -1, .message = "prompt tokens: is -1; it must be 0 or more"},
      {.output = 0, .message = "output tokens: is 0; it must be positive"},
      {.hits = 1.5, .message = "cache hit rate: is 1.5; it is a share from 0 to 1"},
      {.hits = nan, .message = "cache hit rate: is nan; it is a share from 0 to 1"},
      {.idle = 1, .message = "idle share: is 1; it must be from 0 to below 1"},
      {.idle = -0.1, .message = "idle share: is -0.1; it must be from 0 to below 1"},
      {.price = 0, .message = "price of a device, USD per hour: is 0; it must be positive"},
      {.work = -1, .message = "device-seconds per token: is -1; it must be 0 or more"},
      {.work = 0, .message = "device-seconds per request: is 0; a request must keep devices busy"},
  };
  for (const Wrong& row : rows) {
    const Seconds work(row.work);
    const auto cost = tokenCost(usdPerHour(row.price), {work, work, work},
                                {row.prompt, row.output, row.hits}, row.idle);
    ASSERT_FALSE(cost) << row.message;
    EXPECT_EQ(cost.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(describe(cost.error()), row.message);
  }
}

}  // namespace
}  // namespace moe
