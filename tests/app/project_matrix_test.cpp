#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/workflows/project/project.h"

namespace moe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kMatrix = R"([runs.gem]
files = "gem.csv"
each = {filters = {all = [], wide = ["width>=1024", "depth<30"]}}

[fit.law]
bootstrap = 7
each = {runs = ["gem-*"], laws = ["chinchilla", ["gadre2024", "skaling"]]}

[plan.size]
each = {law = "law-*-chinchilla", budget_flop = [1e21, 2e21]}
mode = "loss-optimal"

[cost.serve]
model = "mixtral-8x7b"
[cost.serve.each]
hardware = ["h100-sxm", "h200"]
devices = [2, 4]
)";

Project matrixProject(std::string_view text) {
  const auto project = parseProject(text, "folder/p.toml");
  if (!project) throw std::runtime_error(describe(project.error()));
  return *project;
}

std::string matrixProblem(std::string_view text) {
  const auto project = parseProject(text, "folder/p.toml");
  return project ? "" : describe(project.error());
}

TEST(ProjectMatrix, MakesAStepOfEveryCombination) {
  const Project project = matrixProject(kMatrix);
  std::vector<std::string> names;
  for (const ProjectStep& step : project.steps)
    names.push_back(std::string(stepKind(step.question)) + "." + step.name);
  EXPECT_THAT(
      names,
      ElementsAre("fit.law-gem-all-chinchilla", "fit.law-gem-all-gadre2024_skaling",
                  "fit.law-gem-wide-chinchilla", "fit.law-gem-wide-gadre2024_skaling",
                  "plan.size-law-gem-all-chinchilla-1e21", "plan.size-law-gem-all-chinchilla-2e21",
                  "plan.size-law-gem-wide-chinchilla-1e21",
                  "plan.size-law-gem-wide-chinchilla-2e21", "cost.serve-h100-sxm-2",
                  "cost.serve-h100-sxm-4", "cost.serve-h200-2", "cost.serve-h200-4"));
}

TEST(ProjectMatrix, PutsTheValuesIntoTheQuestions) {
  const Project project = matrixProject(kMatrix);
  ASSERT_EQ(project.runs.size(), 2u);
  EXPECT_TRUE(project.runs[0].points.filters.empty());
  EXPECT_THAT(project.runs[1].points.filters, ElementsAre("width>=1024", "depth<30"));
  EXPECT_THAT(project.runs[1].points.files, ElementsAre("folder/gem.csv"));
  const auto& fit =
      std::get<ProjectFit>(project.findStep("fit", "law-gem-wide-gadre2024_skaling")->question);
  EXPECT_EQ(fit.runs, "gem-wide");
  EXPECT_THAT(fit.question.laws, ElementsAre("gadre2024", "skaling"));
  EXPECT_EQ(fit.question.bootstrap, 7u);  // of the table, for all
  const auto& plan = std::get<ProjectPlan>(
      project.findStep("plan", "size-law-gem-wide-chinchilla-2e21")->question);
  EXPECT_EQ(plan.law, "law-gem-wide-chinchilla");
  EXPECT_EQ(std::get<PlanQuestion>(plan.question).budget_flop, 2e21);
  const auto& cost = std::get<CostRequest>(project.findStep("cost", "serve-h200-4")->question);
  EXPECT_EQ(cost.hardware, "h200");
  EXPECT_EQ(cost.devices, 4);
  EXPECT_EQ(cost.model, "mixtral-8x7b");
}

TEST(ProjectMatrix, NamesStepsAfterTheirValues) {
  const Project project = matrixProject(
      "[runs.r]\nfiles = \"x\"\n"
      "each = {filters = [\"params>=1e9\", \"router!=S-Base,Dense\", [\"a=1\", \"b<2\"], []]}\n");
  std::vector<std::string> names;
  for (const ProjectRuns& runs : project.runs) names.push_back(runs.name);
  EXPECT_THAT(names, ElementsAre("r-params_above_1e9", "r-router_not_S-Base_Dense",
                                 "r-a_1_b_below_2", "r-none"));
}

// Written out step by step, it asks the same.
TEST(ProjectMatrix, IsWrittenStepByStep) {
  const std::string once = projectText(matrixProject(kMatrix), "folder");
  EXPECT_THAT(once, HasSubstr("[fit.law-gem-all-chinchilla]\nruns = \"gem-all\"\n"));
  EXPECT_EQ(projectText(matrixProject(once), "folder"), once);
}

TEST(ProjectMatrix, RefusesWhatItCannotMeanWithItsLine) {
  const std::string fit = "[runs.r]\nfiles = \"x\"\n[fit.f]\nruns = \"r\"\n";
  EXPECT_THAT(matrixProblem(fit + "each = 3\n"), HasSubstr("p.toml:5: each must be a table"));
  EXPECT_THAT(matrixProblem(fit + "each = {bootstap = [1]}\n"),
              HasSubstr("p.toml:5: 'bootstap' is not a key here; did you mean bootstrap"));
  EXPECT_THAT(matrixProblem(fit + "each = {laws = []}\n"),
              HasSubstr("p.toml:5: each.laws has no values"));
  EXPECT_THAT(matrixProblem(fit + "each = {laws = \"chinchilla\"}\n"),
              HasSubstr(":5: each.laws must be a list of values"));
  EXPECT_THAT(matrixProblem(fit + "each = {runs = [\"r\"]}\n"),
              HasSubstr(":5: runs stands in the table and in its each"));
  EXPECT_THAT(matrixProblem(fit + "each = {bootstrap = [1,\n \"x\"]}\n"),
              HasSubstr(":6: bootstrap must be a whole number from 0"));
  EXPECT_THAT(matrixProblem("[runs.r]\nfiles = \"x\"\n[fit.f]\neach = {runs = [\"q*\"]}\n"),
              HasSubstr(":4: nothing is named like 'q*'; did you mean r?"));
  EXPECT_THAT(matrixProblem("[plan.p]\neach = {mode = [\"pareto\"]}\n"),
              HasSubstr(":2: mode cannot vary"));
  EXPECT_THAT(matrixProblem("[runs.r]\nfiles = \"x\"\neach = {filters = [\"a=1\", \"a:1\"]}\n"),
              HasSubstr(":3: two values of filters would be called 'a_1'; give them names"));
  EXPECT_THAT(matrixProblem(fit + "each = {laws = [\"a\"]}\n[fit.f-a]\nruns = \"r\"\n"),
              HasSubstr("there are two [fit.f-a]; one comes from a matrix"));
}

TEST(ProjectMatrix, HasALimit) {
  std::string numbers = "1";
  for (int i = 2; i <= 101; ++i) numbers += ", " + std::to_string(i);
  EXPECT_THAT(matrixProblem("[cost.c]\neach = {devices = [" + numbers + "], max_devices = [" +
                            numbers + "]}\n"),
              HasSubstr(":2: each makes more than 10000 steps"));
}

}  // namespace
}  // namespace moe
