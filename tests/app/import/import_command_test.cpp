#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/cli/run_cli.h"
#include "tests/app/import/made_log.h"
#include "tests/support/golden.h"
#include "tests/support/run_command.h"
#include "tests/support/temporary_folder.h"

namespace moe::cli {
namespace {

using nlohmann::json;
using test::MadeHistory;
using test::MadeMegatronLog;
using test::runCommand;
using testing::HasSubstr;
using testing::Not;

class ImportCommand : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string table() const { return path("out/runs.csv"); }
  test::Ended import(std::vector<std::string> args) const {
    std::filesystem::create_directories(folder_.path() / "out");
    args.insert(args.begin(), "import");
    args.insert(args.end(), {"--out", table()});
    return runCommand(args);
  }
  bool wroteNothing() const { return std::filesystem::is_empty(folder_.path() / "out"); }

  test::TemporaryFolder folder_;
};

TEST_F(ImportCommand, WritesATableAndItsProvenance) {
  const std::string log = folder_.write("logs/gpt.log", MadeMegatronLog{}.text()).string();
  const auto ended = import({path("logs")});
  ASSERT_EQ(ended.code, 0) << ended.err << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("Written: " + table() + " (1 rows)"));
  EXPECT_EQ(test::fileText(table()),
            "run_id,step,active_params,total_params,train_tokens,experts,top_k,granularity,"
            "val_loss_nats,active_params_without_embedding,loss_series,loss_split,loss_rule,"
            "finished,lr_end_over_peak,flags,reader,log\n"
            "gpt,1000,16156928,16156928,65536000,1,1,1,3.25,3148032,lm loss value,validation,last,"
            "yes,0.10989010989010989,few_tokens,megatron," +
                log + "\n");
  const json sidecar = json::parse(test::fileText(table() + ".provenance.json"));
  EXPECT_EQ(sidecar["schema"], "moeplan.import.provenance/1");
  EXPECT_EQ(sidecar["files"][0]["path"], log);
  EXPECT_EQ(sidecar["files"][0]["reader"], "megatron");
  EXPECT_EQ(sidecar["runs"][0]["loss"]["series"], "lm loss value");
  EXPECT_EQ(sidecar["runs"][0]["in_table"], true);
  EXPECT_EQ(sidecar["loss_rule"], "last");
}

// The hash as `printf 'step,val_loss\n1,3\n' | sha256sum` gives it.
TEST_F(ImportCommand, NamesFilesByTheirSha256) {
  folder_.write("logs/run.csv", "step,val_loss\n1,3\n");
  ASSERT_EQ(import({path("logs"), "--set", "n=1e6", "--set", "tokens_per_step=1e9"}).code, 0);
  const json sidecar = json::parse(test::fileText(table() + ".provenance.json"));
  EXPECT_EQ(sidecar["files"][0]["sha256"],
            "43c63a28623d45d98c93d77377decb061b6f76443cb47927661e1eb292ef8914");
  EXPECT_EQ(sidecar["files"][0]["bytes"], 18);
}

// Losses made by L = 1.5 + 400 / N^0.35 + 800 / D^0.35 (coefficients invented here): what comes out
// of the fit must be these, for nothing is lost on the way.
TEST_F(ImportCommand, MakesATableThatFitTakesAsItIs) {
  std::vector<std::string> args{path("logs")};
  for (const double n : {1e7, 3e7, 1e8, 3e8}) {
    for (const int steps : {2000, 5000, 12000}) {
      MadeHistory history;
      history.last = history.planned = steps;
      history.loss = [n](int step) {
        return 1.5 + 400 / std::pow(n, 0.35) + 800 / std::pow(step * 1e6, 0.35);
      };
      const std::string name = fmt::format("n{:.0f}_{}", n, steps);
      folder_.write("logs/" + name + ".csv", history.text());
      args.insert(args.end(), {"--set", fmt::format("{}:n={}", name, n)});
    }
  }
  args.insert(args.end(), {"--set", "tokens_per_step=1e6"});
  ASSERT_EQ(import(args).code, 0);
  const auto fit = runCommand({"fit", table(), "--law", "chinchilla", "--json"});
  ASSERT_EQ(fit.code, 0) << fit.err;
  const json answer = json::parse(fit.out);
  EXPECT_EQ(answer["data"]["runs"], 12);
  std::map<std::string, double> found;
  for (const json& parameter : answer["parameters"])
    found[parameter["name"]] = parameter["value"].get<double>();
  EXPECT_NEAR(found["floor"], 1.5, 1e-3);
  EXPECT_NEAR(found["alpha"], 0.35, 1e-3);
  EXPECT_NEAR(found["beta"], 0.35, 1e-3);
}

TEST_F(ImportCommand, WritesPointsAlongTheRunForAFit) {
  folder_.write("logs/run.csv", MadeHistory{}.text());
  ASSERT_EQ(
      import({path("logs"), "--curves", "--set", "n=1e6", "--set", "tokens_per_step=1e5"}).code, 0);
  const std::string csv = test::fileText(table());
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 101);
  EXPECT_THAT(csv, HasSubstr("\nrun,5000,1000000,1000000,500000000,"));
}

