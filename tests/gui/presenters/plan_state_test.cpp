#include "app/gui/presenters/plan_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

PlanState planOfH100() {
  PlanState state = firstPlan(Project{});
  state.budgeted.preset = "ludziejewski2025";
  state.budgeted.experts = {1, 8};
  return state;
}

TEST(PlanState, CarriesWhatBothQuestionsKnowIntoAnotherMode) {
  const PlanState life = inMode(planOfH100(), "lifetime");
  EXPECT_EQ(life.lifetime.preset, "ludziejewski2025");
  EXPECT_THAT(life.lifetime.experts, ElementsAre(1, 8));
  EXPECT_THAT(life.lifetime.hardware, ElementsAre("h100-sxm"));
  EXPECT_EQ(life.lifetime.prompt_tokens, 512);
  EXPECT_TRUE(life.lifetime.lifetime_tokens);
  EXPECT_TRUE(life.lifetime.budget_usd);
  EXPECT_FALSE(life.lifetime.budget_flop);  // a lifetime is paid in USD
}

TEST(PlanState, ComesBackToTheBudgetItHad) {
  PlanState state = planOfH100();
  state.budgeted.budget_flop = 7e20;
  EXPECT_EQ(inMode(inMode(state, "lifetime"), "min-loss").budgeted.budget_flop, 7e20);
}

TEST(PlanState, DropsFromAFrontWhatOnlyALifetimeKnows) {
  PlanState state = inMode(planOfH100(), "lifetime");
  setGoal(state, PlanGoal::kTargetLoss);
  state.lifetime.max_train_days = 30;
  state.lifetime.sensitivity = true;
  const PlanState front = inMode(state, "pareto");
  EXPECT_FALSE(front.lifetime.target_loss);
  EXPECT_FALSE(front.lifetime.max_train_days);
  EXPECT_FALSE(front.lifetime.sensitivity);
  EXPECT_TRUE(front.lifetime.budget_flop);
}

TEST(PlanState, LeavesTheMachineToACostPreset) {
  PlanState state = planOfH100();
  state.budgeted.cost_preset = "probe-v2";
  EXPECT_THAT(inMode(state, "lifetime").lifetime.hardware, IsEmpty());
}

TEST(PlanState, StatesOneGoalAtATime) {
  PlanState state = inMode(planOfH100(), "lifetime");
  for (const PlanGoal goal : goalsOf(state)) {
    setGoal(state, goal);
    EXPECT_EQ(goalOf(state), goal);
    EXPECT_NE(state.lifetime.target_loss.has_value(), state.lifetime.budget_usd.has_value());
  }
}

TEST(PlanState, HasASliderForTheGoalThatIsAsked) {
  for (const PlanModeChoice& mode : planModes()) {
    PlanState state = inMode(planOfH100(), std::string(mode.key));
    for (const PlanGoal goal : goalsOf(state)) {
      setGoal(state, goal);
      int asked = 0;
      for (const PlanFigure figure :
           {PlanFigure::kTrainFlop, PlanFigure::kUsd, PlanFigure::kTargetLoss})
        asked += isAsked(state, figure) ? 1 : 0;
      EXPECT_EQ(asked, goal == PlanGoal::kTotalRange ? 0 : 1) << mode.key;
    }
  }
}

TEST(PlanState, ReadsBackTheFigureThatASliderSet) {
  for (const char* mode : {"min-cost", "lifetime"})
    for (const PlanSlider& slider : planSliders()) {
      PlanState state = inMode(planOfH100(), mode);
      const double value = slider.whole ? 32 : 4.5;
      setFigure(state, slider.figure, value);
      EXPECT_EQ(figureOf(state, slider.figure), value) << mode << " " << slider.key;
    }
}

TEST(PlanState, OffersTheFitsOfTheProjectBeforePublishedLaws) {
  Project project;
  ProjectFit fit;
  fit.question.laws = {"yun2024", "ludziejewski2025"};
  project.steps.push_back({"clark", fit, 0});
  const auto choices = lawChoices(project, planOfH100());
  ASSERT_GT(choices.size(), 4u);
  EXPECT_EQ(labelOf(choices[0]), "fit clark");
  EXPECT_EQ(labelOf(choices[2]), "fit clark:ludziejewski2025");
  EXPECT_EQ(choices[3].kind, LawChoice::Kind::kPreset);
  EXPECT_EQ(firstPlan(project).law, "clark");
}

TEST(PlanState, NamesOneLawAtATime) {
  PlanState state = planOfH100();
  setLaw(state, {LawChoice::Kind::kFile, "law.json"});
  EXPECT_THAT(state.budgeted.preset, IsEmpty());
  EXPECT_EQ(lawOf(state)->name, "law.json");
  setLaw(state, {LawChoice::Kind::kFit, "clark"});
  EXPECT_THAT(state.budgeted.law_file, IsEmpty());
  EXPECT_EQ(lawOf(state)->kind, LawChoice::Kind::kFit);
}

}  // namespace
}  // namespace moe
