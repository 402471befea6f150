#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "app/workflows/import/import_workflow.h"
#include "tests/app/import/made_log.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::MadeHistory;
using test::MadeMegatronLog;
using testing::HasSubstr;

/// What an import finds in the folder, with these changes to the request.
ImportOutcome previewOf(const test::TemporaryFolder& folder, ImportRequest request) {
  request.logs = {folder.path().string()};
  request.preview = true;
  const auto outcome = runImport(request, {}, {});
  EXPECT_TRUE(outcome) << outcome.error().message;
  return outcome.value_or(ImportOutcome{});
}

ImportRequest sized() {
  ImportRequest request;
  request.set = {"n=1e6", "tokens_per_step=1e5"};
  return request;
}

// N by hand: 4 layers of 12 h^2 + 2 h, a last norm, 50304 + 512 rows of width 256. D from sequences
// seen, 1000 steps of 128 sequences of 512 tokens.
TEST(ImportRuns, ReadAMegatronLogWithoutBeingTold) {
  const test::TemporaryFolder folder;
  folder.write("gpt.log", MadeMegatronLog{}.text());
  const ImportOutcome outcome = previewOf(folder, {});
  ASSERT_EQ(outcome.runs.size(), 1u);
  const ImportedRun& run = outcome.runs.front();
  ASSERT_TRUE(run.made()) << run.lacks.front().message;
  EXPECT_EQ(run.id, "gpt");
  EXPECT_EQ(run.reader, "megatron");
  EXPECT_EQ(run.active_params, 4 * (12 * 256 * 256 + 2 * 256) + 256 + (50304 + 512) * 256);
  EXPECT_EQ(run.train_tokens, 1000.0 * 128 * 512);
  EXPECT_DOUBLE_EQ(run.loss->value, 3.25);
  EXPECT_EQ(run.loss->series, "lm loss value");
  EXPECT_EQ(run.loss->split, LossSplit::kValidation);
  EXPECT_TRUE(run.finished.value());
  EXPECT_NEAR(run.lr_end_over_peak.value(), 0.1 / 0.91, 1e-9);
}

TEST(ImportRuns, RespectABatchThatGrows) {
  std::string csv = "step,val_loss,consumed_samples,global_batch_size\n";
  for (int step = 100; step <= 1000; step += 100)
    csv += fmt::format("{},{},{},{}\n", step, 3 + 1.0 / step, 64 * 500 + (step - 500) * 128,
                       step < 500 ? 64 : 128);
  const test::TemporaryFolder folder;
  folder.write("run.csv", csv);
  ImportRequest request;
  request.set = {"n=1e6", "sequence=512"};
  EXPECT_EQ(previewOf(folder, request).runs.front().train_tokens, (64 * 500 + 500 * 128) * 512.0);
}

TEST(ImportRuns, AskForTokensWhenABatchGrowsUncounted) {
  const test::TemporaryFolder folder;
  folder.write("run.csv", "step,val_loss,global_batch_size\n100,4,64\n200,3,128\n");
  ImportRequest request;
  request.set = {"n=1e6", "sequence=512"};
  const ImportedRun run = previewOf(folder, request).runs.front();
  ASSERT_EQ(run.lacks.size(), 1u);
  EXPECT_THAT(run.lacks.front().message, HasSubstr("the batch changes along the run"));
  EXPECT_THAT(run.lacks.front().message, HasSubstr("--set tokens_per_step=COUNT"));
}

// Tokens of each step, not those seen until then: as D they would be a thousand times too few.
TEST(ImportRuns, DoNotTakeTokensOfAStepForTokensSeen) {
  const test::TemporaryFolder folder;
  folder.write("run.csv", "step,val_loss,tokens\n100,4,65536\n200,3,65536\n300,2.5,65000\n");
  ImportRequest request;
  request.set = {"n=1e6"};
  EXPECT_THAT(previewOf(folder, request).runs.front().lacks.front().message,
              HasSubstr("tokens seen are not logged"));
}

