#include "costmodel/verify/measure/processors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Processors, ReadListsOfTheSystem) {
  EXPECT_THAT(processorsIn("0-3,8,10-11\n"), ElementsAre(0, 1, 2, 3, 8, 10, 11));
  EXPECT_THAT(processorsIn("5"), ElementsAre(5));
  EXPECT_THAT(processorsIn(""), IsEmpty());
  EXPECT_THAT(processorsIn("0-x"), IsEmpty());
  EXPECT_THAT(processorsIn("1.5"), IsEmpty());
  EXPECT_THAT(processorsIn("0-9999999999"), IsEmpty());
}

// Two threads a core, numbered as Linux does on x86: 0 and 4 share one. Processor 4 is not ours, so
// 0 stands for its core; of core 2 only the second one is ours.
TEST(Processors, TakeOneOfEachCore) {
  const auto siblings = [](int processor) {
    return std::to_string(processor % 4) + "," + std::to_string(processor % 4 + 4);
  };
  const std::vector<int> ours{0, 1, 3, 5, 6};
  EXPECT_THAT(onePerCore(ours, siblings), ElementsAre(0, 1, 3, 6));
}

TEST(Processors, AreCoresOfTheirOwnWhereTheSystemDoesNotTell) {
  const std::vector<int> ours{0, 1, 2};
  EXPECT_THAT(onePerCore(ours, [](int) { return std::string(); }), ElementsAre(0, 1, 2));
}

TEST(Processors, AreThere) { EXPECT_FALSE(usableProcessors().empty()); }

constexpr const char* kStat =
    "cpu  99 99 99 99 99 99 99 99 0 0\n"
    "cpu0 1 2 3 4 5 6 7 8 9 10\n"
    "cpu1 100 0 0 0 0 0 0 40 0 0\n"
    "intr 1 2 3\n";

// user nice system idle iowait irq softirq steal guest: all but idle and waiting are work, guest
// time is counted in user: (1 + 2 + 3 + 6 + 7 + 8) / 100.
TEST(Load, CountsWorkAndStolenTimeByProcessor) {
  const auto times = processorTimesIn(kStat, 100);
  ASSERT_EQ(times.size(), 2u);
  EXPECT_DOUBLE_EQ(times.at(0).busy_s, 0.27);
  EXPECT_DOUBLE_EQ(times.at(0).stolen_s, 0.08);
  EXPECT_DOUBLE_EQ(times.at(1).busy_s, 1.4);
  EXPECT_TRUE(processorTimesIn("", 100).empty());
  EXPECT_TRUE(processorTimesIn("cpu0 1 2\n", 100).empty());
}

std::map<int, ProcessorTime> busy(double first, double second, double stolen = 0) {
  return {{0, {first, stolen}}, {1, {second, 0}}, {7, {0, 0}}};
}

// 8 of 2 x 10 processor seconds were busy, 5 of them ours: 3 / 20.
TEST(Load, OfOthersIsWhatWeDidNotUse) {
  const std::vector<int> both{0, 1};
  EXPECT_DOUBLE_EQ(foreignShareOf(busy(0, 0), busy(6, 2), both, 5, 10), 0.15);
  EXPECT_EQ(foreignShareOf(busy(0, 0), busy(2, 2), both, 5, 10), 0);  // rounding of ticks
  EXPECT_EQ(foreignShareOf(busy(0, 0), busy(50, 49), both, 0, 10), 1);
  EXPECT_EQ(foreignShareOf(busy(0, 0), busy(1, 0), both, 0, 0), 0);
}

// Processor 1 is not ours, busy as it is. On ours 2 of 10 seconds went to others.
TEST(Load, ElsewhereDoesNotCount) {
  const std::vector<int> first{0};
  EXPECT_DOUBLE_EQ(foreignShareOf(busy(0, 0), busy(7, 10), first, 5, 10), 0.2);
  const std::vector<int> missing{0, 99};
  EXPECT_DOUBLE_EQ(foreignShareOf(busy(0, 0), busy(7, 10), missing, 5, 10), 0.2);
}

// A neighbour that takes 3 of 10 seconds of one processor in 64 holds up all threads that meet.
TEST(Load, StolenFromOneProcessorIsNotThinnedByTheOthers) {
  std::map<int, ProcessorTime> before, after;
  std::vector<int> all;
  for (int processor = 0; processor < 64; ++processor) {
    all.push_back(processor);
    before[processor] = {};
    after[processor] = {10, processor == 5 ? 3.0 : 0.0};
  }
  EXPECT_DOUBLE_EQ(foreignShareOf(before, after, all, 637, 10), 0.3);
}

}  // namespace
}  // namespace moe
