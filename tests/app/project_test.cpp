#include "app/workflows/project/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace moe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kProject = R"(# a project by hand
format = 1
title = "Clark"
seed = 7

[runs.clark]
files = ["tables/runs.csv"]
filters = ["canonical=1", "router=S-Base,Dense"]
exclude_runs = "run-3"

[plan.cheap]   # stands before the fit that it takes its law from
law = "routed"
mode = "min-cost"
budget_flop = 1e21
experts = [1, 4.0, 8]
hardware = "a100-40gb"
prompt_tokens = 161
output_tokens = 338

[fit.routed]
runs = "clark"
laws = ["yun2024"]
bootstrap = 50

[cost.mixtral]
model = "my/model.toml"
hardware = "h100-sxm"
weights = "fp8"
devices = 2

[plan.life]
law = "routed:yun2024"
mode = "lifetime"
weights = ["bf16", "fp8"]
hardware = ["h100-sxm", "h200"]

[training.big]
model = "mixtral-8x7b"
recompute = "full"
zero = 3
instruction_tuning_tokens = 2e9

[report]
title = "What to train"
)";

Project parsedProject(std::string_view text) {
  const auto project = parseProject(text, "folder/p.moeplan");
  if (!project) throw std::runtime_error(describe(project.error()));
  return *project;
}

std::string projectProblem(std::string_view text) {
  const auto project = parseProject(text, "folder/p.moeplan");
  return project ? "" : describe(project.error());
}

TEST(Project, HoldsItsStepsInTheOrderOfTheFile) {
  std::vector<std::string> names;
  for (const ProjectStep& step : parsedProject(kProject).steps)
    names.push_back(std::string(stepKind(step.question)) + "." + step.name);
  EXPECT_THAT(names,
              ElementsAre("plan.cheap", "fit.routed", "cost.mixtral", "plan.life", "training.big"));
}

TEST(Project, GivesWorkflowsTheQuestionsOfTheFile) {
  const Project project = parsedProject(kProject);
  const auto* fit = std::get_if<ProjectFit>(&project.findStep("fit", "routed")->question);
  const FitQuestion question = fitQuestion(project, *fit);
  EXPECT_THAT(question.points.files, ElementsAre("folder/tables/runs.csv"));
  EXPECT_THAT(question.points.filters, ElementsAre("canonical=1", "router=S-Base,Dense"));
  EXPECT_THAT(question.points.exclude_runs, ElementsAre("run-3"));
  EXPECT_THAT(question.laws, ElementsAre("yun2024"));
  EXPECT_EQ(question.bootstrap, 50u);
  EXPECT_EQ(question.seed, 7u);
  const auto* cost = std::get_if<CostRequest>(&project.findStep("cost", "mixtral")->question);
  EXPECT_EQ(cost->model, "folder/my/model.toml");
  EXPECT_EQ(cost->weights, Precision::kFp8);
  EXPECT_EQ(cost->devices, 2);
  const auto* training =
      std::get_if<TrainingCostRequest>(&project.findStep("training", "big")->question);
  EXPECT_EQ(training->model, "mixtral-8x7b");  // a name, not a path
  EXPECT_EQ(training->setup.recompute, Recompute::kFull);
  EXPECT_EQ(training->setup.zero_stage, 3);
  EXPECT_EQ(training->instruction_tuning_tokens, 2e9);
}

TEST(Project, PlansAskTheQuestionOfTheirMode) {
  const Project project = parsedProject(kProject);
  const auto* cheap = std::get_if<ProjectPlan>(&project.findStep("plan", "cheap")->question);
  const ProjectPlan asked = planQuestion(project, *cheap);
  const auto& question = std::get<PlanQuestion>(asked.question);
  EXPECT_EQ(question.mode, "min-cost");
  EXPECT_EQ(question.budget_flop, 1e21);
  EXPECT_THAT(question.experts, ElementsAre(1, 4, 8));
  EXPECT_EQ(question.seed, 7u);
  const auto* life = std::get_if<ProjectPlan>(&project.findStep("plan", "life")->question);
  EXPECT_EQ(life->law, "routed:yun2024");
  const auto& lifetime = std::get<LifetimeQuestion>(life->question);
  EXPECT_THAT(lifetime.hardware, ElementsAre("h100-sxm", "h200"));
  EXPECT_THAT(lifetime.weights, ElementsAre(Precision::kBf16, Precision::kFp8));
}

// Written, read, written again: the same text, so nothing is lost and nothing drifts.
TEST(Project, IsWrittenAsItIsRead) {
  const std::string once = projectText(parsedProject(kProject), "folder");
  EXPECT_THAT(once, HasSubstr("files = [\"tables/runs.csv\"]"));
  EXPECT_THAT(once, HasSubstr("[training.big]\nmodel = \"mixtral-8x7b\""));
  EXPECT_THAT(once, Not(HasSubstr("delta")));  // a default
  EXPECT_EQ(projectText(parsedProject(once), "folder"), once);
}