TEST(ImportRuns, AskForTokensWhereALogHasNoSteps) {
  const test::TemporaryFolder folder;
  folder.write("run.csv", "val_loss,lr\n4,1e-3\n3,1e-4\n");
  EXPECT_THAT(previewOf(folder, sized()).runs.front().lacks.front().message,
              HasSubstr("the log has no steps"));
  ImportRequest request;
  request.set = {"n=1e6", "train_tokens=3e8"};
  const ImportedRun run = previewOf(folder, request).runs.front();
  ASSERT_TRUE(run.made()) << run.lacks.front().message;
  EXPECT_EQ(run.train_tokens, 3e8);
  EXPECT_EQ(run.loss->value, 3);
}

// Finished runs in a table, a row each: no curve, and no step.
TEST(ImportRuns, ReadATableOfFinishedRuns) {
  const test::TemporaryFolder folder;
  folder.write("runs.csv",
               "run_id,n_params,train_tokens,val_loss\na,1e6,2e8,3.5\nb,2e6,4e8,3.25\n");
  const ImportOutcome outcome = previewOf(folder, {});
  ASSERT_EQ(outcome.usedRuns(), 2u);
  EXPECT_EQ(outcome.runs[1].active_params, 2e6);
  EXPECT_EQ(outcome.runs[1].train_tokens, 4e8);
  EXPECT_EQ(outcome.runs[1].loss->value, 3.25);
}

TEST(ImportRuns, ConvertPerplexityAndBitsPerByte) {
  const test::TemporaryFolder folder;
  folder.write("ppl.csv", fmt::format("step,val_ppl\n100,{}\n", std::exp(3.0)));
  folder.write("bpb.csv", "step,val_bpb\n100,1\n");
  ImportRequest request = sized();
  request.bytes_per_token = 4;
  const ImportOutcome outcome = previewOf(folder, request);
  ASSERT_EQ(outcome.runs.size(), 2u);
  EXPECT_NEAR(outcome.runs[0].loss->value, 4 * std::numbers::ln2, 1e-12);
  EXPECT_NEAR(outcome.runs[1].loss->value, 3, 1e-12);
  EXPECT_EQ(outcome.runs[1].loss->converted, "logarithm of a perplexity");
  request.bytes_per_token = 0;
  EXPECT_THAT(previewOf(folder, request).runs[0].lacks.front().message,
              HasSubstr("--bytes-per-token"));
}

// An evaluation counts its own tokens; the run's stand in its settings.
TEST(ImportRuns, TakeTheStatedTokensBeforeTheLoneCountOfAnEvaluation) {
  const test::TemporaryFolder folder;
  folder.write("result.json",
               R"({"hyperparameters": {"tokens": 2000000, "params": 1000},
                   "results": [{"loss": 3.5, "tokens": 4096, "val_data": "c4_val"}]})");
  ImportRequest request;
  request.set = {"n=1e6"};
  const ImportedRun run = previewOf(folder, request).runs.front();
  ASSERT_TRUE(run.made()) << run.lacks.front().message;
  EXPECT_EQ(run.train_tokens, 2000000);
}

// Resumed with half the tokens in a step, or with another model: neither holds for the whole run.
TEST(ImportRuns, RefuseSizesAndBatchesThatChangeInsideALog) {
  const test::TemporaryFolder folder;
  const auto part = [](const char* tokens, const char* params, int first) {
    std::string text =
        fmt::format("tokens per iteration will be: {}\nnumber of parameters: {}\n", tokens, params);
    for (int step = first; step <= first + 500; step += 250)
      text += fmt::format(
          "step {}: train loss 3.1, val loss 3.2\niter {}: loss 3.1, time 12.0ms, "
          "mfu 30.00%\n",
          step, step);
    return text;
  };
  folder.write("run.log", part("491,520", "29.94M", 0) + part("245,760", "29.94M", 750));
  ImportedRun run = previewOf(folder, {}).runs.front();
  ASSERT_FALSE(run.lacks.empty());
  EXPECT_THAT(run.lacks.front().message,
              HasSubstr("changes inside the log, from 491,520 to 245,760"));
  folder.write("run.log", part("491,520", "29.94M", 0) + part("491,520", "85.00M", 750));
  run = previewOf(folder, {}).runs.front();
  ASSERT_FALSE(run.lacks.empty());
  EXPECT_THAT(run.lacks.front().message,
              HasSubstr("changes inside the log, from 29.94M to 85.00M"));
  folder.write("run.log", part("491,520", "29.94M", 0) + part("491,520", "29.94M", 750));
  run = previewOf(folder, {}).runs.front();
  EXPECT_TRUE(run.made()) << run.lacks.front().message;
}

