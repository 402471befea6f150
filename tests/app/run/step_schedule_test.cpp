#include "app/workflows/run/step_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace moe {
namespace {

using Needs = std::vector<std::vector<std::size_t>>;

TEST(StepSchedule, DoesEveryStepOnceAndNeverBeforeWhatItNeeds) {
  const Needs needs = {{3}, {}, {0, 1}, {}, {2}};
  for (const int threads : {1, 2, 8}) {
    std::mutex mutex;
    std::vector<std::size_t> done;
    runSchedule(needs, threads, {}, [&](std::size_t step, int) {
      const std::lock_guard lock(mutex);
      for (const std::size_t needed : needs[step]) EXPECT_THAT(done, testing::Contains(needed));
      done.push_back(step);
    });
    EXPECT_THAT(done, testing::UnorderedElementsAre(0, 1, 2, 3, 4)) << threads;
  }
}

TEST(StepSchedule, OneThreadTakesStepsInOrder) {
  std::vector<std::size_t> done;
  runSchedule(Needs{{1}, {}, {}}, 1, {}, [&](std::size_t step, int) { done.push_back(step); });
  EXPECT_THAT(done, testing::ElementsAre(1, 0, 2));
}

// Four threads: the first of two steps gets two and so does the second; a lone step gets all four.
TEST(StepSchedule, SharesThreadsAmongStepsThatCanRun) {
  std::vector<int> threads_of(3);
  std::atomic<int> used = 0;
  runSchedule(Needs{{}, {}, {0, 1}}, 4, {}, [&](std::size_t step, int threads) {
    threads_of[step] = threads;
    EXPECT_LE(used += threads, 4);
    used -= threads;
  });
  EXPECT_EQ(threads_of[0], 2);
  EXPECT_EQ(threads_of[2], 4);
}

TEST(StepSchedule, MoreStepsThanThreadsGetOneEach) {
  runSchedule(Needs(20), 3, {}, [](std::size_t step, int threads) {
    if (step < 10) {
      EXPECT_EQ(threads, 1);
    }
  });
}

TEST(StepSchedule, BeginsNothingOnceStopped) {
  std::stop_source source;
  std::vector<std::size_t> done;
  runSchedule(Needs(5), 1, source.get_token(), [&](std::size_t step, int) {
    done.push_back(step);
    if (step == 1) source.request_stop();
  });
  EXPECT_THAT(done, testing::ElementsAre(0, 1));
}

TEST(StepSchedule, ThrowsWhatAStepThrowsOnceTheOthersReturned) {
  std::atomic<int> begun = 0;
  const auto work = [&](std::size_t step, int) {
    ++begun;
    if (step == 0) throw std::runtime_error("broken");
  };
  EXPECT_THROW(runSchedule(Needs{{}, {0}, {1}}, 2, {}, work), std::runtime_error);
  EXPECT_EQ(begun, 1);
}

TEST(StepSchedule, NothingToDoIsDoneAtOnce) {
  runSchedule(Needs{}, 2, {}, [](std::size_t, int) { FAIL(); });
}

}  // namespace
}  // namespace moe
