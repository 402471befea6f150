#include "costmodel/verify/touched_experts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "costmodel/kernels/routing/given_routing.h"
#include "data/counter_random.h"
#include "tests/costmodel/distinct_experts_table.h"

namespace moe {
namespace {

using testing::ElementsAre;

constexpr std::size_t kBatches[] = {1, 8, 32, 128};

TEST(GivenRouting, GroupsTokensByExpert) {
  const std::vector<std::uint16_t> chosen{2, 0, 2, 3, 0, 3};
  const auto routing = *givenRouting(chosen, 2, 5);
  EXPECT_THAT(routing.first, ElementsAre(0, 2, 2, 4, 6, 6));
  EXPECT_THAT(routing.token, ElementsAre(0, 2, 0, 1, 1, 2));
  EXPECT_THAT(routing.weight, ElementsAre(0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F));
  EXPECT_EQ(expertsTouched(routing), 3);
}

TEST(GivenRouting, RefusesChoicesThatAreNone) {
  const std::vector<std::uint16_t> chosen{2, 0, 2, 2};
  EXPECT_EQ(describe(givenRouting(chosen, 2, 5).error()), "token 1: names expert 2 twice");
  EXPECT_EQ(describe(givenRouting(chosen, 4, 2).error()),
            "token 0: expert 2 does not exist; the experts are 0 to 1");
  EXPECT_EQ(describe(givenRouting(chosen, 3, 5).error()),
            "choices: 4 choices of 5 experts do not make tokens of 3 each");
}

/// Tokens that choose 2 of 16 experts evenly at random, each on its own.
RoutingTrace independentTrace(std::size_t tokens) {
  RoutingTrace trace{"independent", 2, tokens, 2, 16, {}, {}};
  for (std::size_t layer = 0; layer < trace.layers; ++layer) {
    for (std::size_t token = 0; token < tokens; ++token) {
      const std::uint64_t choice = counterIndex(layer, token, 0, 16 * 15);
      trace.ids.push_back(static_cast<std::uint16_t>(choice / 15));
      trace.ids.push_back(static_cast<std::uint16_t>((choice / 15 + 1 + choice % 15) % 16));
    }
  }
  return trace;
}

// 16 (1 - (7/8)^B). 64 batches of 2 layers: a count deviates by at most 1.2, their mean by 0.11.
TEST(TouchedExperts, AreAsTheFormulaSaysForIndependentTokens) {
  const auto study = touchedExperts(independentTrace(4000), kBatches, 7);
  ASSERT_TRUE(study) << describe(study.error());
  ASSERT_EQ(study->rows.size(), 4u);
  for (const TouchedExperts& row : study->rows) {
    const double expected = 16 * (1 - std::pow(7.0 / 8, static_cast<double>(row.tokens)));
    EXPECT_NEAR(row.uniform, expected, 1e-12);
    EXPECT_NEAR(row.skewed, expected, 0.15) << row.tokens;
    EXPECT_NEAR(row.random, expected, 0.33) << row.tokens;
    EXPECT_NEAR(row.consecutive, expected, 0.33) << row.tokens;
  }
  EXPECT_LT(study->correlation.correlation, 0.03);
}

// A layer that would touch one expert less in every batch is told apart from the formula.
TEST(TouchedExperts, ShowARouterThatLeavesAnExpertOut) {
  RoutingTrace trace = independentTrace(4000);
  for (std::size_t i = 0; i < trace.ids.size(); i += 2)  // 15 is never chosen
    for (std::size_t j = 0; j < 2; ++j)
      if (trace.ids[i + j] == 15) trace.ids[i + j] = trace.ids[i + 1 - j] == 3 ? 4 : 3;
  const auto study = touchedExperts(trace, kBatches, 7);
  EXPECT_NEAR(study->rows.back().uniform, 16, 0.01);
  EXPECT_NEAR(study->rows.back().random, 15, 0.01);
  EXPECT_NEAR(study->rows.back().skewed, 15, 0.01);
}

TEST(TouchedExperts, RefuseATraceThatIsTooShort) {
  const RoutingTrace trace = independentTrace(5);
  const std::size_t sizes[] = {0, 8};
  EXPECT_EQ(describe(touchedExperts(trace, sizes).error()),
            "batch tokens: no batch is of 1 to 5 tokens, as many as independent has");
  EXPECT_EQ(describe(touchedExperts(trace, kBatches, 0, 0).error()),
            "batches: is 0; 1 or more is needed");
}

/// The real traces do not ship. MOEPLAN_ROUTING_TRACES names a folder with traces/TASK.ids.u8.
class TouchedOnTrace : public testing::TestWithParam<const char*> {};

// Means over draws and stretches of our own against the table's. 64 of each in 26 layers: random
// ones deviate by 0.06 experts, the table's own by 0.1; stretches differ in where they start.
TEST_P(TouchedOnTrace, AgreesWithTheTableOfDistinctExperts) {
  const char* folder = std::getenv("MOEPLAN_ROUTING_TRACES");
  if (folder == nullptr)
    GTEST_SKIP() << "not run: MOEPLAN_ROUTING_TRACES names no folder with routing traces";
  const std::string task = GetParam();
  const auto trace =
      readRoutingTrace(std::filesystem::path(folder) / "traces" / (task + ".ids.u8"));
  ASSERT_TRUE(trace) << describe(trace.error());
  const auto table = test::distinctExpertsTable();
  const auto study = touchedExperts(*trace, kBatches, 1);
  ASSERT_TRUE(study) << describe(study.error());
  const std::size_t rows[] = {0, 3, 5, 7};  // of batches 1, 8, 32, 128
  for (int i = 0; i < 4; ++i) {
    const TouchedExperts& row = study->rows[i];
    EXPECT_NEAR(row.uniform, table.at("uniform_formula")[rows[i]], 5.01e-5);
    EXPECT_NEAR(row.skewed, table.at(task + "_skew_indep_formula")[rows[i]], 5.01e-5);
    EXPECT_NEAR(row.random, table.at(task + "_random_mean")[rows[i]], 0.4) << row.tokens;
    EXPECT_NEAR(row.consecutive / table.at(task + "_consecutive_mean")[rows[i]], 1, 0.03)
        << row.tokens;
    EXPECT_LE(row.consecutive, row.uniform + 1e-9);
    EXPECT_NEAR(row.correlated / row.consecutive, 1, 0.05) << row.tokens;
  }
}

INSTANTIATE_TEST_SUITE_P(Tasks, TouchedOnTrace,
                         testing::Values("intent", "summary", "translation"));

}  // namespace
}  // namespace moe