TEST(Project, KeepsTextsWithQuotesAndControlCharacters) {
  Project project;
  project.title = "a \"quoted\" \\ title\nin two lines \x01 \xC3\xA4";
  EXPECT_EQ(parsedProject(projectText(project, "folder")).title, project.title);
}

TEST(Project, KeepsNumbersToTheLastBit) {
  Project project;
  PlanQuestion question;
  question.budget_flop = 0.1 + 0.2;
  question.experts = {1e22, 5e-324, 3};
  project.steps.push_back({"p", ProjectPlan{"", "min-cost", question}, 0});
  const Project again = parsedProject(projectText(project, "folder"));
  const auto& read =
      std::get<PlanQuestion>(std::get<ProjectPlan>(again.steps.at(0).question).question);
  EXPECT_EQ(read.budget_flop, question.budget_flop);
  EXPECT_EQ(read.experts, question.experts);
}

TEST(Project, RefusesWhatItDoesNotKnowWithLineAndLikeliestMeaning) {
  EXPECT_THAT(
      projectProblem("title = \"x\"\n[fit.a]\nruns = \"r\"\nbootstap = 3\n"),
      HasSubstr("folder/p.moeplan:4: 'bootstap' is not a key here; did you mean bootstrap,"));
  EXPECT_THAT(projectProblem("tilte = \"x\"\n"), HasSubstr("p.moeplan:1: 'tilte' is not a key "
                                                           "here; did you mean title"));
  EXPECT_THAT(projectProblem("[plan.a]\nmode = \"cheapest\"\n"),
              HasSubstr(":2: 'cheapest' is not a mode; there are lifetime, pareto"));
  EXPECT_THAT(projectProblem("[fit.a]\nruns = \"clrk\"\n[runs.clark]\nfiles = \"x\"\n"),
              HasSubstr(":1: [fit.a]: there are no runs named 'clrk'; did you mean clark?"));
  EXPECT_THAT(projectProblem("[plan.a]\nlaw = \"b\"\n"),
              HasSubstr("there are no fits in this project"));
  EXPECT_THAT(projectProblem("[cost.\"a/b\"]\n"), HasSubstr(":1: the name 'a/b' may hold"));
  EXPECT_THAT(projectProblem("format = 2\n"), HasSubstr("format 2 is newer"));
}

TEST(Project, RefusesValuesOfAnotherKind) {
  EXPECT_THAT(projectProblem("[cost.a]\ndevices = \"two\"\n"),
              HasSubstr(":2: devices must be a whole number from 0"));
  EXPECT_THAT(projectProblem("[cost.a]\nweights = \"fp16\"\n"),
              HasSubstr(":2: weights must be one of \"bf16\""));
  EXPECT_THAT(projectProblem("[plan.a]\nexperts = [1, \"x\"]\n"),
              HasSubstr(":2: experts must be a list of which each is a number"));
  EXPECT_THAT(projectProblem("[plan.a]\nbudget_flop = nan\n"), HasSubstr("must be a number"));
  EXPECT_THAT(projectProblem("[fit]\nruns = 3\n"), HasSubstr("stands outside a table [fit.NAME]"));
  EXPECT_THAT(projectProblem("seed = -1\n"), HasSubstr("seed must be a whole number"));
  EXPECT_THAT(projectProblem("a = \n"), HasSubstr("folder/p.moeplan:1: "));
}

TEST(Project, StatesPathsRelativeToItsFolder) {
  Project project;
  project.runs.push_back({"r", {}, 0});
  project.runs[0].points.files = {"folder/sub/a.csv", "elsewhere/b.csv", "/data/c.csv"};
  const std::string text = projectText(project, "folder");
  EXPECT_THAT(text, HasSubstr("files = [\"sub/a.csv\", \"../elsewhere/b.csv\", \"/data/c.csv\"]"));
  EXPECT_THAT(parsedProject(text).runs[0].points.files,
              ElementsAre("folder/sub/a.csv", "elsewhere/b.csv", "/data/c.csv"));
}

// KEYS.md is written by projectKeysPage; MOEPLAN_UPDATE_GOLDEN writes it anew.
TEST(Project, HasAPageThatNamesEveryKey) {
  const std::string path = MOEPLAN_SOURCE_DIR "/app/workflows/project/KEYS.md";
  if (std::getenv("MOEPLAN_UPDATE_GOLDEN")) std::ofstream(path) << projectKeysPage();
  std::stringstream page;
  page << std::ifstream(path).rdbuf();
  EXPECT_EQ(page.str(), projectKeysPage());
}

}  // namespace
}  // namespace moe
