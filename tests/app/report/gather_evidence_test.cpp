#include "app/workflows/evidence/gather_evidence.h"

#include <gtest/gtest.h>

namespace moe {
namespace {

template <class Answer>
Answer answerWith(const char* cost_preset, const char* flop_prices, std::optional<double> mfu) {
  Answer answer;
  answer.question.cost_preset = cost_preset;
  answer.question.flop_prices = flop_prices;
  answer.question.training_mfu = mfu;
  return answer;
}

template <class Answer>
void expectMeasuredSpeedUnlessGiven() {
  EXPECT_TRUE(restsOnTrainingSpeed(answerWith<Answer>("", "", {})));
  EXPECT_FALSE(restsOnTrainingSpeed(answerWith<Answer>("", "", 0.4)));
  EXPECT_FALSE(restsOnTrainingSpeed(answerWith<Answer>("probe-v2", "", {})));
  EXPECT_FALSE(restsOnTrainingSpeed(answerWith<Answer>("", "sardana2024-usd", {})));
}

TEST(RestsOnTrainingSpeed, OfPlansAndFrontsUnlessPricesAreAFormulaOrTheMfuIsGiven) {
  expectMeasuredSpeedUnlessGiven<LifetimeAnswer>();
  expectMeasuredSpeedUnlessGiven<FrontAnswer>();
}

TEST(RestsOnTrainingSpeed, OfATrainingThatTookIt) {
  TrainingCostOutcome outcome;
  EXPECT_FALSE(restsOnTrainingSpeed(outcome));
  outcome.cost.speed.emplace();
  EXPECT_TRUE(restsOnTrainingSpeed(outcome));
}

}  // namespace
}  // namespace moe
