#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "app/workflows/import/import_workflow.h"
#include "data/counter_random.h"
#include "tests/app/import/made_log.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::MadeHistory;
using testing::HasSubstr;

constexpr double kMadeNan = std::numeric_limits<double>::quiet_NaN();

ImportedRun runOf(const std::string& csv, std::vector<std::string> set = {}) {
  const test::TemporaryFolder folder;
  ImportRequest request;
  request.logs = {folder.write("run.csv", csv).string()};
  request.preview = true;
  request.set = {"n=1e6", "tokens_per_step=1e5"};
  request.set.insert(request.set.end(), set.begin(), set.end());
  const auto outcome = runImport(request, {}, {});
  EXPECT_TRUE(outcome) << outcome.error().message;
  if (!outcome || outcome->runs.size() != 1) return {};
  return outcome->runs.front();
}

std::vector<std::string> flagNames(const ImportedRun& run) {
  std::vector<std::string> names;
  for (const RunFlag& flag : run.flags) names.emplace_back(name(flag.kind));
  return names;
}

std::string reasonOf(const ImportedRun& run, RunFlagKind kind) {
  for (const RunFlag& flag : run.flags)
    if (flag.kind == kind) return flag.reason;
  return "";
}

TEST(RunFlags, AreNoneOfACleanRun) {
  const ImportedRun run = runOf(MadeHistory{}.text());
  EXPECT_TRUE(run.flags.empty()) << testing::PrintToString(flagNames(run));
  EXPECT_NEAR(run.lr_end_over_peak.value(), 0.1, 0.002);
}

// Noise with a standard deviation of 0.03 nats, as batches of half a million tokens have it: at 8
// sigma no value of 1e5 should stand out.
TEST(RunFlags, TakeNoNoiseForASpike) {
  MadeHistory history;
  history.every = 1;
  history.loss_name = "train_loss";
  history.loss = [](int step) {
    double noise = 0;
    for (std::uint64_t k = 0; k < 12; ++k)
      noise += 1e-6 * static_cast<double>(
                          counterIndex(7, static_cast<std::uint64_t>(step), k, 1000000)) -
               0.5;
    return 2 + 20 / std::sqrt(step) + 0.03 * noise;
  };
  const ImportedRun run = runOf(history.text());
  EXPECT_EQ(flagNames(run), std::vector<std::string>{"training_loss"});
}

TEST(RunFlags, FindASpikeAndSayWhere) {
  MadeHistory history;
  history.loss = [](int step) { return 2 + 20 / std::sqrt(step) + (step == 5000 ? 1.5 : 0); };
  const ImportedRun run = runOf(history.text());
  EXPECT_EQ(flagNames(run), std::vector<std::string>{"spikes"});
  EXPECT_THAT(reasonOf(run, RunFlagKind::kSpikes), HasSubstr("1 time, at step 5000"));
}

// A batch of odd text is no instability of the training.
TEST(RunFlags, TakeNoOddBatchForASpike) {
  MadeHistory history;
  history.loss_name = "train_loss";
  history.loss = [](int step) { return 2 + 20 / std::sqrt(step) + (step == 5000 ? 1.5 : 0); };
  EXPECT_EQ(flagNames(runOf(history.text())), std::vector<std::string>{"training_loss"});
}

// A loss that falls by a third within the window is no noise that hides a spike of a tenth.
TEST(RunFlags, FindASpikeOnASlope) {
  MadeHistory history;
  history.loss = [](int step) { return 8 - 4e-4 * step + (step == 9000 ? 0.6 : 0); };
  EXPECT_THAT(reasonOf(runOf(history.text()), RunFlagKind::kSpikes), HasSubstr("at step 9000"));
}

TEST(RunFlags, CountSpikesNotTheirValues) {
  MadeHistory history;
  history.every = 10;
  history.loss = [](int step) {
    const bool high = (step >= 3000 && step < 3050) || (step >= 7000 && step < 7050);
    return 2 + 20 / std::sqrt(step) + (high ? 1.5 : 0);
  };
  EXPECT_THAT(reasonOf(runOf(history.text()), RunFlagKind::kSpikes), HasSubstr("2 times"));
}

TEST(RunFlags, FindARunThatDiverged) {
  MadeHistory history;
  history.loss = [](int step) { return step < 8000 ? 2 + 20 / std::sqrt(step) : 7.0; };
  const ImportedRun run = runOf(history.text());
  EXPECT_THAT(reasonOf(run, RunFlagKind::kDiverged), HasSubstr("ends at 7.000"));
}

