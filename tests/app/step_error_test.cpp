#include "app/workflows/project/step_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "app/workflows/run/answer_step.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

Project projectOfText(const std::string& text) {
  const auto project = parseProject(text, "some/where/p.toml");
  if (!project) throw std::runtime_error(describe(project.error()));
  return *project;
}

/// What the only step of a project says instead of an answer.
std::string errorOfOnlyStep(const std::string& text) {
  const Project project = projectOfText(text);
  const auto answer = answerStep(project, project.steps.at(0), {});
  return answer ? "it was answered" : describe(answer.error());
}

TEST(StepError, OfAMissingKeyNamesFileLineTableKeyAndWhatToWrite) {
  EXPECT_EQ(
      errorOfOnlyStep("title = \"t\"\n\n[training.big]\nmodel = \"mixtral-8x7b\"\n"
                      "hardware = \"h100-sxm\"\ntrain_tokens = 1e12\n"),
      "p.toml:3: [training.big]: devices is required with training; write devices = ... (whole "
      "number): Devices of the training cluster");
  EXPECT_EQ(errorOfOnlyStep("[cost.a]\nhardware = \"h100-sxm\"\nprompt_tokens = 1\n"
                            "output_tokens = 1\n"),
            "p.toml:1: [cost.a]: model is required; write model = \"...\" (text): Name in the "
            "catalog, FILE.toml or a config.json");
}

TEST(StepError, OfABadValueSpeaksOfKeysAlone) {
  const std::string said = errorOfOnlyStep(
      "[cost.a]\nmodel = \"mixtral-8x7b\"\nhardware = \"h100-sxm\"\nprompt_tokens = 1\n"
      "output_tokens = 1\nconcurrency = 4\nrequest_rate = 2\n");
  EXPECT_EQ(said,
            "p.toml:1: [cost.a]: request_rate says how many requests run; leave out concurrency");
}

TEST(StepError, OfAPlanWithoutALawSaysHowToNameOne) {
  EXPECT_THAT(errorOfOnlyStep("[plan.a]\nbudget_flop = 1e20\ncost_preset = \"probe-v2\"\n"),
              AllOf(StartsWith("p.toml:1: [plan.a]: which law?"), HasSubstr("law = \"NAME\""),
                    HasSubstr("preset = \"NAME\""), HasSubstr("law_file = \"FILE\"")));
}

TEST(StepError, TurnsOptionsWithValuesIntoKeysWithValues) {
  const Project project = projectOfText("[plan.a]\npreset = \"yun2024\"\n");
  const Error error = errorOfStep(
      project, project.steps[0],
      {ErrorKind::kInput, "law.json",
       "has no E; ask for --experts 1 --base-experts 1 --cost-preset none, or --save X."});
  EXPECT_EQ(error.where, "p.toml:1");
  EXPECT_EQ(error.message,
            "[plan.a]: law.json: has no E; ask for experts = 1, base_experts = 1, "
            "cost_preset = \"none\", or --save X.");
}

TEST(StepError, NamesTheTableOfRunsForAKeyOfTheirs) {
  const Project project = projectOfText("[runs.r]\nfiles = \"a.csv\"\n\n[fit.a]\nruns = \"r\"\n");
  const Error error =
      errorOfStep(project, project.steps[0], {ErrorKind::kUsage, "--n-is", "'all' is not a kind"});
  EXPECT_EQ(describe(error), "p.toml:1: [runs.r]: n_is: 'all' is not a kind");
}

TEST(StepError, LeavesErrorsOfOtherFilesAndStopsAlone) {
  const Project project = projectOfText("[plan.a]\npreset = \"yun2024\"\n");
  for (const Error& given : {Error{ErrorKind::kInput, "runs.csv:17", "loss is -2.1"},
                             Error{ErrorKind::kCancelled, "plan.a", "interrupted"}}) {
    const Error error = errorOfStep(project, project.steps[0], given);
    EXPECT_EQ(error.where, given.where);
    EXPECT_EQ(error.message, given.message);
  }
}

}  // namespace
}  // namespace moe
