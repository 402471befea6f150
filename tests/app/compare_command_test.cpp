#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "tests/app/fit_answers.h"

namespace moe::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

using test::Ended;

Ended compare(std::vector<std::string> more, const std::string& file = "gemstones/runs.csv") {
  std::vector<std::string> args = {"compare", test::shipped(file)};
  args.insert(args.end(), more.begin(), more.end());
  return test::runCommand(args);
}

TEST(CompareCommand, RanksEveryLawThatSuits) {
  const Ended ended = compare({"--filter", "schedule=cool_end", "--folds", "4", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const json answer = json::parse(ended.out);
  EXPECT_EQ(answer["schema"], "moeplan.compare/1");
  EXPECT_EQ(answer["first"], "skaling");
  EXPECT_EQ(answer["data"]["held_out_runs"], 40);
  ASSERT_EQ(answer["laws"].size(), 16u);
  double before = 0;
  for (const json& law : answer["laws"]) {
    if (law["verdict"] == "unsuitable") {
      EXPECT_FALSE(law["reason"].get<std::string>().empty());
      continue;
    }
    for (const char* key : {"aic", "bic", "hold_out", "cross_validation", "nested_in"}) {
      EXPECT_TRUE(law.contains(key)) << key;
    }
    // 1e-4: a law that repeats another one stands right behind it, whichever ended a hair lower.
    const double error = law["hold_out"]["mean_abs_log_error"];
    EXPECT_GE(error, before * (1 - 1e-4));
    before = error;
    if (law["law"] == "chinchilla") {
      EXPECT_EQ(law["nested_in"], "skaling");
      EXPECT_EQ(law["verdict"], "clearly_worse");
    }
  }
}

TEST(CompareCommand, SaysInASentenceWhatToTakeOrThatItCannotTell) {
  const Ended tied = compare({"--filter", "schedule=cool_end", "--folds", "0"});
  EXPECT_THAT(tied.out, HasSubstr("Cannot tell: these runs do not separate skaling and"));
  EXPECT_THAT(tied.out, HasSubstr("Not tried: krajewski2024: G is 1 in every run"));
  const Ended clear = compare({"--filter", "canonical=1", "--filter", "router=S-Base,Dense",
                               "--laws", "clark2022,ludziejewski2025", "--folds", "0"},
                              "clark_routed/runs.csv");
  EXPECT_THAT(clear.out, HasSubstr("Take ludziejewski2025: "));
  EXPECT_THAT(clear.out, HasSubstr("Clearly worse: clark2022."));
}

TEST(CompareCommand, RefusesWhatItDoesNotKnowAndRunsThatSuitNoLaw) {
  const Ended unknown = compare({"--laws", "yun"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("--laws: unknown law 'yun'; did you mean yun2024"));
  const Ended none = compare({"--filter", "schedule=cool_end", "--laws", "yun2024"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("no law suits these runs; yun2024: E is 1 in every run"));
}

}  // namespace
}  // namespace moe::cli
