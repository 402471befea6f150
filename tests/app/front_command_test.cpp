#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/run_command.h"

namespace moe::cli {
namespace {

using test::Ended;
using testing::HasSubstr;
using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

Ended runFront(const Arguments& more) {
  Arguments args = {"plan",       "--mode",          "pareto",    "--preset", "ludziejewski2025",
                    "--hardware", "h100-sxm",        "--experts", "1,8",      "--prompt-tokens",
                    "1000",       "--output-tokens", "300",       "--quiet"};
  args.insert(args.end(), more.begin(), more.end());
  return test::runCommand(args);
}

// A front by its definition: who pays more gets a lower loss.
void expectFront(const Json& front, const char* price) {
  ASSERT_GT(front.size(), 3);
  for (std::size_t i = 1; i < front.size(); ++i) {
    EXPECT_GT(front[i].at(price).get<double>(), front[i - 1].at(price).get<double>());
    EXPECT_LT(front[i].at("loss").get<double>(), front[i - 1].at("loss").get<double>());
  }
}

TEST(FrontCommand, DrawsLossAgainstServingPriceAtABudget) {
  const Ended ran = runFront({"--budget-flop", "1e21", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  expectFront(Json::parse(ran.out).at("front"), "usd_per_million_output_tokens_all_in");
}

TEST(FrontCommand, DrawsLossAgainstWhatALifeCosts) {
  const Ended ran = runFront({"--total-usd", "1e4,1e6", "--lifetime-tokens", "1e11", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  expectFront(Json::parse(ran.out).at("front"), "lifetime_usd_per_million_output_tokens");
}

TEST(FrontCommand, ShowsPeopleAFewOfThem) {
  const Ended ran = runFront({"--budget-usd", "1e4"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("evenly in price; --json has all"));
  EXPECT_LT(std::count(ran.out.begin(), ran.out.end(), '\n'), 60);
}

TEST(FrontCommand, RefusesWhatAFrontCannotAnswer) {
  EXPECT_EQ(runFront({}).err,
            "moeplan: --budget-flop: state the training budget of the models: --budget-flop or "
            "--budget-usd; or a range of lifetime costs with --total-usd LEAST,MOST\n");
  EXPECT_EQ(runFront({"--budget-flop", "1e21", "--target-loss", "2"}).code, 2);
  EXPECT_EQ(runFront({"--total-usd", "1e6,1e4", "--lifetime-tokens", "1e11"}).err,
            "moeplan: --total-usd: takes two rising sums of USD, as in 1e6,1e8\n");
  EXPECT_EQ(runFront({"--total-usd", "1e4,1e6"}).code, 2);
}

}  // namespace
}  // namespace moe::cli