// A table of training losses says so in its heading, and the fit warns.
TEST_F(ImportCommand, TellsAFitThatItsLossesAreOfTraining) {
  for (const int steps : {2000, 3000, 5000, 8000, 12000, 20000}) {
    MadeHistory history;
    history.last = history.planned = steps;
    history.loss_name = "train_loss";
    folder_.write(fmt::format("logs/s{}.csv", steps), history.text());
  }
  ASSERT_EQ(
      import({path("logs"), "--set", "n=1e6", "--set", "s8*:n=2e6", "--set", "tokens_per_step=1e5"})
          .code,
      0);
  EXPECT_THAT(test::fileText(table()), HasSubstr(",train_loss_nats,"));
  const auto fit = runCommand({"fit", table(), "--law", "chinchilla", "--study", "none", "--json"});
  EXPECT_THAT(fit.out, HasSubstr("\"training_loss\""));
}

TEST_F(ImportCommand, SaysNoWhenARunLacksSomethingAndWritesNothing) {
  folder_.write("logs/run.csv", MadeHistory{}.text());
  const auto ended = import({path("logs"), "--set", "tokens_per_step=1e5"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("Cannot be made"));
  EXPECT_THAT(ended.out, HasSubstr("n=COUNT"));
  EXPECT_THAT(ended.out, HasSubstr("Nothing is written"));
  EXPECT_TRUE(wroteNothing());
}

TEST_F(ImportCommand, LeavesOutAndListsWhatIsBadWhenAsked) {
  folder_.write("logs/good.csv", MadeHistory{}.text());
  folder_.write("logs/bad.csv", "step,accuracy\n1,0.5\n2,0.6\n");
  const std::vector<std::string> args{path("logs"), "--set", "n=1e6", "--set",
                                      "tokens_per_step=1e5"};
  EXPECT_EQ(import(args).code, 1);
  EXPECT_TRUE(wroteNothing());
  std::vector<std::string> lenient = args;
  lenient.emplace_back("--skip-bad");
  const auto ended = import(lenient);
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("bad: no series is known as a loss (series: accuracy)"));
}

TEST_F(ImportCommand, ExcludesOnlyWhatItIsTold) {
  MadeHistory spiked;
  spiked.loss = [](int step) { return 2 + 20 / std::sqrt(step) + (step == 5000 ? 1.5 : 0); };
  folder_.write("logs/calm.csv", MadeHistory{}.text());
  folder_.write("logs/spiked.csv", spiked.text());
  std::vector<std::string> args{path("logs"), "--set", "n=1e6", "--set", "tokens_per_step=1e5"};
  EXPECT_THAT(import(args).out, HasSubstr("spiked: spikes: val_loss spikes 1 time"));
  EXPECT_THAT(test::fileText(table()), HasSubstr("\nspiked,"));
  args.insert(args.end(), {"--exclude", "spikes,diverged"});
  const auto ended = import(args);
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("Excluded\n  spiked: spikes: "));
  EXPECT_THAT(test::fileText(table()), Not(HasSubstr("\nspiked,")));
}

TEST_F(ImportCommand, SaysNoWhenAllRunsAreExcluded) {
  folder_.write("logs/run.csv", MadeHistory{}.text());
  const auto ended = import(
      {path("logs"), "--set", "n=1e9", "--set", "tokens_per_step=1e5", "--exclude", "few_tokens"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("Nothing is written: no run is left."));
  EXPECT_TRUE(wroteNothing());
}

TEST_F(ImportCommand, KeepsToTheContractOfItsDocument) {
  folder_.write("logs/gpt.log", MadeMegatronLog{}.text());
  const auto ended = import({path("logs"), "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const json answer = json::parse(ended.out);
  EXPECT_EQ(answer["schema"], "moeplan.import/1");
  EXPECT_EQ(answer["command"], "import");
  EXPECT_EQ(answer["table"], table());
  EXPECT_EQ(answer["counts"]["usable"], 1);
  EXPECT_EQ(answer["runs"][0]["run_id"], "gpt");
  EXPECT_EQ(answer["runs"][0]["train_tokens"], 65536000);
  EXPECT_EQ(answer["runs"][0]["finished"], true);
  EXPECT_EQ(answer["runs"][0]["flags"][0]["flag"], "few_tokens");
  EXPECT_TRUE(answer["warnings"].is_array());
  EXPECT_TRUE(answer["timing_s"].is_number());
}

TEST_F(ImportCommand, PreviewWritesNothing) {
  folder_.write("logs/gpt.log", MadeMegatronLog{}.text());
  std::filesystem::create_directories(folder_.path() / "out");
  const auto ended = runCommand({"import", path("logs"), "--preview"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("A preview: nothing is written."));
  EXPECT_TRUE(wroteNothing());
}

// tests/golden/import/README.md says how the files are made.
TEST(ImportPreview, IsAsWritten) {
  std::filesystem::current_path(MOEPLAN_SOURCE_DIR);
  const auto ended = runCommand("import tests/golden/import/logs --preview --set *nano*:n=124e6");
  EXPECT_EQ(ended.code, 1) << ended.err;
  test::expectSameAsFile(ended.out, MOEPLAN_SOURCE_DIR "/tests/golden/import/preview.txt");
}

}  // namespace
}  // namespace moe::cli