// Only a router has a balance loss: such a model is not taken for a dense one.
TEST(ImportRuns, AskForTheExpertsOfALogWithARouter) {
  const test::TemporaryFolder folder;
  folder.write("run.csv", "step,val_loss,load_balancing_loss\n100,3.5,1.2\n200,3.25,1.1\n");
  const ImportedRun run = previewOf(folder, sized()).runs.front();
  ASSERT_FALSE(run.lacks.empty());
  EXPECT_THAT(run.lacks.front().message, HasSubstr("no count of experts is stated"));
  ImportRequest request = sized();
  request.set.push_back("experts=1");
  EXPECT_TRUE(previewOf(folder, request).runs.front().made());
}

TEST(ImportRuns, RefuseASumOverTokensOrDivideIt) {
  const test::TemporaryFolder folder;
  folder.write("sft.csv", "step,loss\n1,800\n2,820\n3,810\n");
  const ImportedRun run = previewOf(folder, sized()).runs.front();
  ASSERT_EQ(run.lacks.size(), 1u);
  EXPECT_THAT(run.lacks.front().message,
              HasSubstr("median of 810: that is a sum over tokens or a perplexity"));
  ImportRequest request = sized();
  request.tokens_per_loss = 405;
  EXPECT_DOUBLE_EQ(previewOf(folder, request).runs.front().loss->value, 2);
}

TEST(ImportRuns, DoNotChooseBetweenTwoEvaluationSets) {
  const test::TemporaryFolder folder;
  folder.write("run.csv", "step,eval_a_loss,eval_b_loss,train_loss\n1,3,4,5\n2,2.5,3.5,4.5\n");
  const ImportedRun run = previewOf(folder, sized()).runs.front();
  ASSERT_EQ(run.lacks.size(), 1u);
  EXPECT_THAT(run.lacks.front().message, HasSubstr("eval_a_loss, eval_b_loss"));
  ImportRequest request = sized();
  request.loss_series = "eval_b_loss";
  EXPECT_EQ(previewOf(folder, request).runs.front().loss->value, 3.5);
  request.loss_series = "eval_c_loss";
  EXPECT_THAT(previewOf(folder, request).runs.front().lacks.front().message,
              HasSubstr("there is no such series"));
}

TEST(ImportRuns, TakeTheLossByTheRule) {
  const test::TemporaryFolder folder;
  folder.write("run.csv", "step,val_loss\n1,9\n2,3\n3,1\n4,5\n5,6\n");
  const auto loss = [&](const std::string& rule) {
    ImportRequest request = sized();
    request.loss_rule = rule;
    const ImportedRun run = previewOf(folder, request).runs.front();
    return std::pair(run.loss->value, run.train_tokens);
  };
  EXPECT_EQ(loss("last"), std::pair(6.0, 5e5));
  EXPECT_EQ(loss("mean:2"), std::pair(5.5, 5e5));
  EXPECT_EQ(loss("min-smoothed:2"), std::pair(2.0, 3e5));
}

