#include "app/workflows/law_curves.h"

#include <gtest/gtest.h>

#include <cmath>

namespace moe {
namespace {

// [Hoffmann2022] with the digits that [Besiroglu2024] found in the paper's source.
double hoffmannLoss(double params, double tokens) {
  return 1.6934 + 406.4 / std::pow(params, 0.3392) + 410.7 / std::pow(tokens, 0.2849);
}

TrainingRun trainedRun(double params, double tokens, double experts = 1) {
  TrainingRun run;
  run.params = params;
  run.train_tokens = tokens;
  run.experts = experts;
  run.loss = 3;
  return run;
}

Law hoffmann() { return presetLaw("hoffmann2022").value(); }

TEST(LawCurves, HoldTheOtherVariableAtItsGroupsMedianRun) {
  const std::vector<TrainingRun> runs{trainedRun(1e8, 1e9), trainedRun(1e9, 1e9),
                                      trainedRun(1e8, 1e10), trainedRun(1e9, 1.01e10)};
  const auto curves = lawCurves(hoffmann(), runs, LawVariable::kParams);
  ASSERT_EQ(curves.size(), 2u);  // 1e10 and 1.01e10 stay together
  EXPECT_EQ(curves[0].held, 1e9);
  EXPECT_EQ(curves[1].held_by_runs.low, 1e10);
  EXPECT_EQ(curves[1].held_by_runs.high, 1.01e10);
  EXPECT_NEAR(curves[0].x.front(), 0.8e8, 1);
  EXPECT_NEAR(curves[0].x.back(), 1.25e9, 10);
  // Half a unit of the last digit of an exponent times ln 1e9 moves a term by 0.1 %.
  for (std::size_t i = 0; i < curves[0].x.size(); ++i)
    EXPECT_NEAR(curves[0].loss[i], hoffmannLoss(curves[0].x[i], 1e9), 2e-3);
}

TEST(LawCurves, AreAtMostSoManyGroupsThatHoldEveryRun) {
  std::vector<TrainingRun> runs;
  for (int i = 0; i < 100; ++i) runs.push_back(trainedRun(1e8 * (1 + i), 1e9 * std::pow(1.1, i)));
  const auto curves = lawCurves(hoffmann(), runs, LawVariable::kParams);
  ASSERT_EQ(curves.size(), 6u);
  for (const TrainingRun& run : runs) {
    int holders = 0;
    for (const LawCurve& curve : curves)
      holders +=
          run.train_tokens >= curve.held_by_runs.low && run.train_tokens <= curve.held_by_runs.high;
    EXPECT_EQ(holders, 1) << run.train_tokens;
  }
}

// Along a budget no run beats the law's own optimum.
TEST(LawCurves, OverFlopLieBelowEveryPointOfTheLaw) {
  const std::vector<TrainingRun> runs{trainedRun(1e8, 1e9), trainedRun(1e9, 3e10)};
  const Law law = hoffmann();
  const auto curves = lawCurves(law, runs, LawVariable::kTrainFlop);
  ASSERT_EQ(curves.size(), 1u);
  for (std::size_t i = 0; i < curves[0].x.size(); ++i)
    for (const double params : {1e7, 1e8, 3e8, 1e9, 1e10})
      EXPECT_LE(
          curves[0].loss[i],
          law.loss({.params = params, .train_tokens = curves[0].x[i] / (6 * params)}) + 1e-12);
}

TEST(LawCurves, HaveBandsThatHoldTheDraws) {
  Law law = hoffmann();
  for (int i = 0; i < 41; ++i) {
    law.posterior.push_back(law.values);
    // The floor is the irreducible loss: draws move the whole curve.
    const int floor = law.family->parameterIndex("floor");
    law.posterior.back()[static_cast<std::size_t>(floor)] += 0.01 * (i - 20);
  }
  const std::vector<TrainingRun> runs{trainedRun(1e8, 1e9), trainedRun(1e9, 1e9)};
  const auto curves = lawCurves(law, runs, LawVariable::kParams);
  ASSERT_EQ(curves.size(), 1u);
  // Percentiles 2.5 and 97.5 of 41 even steps are one step in from the ends: 0.19.
  EXPECT_NEAR(curves[0].low95[10], curves[0].loss[10] - 0.19, 1e-9);
  EXPECT_NEAR(curves[0].high95[10], curves[0].loss[10] + 0.19, 1e-9);
}

TEST(LawCurves, AreNoneWithoutRuns) {
  EXPECT_TRUE(lawCurves(hoffmann(), {}, LawVariable::kParams).empty());
}

TEST(TrainFlop, IsSixNDForChinchilla) {
  EXPECT_DOUBLE_EQ(trainFlop(hoffmann(), {.params = 1e9, .train_tokens = 2e10}).value(), 1.2e20);
}

}  // namespace
}  // namespace moe
