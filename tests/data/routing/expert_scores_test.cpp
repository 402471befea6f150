#include "data/routing/expert_scores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/routing/routing_text.h"

namespace moe {
namespace {

using test::scoresObject;
using test::scoresText;
using testing::ElementsAre;

std::string scoresProblem(const std::string& text, std::size_t experts = 0) {
  const auto tables = parseExpertScores(text, "s.json", experts);
  if (tables) return "no problem";
  EXPECT_EQ(tables.error().kind, ErrorKind::kInput);
  return describe(tables.error());
}

TEST(ExpertScores, AreReadByLayerAndExpertWhateverTheirOrder) {
  const auto tables = parseExpertScores(
      R"({"token_scores": {"10": {"1": 0.25, "0": 0.75}, "2": {"0": 0.5, "1": 0.5}},
          "gate_scores": {"2": {"0": 0.1, "1": 0.2}, "10": {"0": 0.3, "1": 0.1}}})",
      "s.json");
  ASSERT_TRUE(tables) << describe(tables.error());
  ASSERT_TRUE(tables->token && tables->gate);
  EXPECT_THAT(tables->token->layers, ElementsAre(2, 10));
  EXPECT_THAT(tables->token->values, ElementsAre(ElementsAre(0.5, 0.5), ElementsAre(0.75, 0.25)));
  EXPECT_THAT(tables->gate->values, ElementsAre(ElementsAre(0.1, 0.2), ElementsAre(0.3, 0.1)));
  EXPECT_EQ(tables->gate->kind, ScoreKind::kGate);
}

TEST(ExpertScores, NeedOneOfTheTwoTables) {
  const auto tables = parseExpertScores(scoresText({{0.4, 0.6}}), "s.json");
  ASSERT_TRUE(tables);
  EXPECT_FALSE(tables->gate);
}

TEST(ExpertScores, RefuseFaultsWithTableLayerExpertAndCause) {
  const std::pair<std::string, const char*> rows[] = {
      {R"({"token_scores": {"1": {"0": 0.5, )",
       "s.json: is not a whole JSON object; is the file cut off?"},
      {"{}", "s.json: has neither token_scores nor gate_scores"},
      {R"({"token_scores": {}})", "s.json: token_scores is empty"},
      {R"({"token_scores": {"one": {"0": 1}}})",
       "s.json: token_scores has \"one\"; layers by number are needed, each an object of scores"},
      {R"({"token_scores": {"1": {"0": 0.5, "2": 0.5}}})",
       "s.json: token_scores of layer 1: expert 1 is missing; there are 2 scores for 3 experts"},
      {R"({"token_scores": {"1": {"0": 0.5, "1": "0.5"}}})",
       "s.json: token_scores of layer 1: the score of expert 1 is \"0.5\"; a number from 0 to 1 is "
       "needed"},
      {R"({"token_scores": {"1": {"0": 1.5, "1": -0.5}}})",
       "s.json: token_scores of layer 1: the score of expert 0 is 1.5; a number from 0 to 1 is "
       "needed"},
      {scoresText({{0.5, 0.5}, {0.5, 0.45}}),
       "s.json: token_scores of layer 2: the scores add up to 0.95; those of a layer add up to 1, "
       "up to 0.0001 of rounding"},
      {R"({"gate_scores": {"1": {"0": 0.8, "1": 0.8}}})",
       "s.json: gate_scores of layer 1: the scores add up to 1.6; those of a layer add up to more "
       "than 0 and at most 1, up to 0.0001 of rounding"},
      {R"({"gate_scores": {"1": {"0": 0.0, "1": 0}}})",
       "s.json: gate_scores of layer 1: the scores add up to 0; those of a layer add up to more "
       "than 0 and at most 1, up to 0.0001 of rounding"},
  };
  for (const auto& [text, message] : rows) EXPECT_EQ(scoresProblem(text), message);
}

TEST(ExpertScores, RefuseOtherExpertsThanTheModels) {
  EXPECT_EQ(
      scoresProblem(scoresText({{0.5, 0.5}}), 3),
      "s.json: token_scores of layer 1: expert 2 is missing; there are 2 scores for 3 experts");
  EXPECT_EQ(scoresProblem(scoresText({{0.2, 0.3, 0.5}}), 2),
            "s.json: token_scores of layer 1: expert \"2\" does not exist; the experts are 0 to 1");
}

// What a newer script of the authors writes: each expert's scores add up to 1 over the layers.
TEST(ExpertScores, NameScoresThatWereDividedOverLayers) {
  EXPECT_THAT(scoresProblem(scoresText({{0.7, 0.9}, {0.3, 0.1}})),
              testing::EndsWith("Each expert's add up to 1 over the layers instead: divide by the "
                                "sum of a layer"));
}

// Rounding 64 scores to four decimals may shift their sum by 0.0032 at most.
TEST(ExpertScores, AllowWhatRoundingMayShift) {
  std::vector<double> layer(64, 0.0156);  // 1/64 is 0.015625: the sum is 0.9984
  EXPECT_EQ(scoresProblem(scoresText({layer})), "no problem");
  layer.assign(64, 0.0155);
  EXPECT_NE(scoresProblem(scoresText({layer})), "no problem");
}

}  // namespace
}  // namespace moe
