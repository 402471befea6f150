#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "data/numbers.h"
#include "tests/costmodel/planner_fixture.h"

namespace moe {
namespace {

using Record = std::map<std::string, std::string>;

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> result;
  std::istringstream in(line + ",");
  for (std::string cell; std::getline(in, cell, ',');) result.push_back(cell);
  return result;
}

std::vector<Record> oracleRecords() {
  std::ifstream in(MOEPLAN_SOURCE_DIR "/tests/golden/plan_oracle.csv");
  std::vector<Record> records;
  std::vector<std::string> names;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto fields = cells(line);
    if (names.empty()) {
      names = fields;
      continue;
    }
    Record record;
    for (std::size_t i = 0; i < names.size(); ++i) record[names[i]] = fields.at(i);
    records.push_back(record);
  }
  return records;
}

double number(const Record& record, const std::string& name) {
  const auto value = parseNumber(record.at(name));
  if (!value) ADD_FAILURE() << name << " is '" << record.at(name) << "'";
  return value.value_or(std::nan(""));
}

std::string label(const Record& r) {
  return "law " + r.at("law") + " " + r.at("variant") + " f " + r.at("f") + " C " +
         r.at("budget_flop") + " E " + r.at("experts");
}

PlanOutcome planOf(const Record& record, PlanMode mode) {
  const std::string preset = record.at("variant") == "V2" ? "probe-v2" : "probe-v0";
  PlanRequest request =
      referenceRequest(referenceLaw(record.at("law")), number(record, "budget_flop"), mode, preset);
  request.shape_rule.train_flop_factor = record.at("f") == "4/3" ? 4.0 / 3.0 : 1.0;
  const auto outcome = makePlan(request);
  if (!outcome) ADD_FAILURE() << describe(outcome.error());
  return outcome.value();
}

/// Relative `accuracy`, or half a unit of the last printed decimal where that is coarser.
void expectPrinted(double ours, const Record& record, const std::string& name, double accuracy,
                   double half_unit = 0) {
  const double printed = number(record, name);
  EXPECT_NEAR(ours, printed, std::max(accuracy * std::abs(printed), half_unit))
      << name << " of " << label(record);
}

constexpr double kUsdHalfUnit = 5.1e-8;  // USD are printed with seven decimals

void expectServing(const Configuration& ours, const Record& record, const std::string& prefix) {
  if (record.at(prefix + "_usd").empty()) {
    EXPECT_FALSE(ours.serving) << label(record);
    EXPECT_EQ(ours.shortfall, Shortfall::kDoesNotFit) << label(record);
    return;
  }
  ASSERT_TRUE(ours.serving) << label(record);
  expectPrinted(ours.serving->usd_per_million_output_tokens_all_in, record, prefix + "_usd", 1e-6,
                kUsdHalfUnit);
  EXPECT_EQ(ours.serving->devices, number(record, prefix + "_devices")) << label(record);
}

class PlanOracle : public testing::Test {
 protected:
  static const std::vector<Record>& records() {
    static const std::vector<Record> all = oracleRecords();
    return all;
  }
};

TEST_F(PlanOracle, HasAllTables) { EXPECT_EQ(records().size(), 96u); }

TEST_F(PlanOracle, AgreesOnLossOptimalModels) {
  for (const Record& record : records()) {
    const PlanOutcome outcome = planOf(record, PlanMode::kLossOptimal);
    const Configuration& ours = rowWith(outcome, number(record, "experts")).chosen;
    expectPrinted(ours.dense_params, record, "opt_n", 1e-8);
    expectPrinted(ours.loss, record, "opt_loss", 1e-8);
    expectPrinted(ours.tokensPerParam(), record, "opt_tokens_per_param", 0, 0.00501);
    expectServing(ours, record, "opt");
  }
}

TEST_F(PlanOracle, AgreesOnLeastCostAtTheLossOfTheBase) {
  for (const Record& record : records()) {
    const PlanOutcome outcome = planOf(record, PlanMode::kMinCost);
    const Configuration& ours = rowWith(outcome, number(record, "experts")).chosen;
    if (record.at("cost_n").empty()) {
      EXPECT_EQ(ours.shortfall, Shortfall::kCannotReach) << label(record);
      continue;
    }
    ASSERT_TRUE(ours.exists) << label(record);
    expectPrinted(ours.dense_params, record, "cost_n", 1e-6);
    expectPrinted(ours.size_vs_loss_optimal, record, "cost_size_ratio", 0, 0.0000501);
    EXPECT_NEAR(ours.over_training_factor * ours.size_vs_loss_optimal, 1, 1e-12) << label(record);
    expectPrinted(ours.tokensPerParam(), record, "cost_tokens_per_param", 0, 0.0501);
    expectServing(ours, record, "cost");
    expectPrinted(*ours.cost_vs_base, record, "cost_vs_base", 0, 0.00000501);
  }
}

TEST_F(PlanOracle, AgreesOnLeastLossAtTheCostOfTheBase) {
  for (const Record& record : records()) {
    const PlanOutcome outcome = planOf(record, PlanMode::kMinLoss);
    const Configuration& ours = rowWith(outcome, number(record, "experts")).chosen;
    ASSERT_TRUE(ours.exists) << label(record);
    expectPrinted(ours.dense_params, record, "loss_n", 1e-6);
    expectPrinted(ours.size_vs_loss_optimal, record, "loss_size_ratio", 0, 0.0000501);
    expectPrinted(ours.loss, record, "loss_loss", 1e-8);
  }
}

}  // namespace
}  // namespace moe
