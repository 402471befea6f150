#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fitting/laws/law_file.h"
#include "tests/app/shard/split_fit.h"
#include "tests/costmodel/planner_fixture.h"

namespace moe {
namespace {

using test::joined;
using test::SplitQuestionFolder;
using test::Words;

/// A law with a posterior of 50 draws.
std::string splitLaw(const SplitQuestionFolder& at) {
  Law law = referenceLaw("Y");
  law.range = {Range{1.5e7, 1.3e9}, Range{5e9, 4.2e10}, Range{4, 2800}, Range{1, 512}};
  addPosterior(law, 50, 0.01);
  return at.folder().write("law.json", lawToJson(law)).string();
}

Words splitPlan(const SplitQuestionFolder& at, const Words& more) {
  return joined({"plan", "--law-file", splitLaw(at), "--cost-preset", "probe-v2", "--draws", "40",
                 "--seed", "3"},
                more);
}

void expectPlanShardsMakeTheWhole(const SplitQuestionFolder& at, const Words& words) {
  const Words files = at.shards(words, 3);
  EXPECT_EQ(at.merged(files, {"--json"}), at.whole(joined(words, {"--json"})));
  EXPECT_EQ(at.merged(files), at.whole(words));
}

// 40 of 50 draws, chosen by the seed.
TEST(PlanShards, OfDrawsAtATrainingBudgetMakeTheWhole) {
  const SplitQuestionFolder at;
  expectPlanShardsMakeTheWhole(at, splitPlan(at, {"--budget-flop", "1e20"}));
  expectPlanShardsMakeTheWhole(at, splitPlan(at, {"--budget-flop", "1e20", "--mode", "min-loss"}));
}

// The base is added to the expert counts, so that a draw has more figures than were asked for.
TEST(PlanShards, KnowTheBaseThatIsAddedToTheExpertCounts) {
  const SplitQuestionFolder at;
  expectPlanShardsMakeTheWhole(at,
                               splitPlan(at, {"--budget-flop", "1e20", "--experts", "16,1,16"}));
}

TEST(PlanShards, OfDrawsOverALifetimeMakeTheWhole) {
  const SplitQuestionFolder at;
  expectPlanShardsMakeTheWhole(
      at, splitPlan(at, {"--mode", "lifetime", "--lifetime-tokens", "1e10", "--budget-usd", "3000",
                         "--training-mfu", "0.4", "--experts", "1,8"}));
}

// Five designs in three shards.
TEST(PlanShards, OfDesignsOfAFrontMakeTheWhole) {
  const SplitQuestionFolder at;
  const Words front = {"plan",     "--mode",           "pareto",
                       "--preset", "ludziejewski2025", "--cost-preset",
                       "probe-v2", "--training-mfu",   "0.4"};
  expectPlanShardsMakeTheWhole(at, joined(front, {"--budget-flop", "1e21"}));
  expectPlanShardsMakeTheWhole(
      at, joined(front, {"--total-usd", "1e4,1e6", "--lifetime-tokens", "1e11"}));
}

// Priced by the cost model: what is left out has its reason in the shard that tried it.
TEST(PlanShards, OfPricedDesignsOfAFrontMakeTheWhole) {
  const SplitQuestionFolder at;
  expectPlanShardsMakeTheWhole(at, {"plan",
                                    "--mode",
                                    "pareto",
                                    "--preset",
                                    "ludziejewski2025",
                                    "--hardware",
                                    "h100-sxm",
                                    "--experts",
                                    "1,8",
                                    "--top-k",
                                    "1,2",
                                    "--prompt-tokens",
                                    "1000",
                                    "--output-tokens",
                                    "300",
                                    "--devices",
                                    "1",
                                    "--weights",
                                    "bf16,fp8",
                                    "--budget-flop",
                                    "1e21"});
}

}  // namespace
}  // namespace moe