TEST(RunFlags, FindNanAndTakeTheLastFiniteLoss) {
  MadeHistory history;
  history.loss = [](int step) { return step <= 9000 ? 3.0 - step * 1e-5 : kMadeNan; };
  const ImportedRun run = runOf(history.text());
  ASSERT_TRUE(run.made());
  EXPECT_THAT(reasonOf(run, RunFlagKind::kNan), HasSubstr("10 times, first at step 9100"));
  EXPECT_DOUBLE_EQ(run.loss->value, 3.0 - 0.09);
  EXPECT_DOUBLE_EQ(run.train_tokens, 9000 * 1e5);
}

TEST(RunFlags, FindAConstantAndAHalfDecayedLearningRate) {
  MadeHistory history;
  history.planned = 1000000;
  EXPECT_THAT(reasonOf(runOf(history.text()), RunFlagKind::kLrNotDecayed),
              HasSubstr("at its peak"));
  history.planned = 20000;  // half a cosine from 1 to 0.1 is 0.55
  EXPECT_THAT(reasonOf(runOf(history.text()), RunFlagKind::kLrNotDecayed), HasSubstr("55 %"));
}

TEST(RunFlags, FindARunThatWasInterruptedInTheMiddleOfItsSchedule) {
  MadeHistory history;
  history.last = 5000;
  const ImportedRun run = runOf(history.text(), {"planned_steps=10000"});
  EXPECT_EQ(flagNames(run),
            (std::vector<std::string>{"lr_not_decayed", "interrupted", "mid_schedule"}));
  EXPECT_EQ(reasonOf(run, RunFlagKind::kInterrupted), "the log ends at step 5000 of 10000");
}

// The last entry of a log that is written every 100 steps stands up to 100 steps before the end.
TEST(RunFlags, DoNotCallARunInterruptedForItsLastUnwrittenSteps) {
  EXPECT_TRUE(runOf(MadeHistory{}.text(), {"planned_steps=10099"}).finished.value());
  EXPECT_FALSE(runOf(MadeHistory{}.text(), {"planned_steps=10200"}).finished.value());
  EXPECT_FALSE(runOf(MadeHistory{}.text()).finished);
}

TEST(RunFlags, FindALossThatJumpsAtARestart) {
  MadeHistory whole;
  whole.last = 6000;
  MadeHistory again;
  again.first = 5100;
  again.loss = [](int step) { return 2.5 + 20 / std::sqrt(step); };
  std::string continued = again.text();
  continued.erase(0, continued.find('\n') + 1);
  const ImportedRun run = runOf(whole.text() + continued);
  EXPECT_THAT(reasonOf(run, RunFlagKind::kRestartJump), HasSubstr("continued at step 5100"));
  again.loss = [](int step) { return 2 + 20 / std::sqrt(step); };
  continued = again.text();
  continued.erase(0, continued.find('\n') + 1);
  EXPECT_TRUE(runOf(whole.text() + continued).flags.empty());
}

TEST(RunFlags, FindStepsThatSeveralRanksWrite) {
  std::string csv = "step,val_loss\n";
  for (int step = 100; step <= 10000; step += 100)
    for (int rank = 0; rank < 4; ++rank)
      csv += fmt::format("{},{}\n", step, 2 + 20 / std::sqrt(step));
  const ImportedRun run = runOf(csv);
  EXPECT_EQ(flagNames(run), std::vector<std::string>{"repeated_steps"});
  EXPECT_THAT(run.flags.front().reason, HasSubstr("300 of 400 values"));
  EXPECT_NEAR(run.loss->value, 2.2, 1e-12);
}

TEST(RunFlags, FindFewTokensPerParameter) {
  const ImportedRun run = runOf(MadeHistory{}.text(), {"n=1e9"});
  EXPECT_EQ(reasonOf(run, RunFlagKind::kFewTokens), "1 tokens per active parameter");
}

TEST(RunFlags, SayWhenOnlyATrainingLossIsThere) {
  MadeHistory history;
  history.loss_name = "train_loss";
  EXPECT_EQ(flagNames(runOf(history.text())), std::vector<std::string>{"training_loss"});
}

// An evaluation now and then misses a spike of the training loss beside it.
TEST(RunFlags, WatchTheTrainingLossBesideAnEvaluation) {
  std::string csv = "step,train_loss,val_loss,lr\n";
  const MadeHistory history;
  for (int step = 100; step <= 10000; step += 100)
    csv += fmt::format(
        "{},{},{},{}\n", step, history.loss(step) + (step >= 4100 && step <= 4300 ? 2 : 0),
        step % 1000 == 0 ? fmt::format("{}", history.loss(step)) : "", history.learningRate(step));
  const ImportedRun run = runOf(csv);
  EXPECT_EQ(run.loss->series, "val_loss");
  EXPECT_THAT(reasonOf(run, RunFlagKind::kSpikes), HasSubstr("train_loss spikes 1 time"));
}

}  // namespace
}  // namespace moe
