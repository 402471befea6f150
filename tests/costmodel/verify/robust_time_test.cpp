#include "costmodel/verify/measure/robust_time.h"

#include <gtest/gtest.h>

namespace moe {
namespace {

// Quartiles by hand: of 1 .. 9 they are 3 and 7, the median is 5.
TEST(RobustTime, TakesMedianAndQuartiles) {
  const RobustTime time = robustTime({9, 1, 8, 2, 7, 3, 6, 4, 5});
  EXPECT_DOUBLE_EQ(time.median_s, 5);
  EXPECT_DOUBLE_EQ(time.spread, (7.0 - 3.0) / 5.0);
  EXPECT_DOUBLE_EQ(time.fastest_s, 1);
  EXPECT_EQ(time.samples, 9);
}

TEST(RobustTime, IsNotMovedByOneDisturbance) {
  const RobustTime time = robustTime({1, 1, 1, 1, 1, 1, 1000});
  EXPECT_DOUBLE_EQ(time.median_s, 1);
  EXPECT_DOUBLE_EQ(time.spread, 0);
}

TEST(RobustTime, OfAMachineSharedHalfTheTimeIsNoisy) {
  EXPECT_GT(robustTime({1, 2, 1, 2, 1, 2, 1, 2}).spread, kNoisySpread);
}

/// A clock that every reading moves by `tick`, and work by what it takes.
struct StepClock {
  double now = 0;
  double tick = 0;
  Clock clock() {
    return [this] {
      now += tick;
      return now;
    };
  }
};

TEST(RepeatTimed, TakesTheClockOff) {
  StepClock step{.tick = 1};
  const RobustTime time = repeatTimed(
      [&] {
        step.now += 10;
        return true;
      },
      {.budget_s = 1000, .least = 3, .most = 7}, {}, step.clock());
  EXPECT_DOUBLE_EQ(time.median_s, 10);
}

TEST(RepeatTimed, StopsAtTheLeastNumberWhenTimesAgree) {
  StepClock step;
  int runs = 0;
  const RobustTime time = repeatTimed(
      [&] {
        ++runs;
        step.now += 1;
        return true;
      },
      {.budget_s = 1000, .least = 4, .most = 50}, {}, step.clock());
  EXPECT_EQ(time.samples, 4);
  EXPECT_EQ(runs, 5);  // one more to warm up
}

TEST(RepeatTimed, GoesOnUntilTheBudgetWhenTimesScatter) {
  StepClock step;
  int runs = 0;
  const RobustTime time = repeatTimed(
      [&] {
        step.now += ++runs % 2 == 0 ? 1 : 3;
        return true;
      },
      {.budget_s = 20, .least = 2, .most = 50}, {}, step.clock());
  EXPECT_EQ(time.samples, 10);  // 2 seconds each on the mean
}

TEST(RepeatTimed, LeavesOutRunsThatPreparedSomething) {
  StepClock step;
  int runs = 0;
  const RobustTime time = repeatTimed(
      [&] {
        const bool prepares = ++runs <= 3;
        step.now += prepares ? 100 : 1;
        return !prepares;
      },
      {.budget_s = 1000, .least = 3, .most = 9}, {}, step.clock());
  EXPECT_DOUBLE_EQ(time.median_s, 1);
  EXPECT_EQ(time.spread, 0);
}

TEST(RepeatTimed, EndsWhenNoRunEverCounts) {
  StepClock step;
  const RobustTime time = repeatTimed(
      [&] {
        step.now += 2;
        return false;
      },
      {.budget_s = 1, .least = 3, .most = 4}, {}, step.clock());
  EXPECT_EQ(time.samples, 1);
}

TEST(RepeatTimed, KeepsOneSampleWhenStopped) {
  StepClock step;
  std::stop_source source;
  source.request_stop();
  const RobustTime time = repeatTimed(
      [&] {
        step.now += 1;
        return true;
      },
      {.budget_s = 1000, .least = 5, .most = 9}, source.get_token(), step.clock());
  EXPECT_EQ(time.samples, 1);
}

}  // namespace
}  // namespace moe
