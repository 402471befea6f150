#include "costmodel/traffic/running_request.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/costmodel/request_lengths.h"

namespace moe {
namespace {

using test::lengthsOf;
using test::measured;

LengthDistribution shareGpt() {
  return lengthDistributionOf(lengthPreset("sharegpt", "").value()).value();
}

// Evenly between p and p + n: mean p + n/2, deviation n / sqrt(12), no skewness.
TEST(RunningRequest, HoldsThePromptAndHalfOfTheAnswerWhenLengthsAreFixed) {
  const auto request = runningRequest(lengthsOf(LengthKind::kFixed, {1000, 0}, {120, 0}), 16);
  EXPECT_DOUBLE_EQ(request.mean_kv_tokens, 1060);
  EXPECT_NEAR(request.deviation_kv_tokens, 120 / std::sqrt(12), 1e-9);
  EXPECT_NEAR(request.skewness, 0, 1e-9);
}

// Token by token: after the t-th one it holds p + t tokens, in ceil((p + t) / B) blocks.
TEST(RunningRequest, RoundsEveryTokenUpToBlocks) {
  const std::vector<RequestLength> requests{{1, 1}, {15, 40}, {16, 7}, {100, 300}, {64, 64}};
  for (const int block : {1, 16, 64}) {
    double life = 0, sum = 0, square = 0;
    for (const RequestLength& request : requests) {
      for (int t = 1; t <= request.output_tokens; ++t) {
        const double held = block * std::ceil((request.prompt_tokens + t) / block);
        life += 1, sum += held, square += held * held;
      }
    }
    const auto request = runningRequest(measured(requests), block);
    EXPECT_NEAR(request.mean_kv_tokens_in_blocks, sum / life, 1e-9);
    EXPECT_NEAR(request.deviation_kv_tokens_in_blocks,
                std::sqrt(square / life - sum * sum / life / life), 1e-9);
  }
}

// Independent lognormals with E[n^j] = m^j (1 + v^2)^(j (j - 1) / 2): mean E[p] + E[n^2] / 2 E[n],
// square E[p^2] + E[p] E[n^2] / E[n] + E[n^3] / 3 E[n].
TEST(RunningRequest, HasTheClosedFormsOfALognormal) {
  const auto request = runningRequest(shareGpt(), 16);
  const double mean = 161 + 338 * 2.0 / 2;
  const double square = 161.0 * 161 * 3.25 + 161 * 338 * 2.0 + 338.0 * 338 * 8 / 3;
  EXPECT_NEAR(request.mean_kv_tokens, mean, 1e-7 * mean);
  EXPECT_NEAR(request.deviation_kv_tokens, std::sqrt(square - mean * mean), 1e-5);
}

// Lengths that are spread over many blocks waste half a block on the mean.
TEST(RunningRequest, WastesHalfABlock) {
  for (const int block : {16, 64}) {
    const auto request = runningRequest(shareGpt(), block);
    EXPECT_NEAR(request.mean_kv_tokens_in_blocks - request.mean_kv_tokens, block / 2.0,
                0.01 * block);
  }
}

// Long answers are in flight for longer: of a request with 1 and one with 99 tokens, 99 % of what
// is seen is the long one.
TEST(RunningRequest, IsMoreOftenALongOne) {
  const auto request = runningRequest(measured({{10, 1}, {500, 99}}), 1);
  EXPECT_NEAR(request.mean_kv_tokens, 0.01 * 10.5 + 0.99 * 549.5, 1e-9);
}

RC_GTEST_PROP(RunningRequestProperty, NeedsMoreRoomInLargerBlocks, ()) {
  const auto lengths = lengthsOf(LengthKind::kFixed, {*rc::gen::inRange(1, 5000) * 1.0, 0},
                                 {*rc::gen::inRange(1, 5000) * 1.0, 0});
  const int block = *rc::gen::inRange(1, 100);
  const auto small = runningRequest(lengths, block);
  const auto large = runningRequest(lengths, 2 * block);
  RC_ASSERT(small.mean_kv_tokens_in_blocks >= small.mean_kv_tokens);
  RC_ASSERT(small.mean_kv_tokens_in_blocks <= small.mean_kv_tokens + block);
  RC_ASSERT(large.mean_kv_tokens_in_blocks >= small.mean_kv_tokens_in_blocks * (1 - 1e-12));
}

// All alike and nearly constant: 1000 blocks of 16 hold 1000 requests of one block.
TEST(HeldConcurrency, IsTheRoomOverWhatARequestHolds) {
  const auto request = runningRequest(measured({{15, 1}}), 16);
  const auto held = heldConcurrency(16000 + 15, request);  // 15 tokens are not a block
  EXPECT_DOUBLE_EQ(held.expected, 1000);
  EXPECT_NEAR(held.safe, 1000, 1e-6);
  EXPECT_EQ(heldConcurrency(15, request).expected, 0);
  EXPECT_EQ(heldConcurrency(-1e9, request).safe, 0);
}

// Without skewness: b m + 1.6448536 s sqrt(b) = K, solved backwards from b = 100.
TEST(HeldConcurrency, KeepsTheQuantileOfTheNormalLaw) {
  RunningRequest request;
  request.mean_kv_tokens_in_blocks = 500;
  request.deviation_kv_tokens_in_blocks = 400;
  const double room = 100 * 500 + 10 * 400 * 1.6448536269514722;
  const auto held = heldConcurrency(std::ceil(room), request);
  EXPECT_NEAR(held.safe, 100, 0.003);  // one token of room is 0.002 requests
  EXPECT_GT(held.expected, 112);
  EXPECT_LT(heldConcurrency(std::ceil(room), request, 0.01).safe, 98);
}

// Cornish and Fisher's term for a sum of b parts with skewness 4: s 4 (z^2 - 1) / 6 whatever b is.
TEST(HeldConcurrency, LeavesRoomForTheSkewness) {
  RunningRequest request;
  request.mean_kv_tokens_in_blocks = 500;
  request.deviation_kv_tokens_in_blocks = 400;
  request.skewness = 4;
  const double z = 1.6448536269514722;
  const double room = 100 * 500 + 10 * 400 * z + 400 * 4 * (z * z - 1) / 6;
  EXPECT_NEAR(heldConcurrency(std::ceil(room), request).safe, 100, 0.003);
}

/// Share of the time that `slots` requests, each replaced by a new one when it ends, need more than
/// `room` tokens in blocks of 16. Every slot starts a random time ago.
double overrunShare(int slots, double room, int steps) {
  std::mt19937_64 random(11);
  std::normal_distribution<> normal;
  const auto draw = [&](double mean, double variation) {
    const double sigma = std::sqrt(std::log(1 + variation * variation));
    return std::ceil(mean * std::exp(sigma * normal(random) - sigma * sigma / 2));
  };
  struct Slot {
    double prompt, output, done;
  };
  std::vector<Slot> running;
  for (int i = 0; i < slots; ++i) running.push_back({draw(161, 1.5), draw(338, 1), 0});
  int over = 0, seen = 0;
  constexpr int kWarmUp = 20000;  // steps; an answer of mean length takes 338
  for (int step = 0; step < kWarmUp + steps; ++step) {
    double held = 0;
    for (Slot& slot : running) {
      if (++slot.done > slot.output) slot = {draw(161, 1.5), draw(338, 1), 1};
      held += 16 * std::ceil((slot.prompt + slot.done) / 16);
    }
    if (step < kWarmUp) continue;
    ++seen;
    over += held > room;
  }
  return over / static_cast<double>(seen);
}

// 400 000 steps are some 400 independent moments for 5 %: a standard error of 1 %.
TEST(HeldConcurrency, IsOverrunAsOftenAsItSays) {
  const auto request = runningRequest(shareGpt(), 16);
  for (const int slots : {50, 200}) {
    // The room in which exactly this many are safe, by bisection of a growing function.
    double low = 0, high = 1e7;
    while (high - low > 16) {
      const double middle = (low + high) / 2;
      (heldConcurrency(middle, request).safe < slots ? low : high) = middle;
    }
    const double share = overrunShare(slots, high, 400'000);
    EXPECT_GT(share, 0.02) << slots;
    EXPECT_LT(share, 0.08) << slots;
    // What is expected to fit is overrun nearly half of the time.
    EXPECT_GT(overrunShare(slots, slots * request.mean_kv_tokens_in_blocks, 100'000), 0.3);
  }
}

}  // namespace
}  // namespace moe