TEST(ImportRuns, KeepTheBestOfASweepAtEqualSizes) {
  const test::TemporaryFolder folder;
  folder.write("lr_1.csv", "step,val_loss\n1,4\n2,3.5\n");
  folder.write("lr_2.csv", "step,val_loss\n1,4\n2,3.25\n");
  folder.write("lr_3.csv", "step,val_loss\n1,4\n2,3.75\n");
  folder.write("longer.csv", "step,val_loss\n1,4\n3,3.5\n");
  ImportRequest request = sized();
  request.loss_rule = "best";
  const ImportOutcome outcome = previewOf(folder, request);
  EXPECT_EQ(outcome.usedRuns(), 2u);
  EXPECT_EQ(outcome.excludedRuns(), 2u);
  for (const ImportedRun& run : outcome.runs)
    EXPECT_EQ(run.used(), run.id == "lr_2" || run.id == "longer") << run.id;
}

TEST(ImportRuns, JoinPiecesWhereTheLaterOneHolds) {
  MadeHistory first;
  first.last = 6000;
  first.loss = [](int) { return 4.0; };
  MadeHistory second;
  second.first = 5000;
  second.loss = [](int) { return 3.9; };
  const test::TemporaryFolder folder;
  folder.write("big.csv", first.text());
  folder.write("big.restart1.csv", second.text());
  ImportRequest request = sized();
  request.curves = true;
  const ImportOutcome outcome = previewOf(folder, request);
  ASSERT_EQ(outcome.runs.size(), 1u);
  const ImportedRun& run = outcome.runs.front();
  EXPECT_EQ(run.id, "big");
  EXPECT_EQ(run.files.size(), 2u);
  ASSERT_EQ(run.curve.size(), 100u);
  for (const ImportPoint& point : run.curve)
    EXPECT_EQ(point.loss, point.step < 5000 ? 4.0 : 3.9) << point.step;
}

// Log rotation calls the newest piece by the plain name: the steps tell the order.
TEST(ImportRuns, JoinPiecesByStepWhenTheirNamesAreTheOtherWayRound) {
  MadeHistory early;
  early.last = 5000;
  MadeHistory late;
  late.first = 5100;
  const test::TemporaryFolder folder;
  folder.write("train.csv", late.text());
  folder.write("train.part1.csv", early.text());
  const ImportOutcome outcome = previewOf(folder, sized());
  ASSERT_EQ(outcome.runs.size(), 1u);
  EXPECT_EQ(outcome.runs.front().train_tokens, 10000 * 1e5);
  EXPECT_TRUE(outcome.runs.front().flags.empty());
}

TEST(ImportRuns, TellApartTheRunsOfOneFile) {
  const test::TemporaryFolder folder;
  folder.write("all.csv", "run_id,step,val_loss\na,1,4\na,2,3\nb,1,5\nb,2,3.5\na,3,2.5\n");
  const ImportOutcome outcome = previewOf(folder, sized());
  ASSERT_EQ(outcome.runs.size(), 2u);
  EXPECT_EQ(outcome.runs[0].id, "a");
  EXPECT_EQ(outcome.runs[0].loss->value, 2.5);
  EXPECT_EQ(outcome.runs[1].loss->value, 3.5);
}

TEST(ImportRuns, SetByPattern) {
  const test::TemporaryFolder folder;
  folder.write("small-1.csv", "step,val_loss\n1,4\n");
  folder.write("large-1.csv", "step,val_loss\n1,3\n");
  ImportRequest request = sized();
  request.set.emplace_back("large*:n=5e6");
  const ImportOutcome outcome = previewOf(folder, request);
  EXPECT_EQ(outcome.runs[0].active_params, 5e6);
  EXPECT_EQ(outcome.runs[1].active_params, 1e6);
}

TEST(ImportRuns, MapNamesOfTheLogsOwn) {
  const test::TemporaryFolder folder;
  folder.write("run.csv", "step,quality,size,seen\n1,4,2e6,1e8\n2,3,2e6,2e8\n");
  ImportRequest request;
  request.map = "n=size,train_tokens=seen,loss=quality";
  const ImportedRun run = previewOf(folder, request).runs.front();
  ASSERT_TRUE(run.made()) << run.lacks.front().message;
  EXPECT_EQ(run.active_params, 2e6);
  EXPECT_EQ(run.train_tokens, 2e8);
  EXPECT_EQ(run.loss->value, 3);
}

}  // namespace
}  // namespace moe
