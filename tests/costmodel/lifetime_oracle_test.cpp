#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "data/numbers.h"
#include "tests/costmodel/lifetime_fixture.h"

namespace moe {
namespace {

struct OracleRow {
  double lifetime_tokens, experts, params, size_ratio, train_tokens, tokens_per_param, devices,
      usd_per_million, train_usd, serve_usd, total_usd;
};

std::vector<OracleRow> oracleRows() {
  std::ifstream in(MOEPLAN_SOURCE_DIR "/tests/golden/lifetime_oracle.csv");
  std::vector<OracleRow> rows;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#' || line.front() == 'l') continue;
    std::istringstream cells(line);
    std::vector<double> v;
    for (std::string cell; std::getline(cells, cell, ',');) v.push_back(parseNumber(cell).value());
    rows.push_back({v.at(0), v.at(1), v.at(2), v.at(3), v.at(4), v.at(5), v.at(6), v.at(7), v.at(8),
                    v.at(9), v.at(10)});
  }
  return rows;
}

TEST(LifetimeOracle, HasAllRows) { EXPECT_EQ(oracleRows().size(), 24u); }

// The table prints sizes with six digits and totals with eight; its own tolerances are 1e-3 of N,
// whose minimum is flat, and 1e-5 of the total.
TEST(LifetimeOracle, AgreesOnEveryDesign) {
  for (const OracleRow& row : oracleRows()) {
    SCOPED_TRACE(testing::Message() << row.experts << " experts, " << row.lifetime_tokens);
    const LifetimeOutcome outcome = lifetime(lifetimeRequest(row.lifetime_tokens, {row.experts}));
    ASSERT_TRUE(outcome.feasible());
    const LifetimeRow& ours = outcome.rows.front();
    EXPECT_NEAR(ours.best->params, row.params, 1e-3 * row.params);
    EXPECT_NEAR(ours.best->total_usd, row.total_usd, 1e-5 * row.total_usd);
    EXPECT_EQ(ours.best->serving.devices, row.devices);
    EXPECT_NEAR(ours.size_vs_loss_optimal, row.size_ratio, 1e-3 * row.size_ratio + 5e-5);
    // D falls up to fifty times as fast as N rises, so its tolerance is wider.
    EXPECT_NEAR(ours.best->train_tokens, row.train_tokens, 5e-3 * row.train_tokens);
    EXPECT_NEAR(ours.best->loss, kReferenceLoss, 1e-9);
  }
}

// 46, 164, 748 and 4856 thousand USD (independent computation).
TEST(LifetimeOracle, AgreesOnTheBestExpertCountOfEachLifetime) {
  const std::vector<std::pair<double, double>> best = {{1e11, 16}, {1e12, 8}, {1e13, 4}, {1e14, 2}};
  for (const auto& [tokens, experts] : best) {
    const LifetimeRequest request = lifetimeRequest(tokens);
    const LifetimeOutcome outcome = lifetime(request);
    EXPECT_EQ(request.designs[outcome.rows.front().design].model.experts, experts) << tokens;
  }
}

// With one of two FFN layers routed and two experts a token: E = 32, 16, 8, 8.
TEST(LifetimeOracle, AgreesOnTheBestExpertCountOfTheYunShape) {
  const std::vector<std::pair<double, double>> best = {
      {1e11, 32}, {1e12, 16}, {1e13, 8}, {1e14, 8}};
  for (const auto& [tokens, experts] : best) {
    const LifetimeRequest request =
        lifetimeRequest(tokens, {1, 2, 4, 8, 16, 32}, referenceSetting("yun"));
    const LifetimeOutcome outcome = lifetime(request);
    EXPECT_EQ(request.designs[outcome.rows.front().design].model.experts, experts) << tokens;
  }
}

}  // namespace
}  // namespace moe
