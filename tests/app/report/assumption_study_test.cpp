#include "app/workflows/evidence/assumption_study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "app/report/plots/assumption_plot.h"
#include "app/workflows/evidence/cost_assumptions.h"
#include "app/workflows/evidence/plan_assumptions.h"

namespace moe {
namespace {

using testing::ElementsAre;

TriedValue triedValue(double figure, std::string choice) {
  return {std::to_string(figure), [=]() -> Result<AnswerInShort> {
            return AnswerInShort{figure, choice, ""};
          }};
}

const AssumptionRow& rowNamed(const AssumptionStudy& study, const std::string& name) {
  const auto found = std::find_if(study.rows.begin(), study.rows.end(),
                                  [&](const AssumptionRow& row) { return row.name == name; });
  EXPECT_NE(found, study.rows.end()) << name;
  return *found;
}

TEST(AssumptionStudy, PutsFirstWhatChangesTheChoiceAndThenWhatMovesMost) {
  AssumptionStudy study;
  study.base = {1, "8 experts", ""};
  const auto studied =
      studyAssumptions(study,
                       {{"little", "", {triedValue(1.1, "8 experts")}},
                        {"much", "", {triedValue(3, "8 experts")}},
                        {"choice", "", {triedValue(1, "8 experts"), triedValue(1.2, "16 experts")}},
                        {"impossible",
                         "",
                         {{"x",
                           []() -> Result<AnswerInShort> {
                             return fail(ErrorKind::kInfeasible, "", "too dear");
                           }}}}},
                       2);
  ASSERT_TRUE(studied);
  std::vector<std::string> names;
  for (const AssumptionRow& row : studied->rows) names.push_back(row.name);
  EXPECT_THAT(names, ElementsAre("choice", "much", "little", "impossible"));
  EXPECT_FALSE(studied->rows[0].ends[0].choice_changed);
  EXPECT_TRUE(studied->rows[0].ends[1].choice_changed);
  EXPECT_EQ(studied->rows[3].ends[0].problem, "too dear");
}

TEST(AssumptionStudy, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  const auto studied = studyAssumptions({}, {{"a", "", {triedValue(1, "")}}}, 1, stop.get_token());
  ASSERT_FALSE(studied);
  EXPECT_EQ(studied.error().kind, ErrorKind::kCancelled);
}

TEST(AssumptionPlot, HasABarForEveryValueAndARowForEveryAssumption) {
  AssumptionStudy study;
  study.figure = "serving price";
  study.unit = "USD per million tokens";
  study.base = {2, "8 experts", ""};
  study.rows = {
      {"a",
       "1",
       {{"0.5", "", {1, "8 experts", ""}, false}, {"2", "", {4, "16 experts", ""}, true}}},
      {"b", "1", {{"3", "it fits nowhere", {}, false}}}};
  const report::PlotSpec plot = report::assumptionPlot(study);
  ASSERT_EQ(plot.bars.size(), 3u);
  EXPECT_THAT(plot.y.categories, ElementsAre("a", "b"));
  EXPECT_EQ(plot.bars[0].from, 2);
  EXPECT_EQ(plot.bars[0].to, 1);
  EXPECT_EQ(plot.bars[1].name, "another choice");
  EXPECT_EQ(plot.bars[2].to, 2);  // no answer, no length
  EXPECT_EQ(plot.x.unit, "USD per million tokens");
}

PlanQuestion rooflineQuestion() {
  PlanQuestion question;
  question.preset = "ludziejewski2025";
  question.budget_flop = 1e20;
  question.experts = {1, 4, 8};
  question.cost_preset = "probe-v2";
  question.draws = 0;
  return question;
}

// Each end is what the plan itself answers when it is asked so.
TEST(PlanAssumptions, AreThePlansAnswersToOtherQuestions) {
  const auto answer = answerPlan(rooflineQuestion());
  ASSERT_TRUE(answer) << describe(answer.error());
  const auto study = planAssumptions(*answer, {}, 1);
  ASSERT_TRUE(study) << describe(study.error());
  const auto figureOf = [](const PlanQuestion& question) {
    const auto other = answerPlan(question).value();
    return other.outcome.rows[*other.outcome.recommendation.row]
        .chosen.serving->usd_per_million_tokens;
  };
  PlanQuestion larger = rooflineQuestion();
  larger.budget_flop = 3e20;
  EXPECT_DOUBLE_EQ(rowNamed(*study, "training budget").ends[1].answer.figure, figureOf(larger));
  PlanQuestion longer = rooflineQuestion();
  longer.prompt_tokens = 2 * answer->request.workload.prompt_tokens;
  EXPECT_DOUBLE_EQ(rowNamed(*study, "prompt tokens").ends[1].answer.figure, figureOf(longer));
  PlanQuestion dearer = rooflineQuestion();
  dearer.usd_per_device_hour = 2 * answer->request.price.value() * 3600;
  EXPECT_NEAR(rowNamed(*study, "price of a device-hour").ends[1].answer.figure, figureOf(dearer),
              1e-9 * figureOf(dearer));
}

// A device-hour at half the price trains twice as long for the same USD.
TEST(PlanAssumptions, MoveTheFlopThatABudgetInUsdBuys) {
  PlanQuestion question = rooflineQuestion();
  question.mode = "loss-optimal";
  question.budget_flop.reset();
  question.budget_usd = 500;
  const auto answer = answerPlan(question);
  ASSERT_TRUE(answer) << describe(answer.error());
  const auto study = planAssumptions(*answer, {}, 1);
  ASSERT_TRUE(study) << describe(study.error());
  const AssumptionRow& price = rowNamed(*study, "price of a device-hour");
  for (const auto& [end, factor] : {std::pair(0, 0.5), std::pair(1, 2.0)}) {
    PlanQuestion other = question;
    other.usd_per_device_hour = factor * answer->request.price.value() * 3600;
    const auto asked = answerPlan(other).value();
    ASSERT_TRUE(asked.outcome.recommendation.row);
    EXPECT_DOUBLE_EQ(price.ends[end].answer.figure,
                     asked.outcome.rows[*asked.outcome.recommendation.row].chosen.loss);
  }
  EXPECT_LT(price.ends[0].answer.figure, study->base.figure);
  EXPECT_GT(price.ends[1].answer.figure, study->base.figure);
}

TEST(PlanAssumptions, NameWhatTheRunnerUpWouldHaveToCost) {
  const auto answer = answerPlan(rooflineQuestion());
  ASSERT_TRUE(answer);
  const Recommendation& choice = answer->outcome.recommendation;
  ASSERT_TRUE(choice.row && choice.runner_up);
  const auto usd = [&](std::size_t row) {
    return answer->outcome.rows[row].chosen.serving->usd_per_million_tokens;
  };
  const auto factor = runnerUpPriceFactor(*answer);
  ASSERT_TRUE(factor);
  EXPECT_NEAR(*factor * usd(*choice.runner_up), usd(*choice.row), 1e-12 * usd(*choice.row));
}

// A price is proportional to that of a device-hour, and all of it to the time that is paid for.
TEST(CostAssumptions, ScaleWithThePriceOfADevice) {
  CostRequest request;
  request.model = "mixtral-8x7b";
  request.hardware = "h100-sxm";
  request.devices = 2;
  request.prompt_tokens = 512;
  request.output_tokens = 256;
  const auto outcome = runCost(request);
  ASSERT_TRUE(outcome) << describe(outcome.error());
  const auto study = costAssumptions(request, *outcome, 1);
  ASSERT_TRUE(study) << describe(study.error());
  const AssumptionRow& price = rowNamed(*study, "price of a device-hour");
  EXPECT_NEAR(price.ends[0].answer.figure, study->base.figure / 2, 1e-9 * study->base.figure);
  const AssumptionRow& idle = rowNamed(*study, "time that devices are idle");
  ASSERT_EQ(idle.ends.size(), 1u);  // 0 is what is assumed
  EXPECT_NEAR(idle.ends[0].answer.figure, study->base.figure / 0.7, 1e-9 * study->base.figure);
}

}  // namespace
}  // namespace moe
