#include "app/workflows/run/run_project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "fitting/laws/law_file.h"
#include "tests/app/run/run_fixture.h"

namespace moe {
namespace {

using test::outcomeOf;
using test::rowOf;
using test::RunFixture;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(RunProject, LeavesAFolderForEveryStep) {
  const RunFixture fixture;
  const RunOutcome outcome = outcomeOf(fixture.request());
  EXPECT_TRUE(outcome.allYes());
  std::set<std::string> names;
  for (const auto& [name, content] : test::resultsIn(fixture.folder.path() / "out"))
    names.insert(name);
  for (const char* name :
       {"fit.first/answer.json", "fit.first/answer.txt", "fit.first/law-chinchilla.json",
        "fit.first/parameters.csv", "fit.first/plots/loss_against_params.csv",
        "fit.first/stamp.json", "fit.other/law-gadre2024.json", "fit.other/law-chinchilla.json",
        "plan.size/answer.json", "plan.size/configurations.csv", "plan.size/plots/plan.csv",
        "training.small/answer.json", "summary.json", "summary.csv"})
    EXPECT_TRUE(names.contains(name)) << name;
  const auto law = readLawFile(fixture.folder.path() / "out/fit.first/law-chinchilla.json");
  ASSERT_TRUE(law.has_value());
  EXPECT_EQ(law->posterior.size(), 20u);
  // The runs follow a floor of 1.8 nats within 0.4 %; the fit must find it within a few per cent.
  const StepHeadline& headline = rowOf(outcome, "fit.first").headline;
  EXPECT_NEAR(headline.value.value_or(0), 1.8, 0.05);
  EXPECT_EQ(headline.unit, "nats");
  ASSERT_TRUE(headline.interval.has_value());
  EXPECT_LT(headline.interval->low, headline.interval->high);
}

TEST(RunProject, GivesEqualBytesOnAnyNumberOfThreads) {
  const RunFixture fixture;
  RunRequest one = fixture.request("one");
  one.project.threads = 1;
  RunRequest two = fixture.request("two");
  two.project.threads = 2;
  outcomeOf(one);
  outcomeOf(two);
  test::expectSameResults(one.results, two.results);
}

TEST(RunProject, OneBrokenStepDoesNotStopTheRest) {
  const RunFixture fixture;
  fixture.folder.write("a.csv", "run_id,n_params,n_tokens,loss\nr,1e9,2e10,-3\n");
  const RunOutcome outcome = outcomeOf(fixture.request());
  EXPECT_FALSE(outcome.allYes());
  EXPECT_EQ(rowOf(outcome, "fit.first").status, StepStatus::kFailed);
  EXPECT_THAT(rowOf(outcome, "fit.first").why, HasSubstr("a.csv:2: "));
  EXPECT_EQ(rowOf(outcome, "fit.other").status, StepStatus::kFailed);
  EXPECT_EQ(rowOf(outcome, "plan.size").status, StepStatus::kSkipped);
  EXPECT_EQ(rowOf(outcome, "plan.size").why, "fit.first has no answer");
  EXPECT_EQ(rowOf(outcome, "fit.of_b").status, StepStatus::kDone);
  EXPECT_EQ(rowOf(outcome, "training.small").status, StepStatus::kDone);
}

// A bug in one step is its failure, not the end of the run.
TEST(RunProject, ABugInOneStepDoesNotStopTheRest) {
  const RunFixture fixture;
  RunMakers makers = test::usualMakers();
  makers.result = [usual = makers.result](const ProjectStep& step, const StepAnswer& answer) {
    require(step.name != "of_b", "planted");
    return usual(step, answer);
  };
  const RunOutcome outcome = outcomeOf(fixture.request(), makers);
  EXPECT_EQ(rowOf(outcome, "fit.of_b").status, StepStatus::kFailed);
  EXPECT_THAT(rowOf(outcome, "fit.of_b").why, HasSubstr("our bug"));
  EXPECT_EQ(rowOf(outcome, "plan.size").status, StepStatus::kDone);
}

TEST(RunProject, AnAnswerThatIsNoIsNoFailure) {
  const RunFixture fixture;
  RunRequest request = fixture.request();
  std::get<TrainingCostRequest>(request.project.steps.back().question).devices = 8;
  const RunOutcome outcome = outcomeOf(request);
  EXPECT_EQ(rowOf(outcome, "training.small").status, StepStatus::kNo);  // 8 devices cannot hold it
  EXPECT_THAT(rowOf(outcome, "training.small").why, HasSubstr("GB"));
  EXPECT_FALSE(outcome.allYes());
}

TEST(RunProject, ChoosesStepsWithThoseThatTheyNeed) {
  const RunFixture fixture;
  RunRequest request = fixture.request();
  request.only = {"plan.*"};
  std::vector<std::string> steps;
  for (const StepRow& row : outcomeOf(request).rows) steps.push_back(row.step);
  EXPECT_THAT(steps, ElementsAre("fit.first", "plan.size"));
  request.only = {"fit.frist"};
  const auto wrong = runProject(request, test::usualMakers());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(describe(wrong.error()),
              HasSubstr("--only: no step is named 'fit.frist'; did you mean fit.first"));
}

TEST(RunProject, RefusesAFolderThatCannotBeWritten) {
  const RunFixture fixture;
  RunRequest request = fixture.request("a.csv/out");  // below a file
  const auto outcome = runProject(request, test::usualMakers());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kInput);
  EXPECT_THAT(describe(outcome.error()), HasSubstr("a.csv/out: cannot write results: Not a"));
}

TEST(RunProject, OneRunAtATimeHoldsTheFolder) {
  const RunFixture fixture;
  const auto held = ResultsFolder::open(fixture.folder.path() / "out");
  ASSERT_TRUE(held.has_value());
  const auto second = runProject(fixture.request(), test::usualMakers());
  ASSERT_FALSE(second);
  EXPECT_THAT(describe(second.error()), HasSubstr("another moeplan run is writing there"));
}

TEST(RunProject, AnswersInMemoryAreThoseOfTheFolder) {
  const RunFixture fixture;
  const RunRequest request = fixture.request();
  outcomeOf(request);
  const auto answers = answerProject(request.project, fixture.folder.path() / "laws");
  ASSERT_EQ(answers.size(), 5u);
  const auto kept = test::resultsIn(request.results);
  for (const AnsweredStep& answered : answers) ASSERT_TRUE(answered.answer.has_value());
  EXPECT_THAT(answers[0].law_files, ElementsAre(fixture.folder.path() / "laws/first.json"));
  EXPECT_EQ(test::fileText(answers[0].law_files[0]), kept.at("fit.first/law-chinchilla.json"));
  EXPECT_EQ(test::fileText(fixture.folder.path() / "laws/other-gadre2024.json"),
            kept.at("fit.other/law-gadre2024.json"));
  const auto plan = test::usualMakers().result(answers[1].step, *answers[1].answer);
  EXPECT_EQ(plan.headline.text,
            rowOf(outcomeOf(fixture.request("again")), "plan.size").headline.text);
}

TEST(RunProject, APlanOfALawThatTheFitLacksSaysWhichThereAre) {
  const RunFixture fixture;
  RunRequest request = fixture.request();
  std::get<ProjectPlan>(request.project.steps[1].question).law = "other:chinchila";
  request.only = {"plan.size"};
  const RunOutcome outcome = outcomeOf(request);
  EXPECT_EQ(rowOf(outcome, "plan.size").status, StepStatus::kFailed);
  EXPECT_THAT(rowOf(outcome, "plan.size").why,
              HasSubstr("there is no law 'other:chinchila'; did you mean other:chinchilla"));
}

// The shipped example with fewer resamples and no study: what is tested is that its steps answer.
TEST(RunProject, RunsTheShippedExample) {
  const test::TemporaryFolder folder;
  RunRequest request;
  request.project_file = MOEPLAN_SOURCE_DIR "/data/tables/projects/clark.moeplan";
  request.project = readProject(request.project_file).value();
  request.results = folder.path() / "out";
  for (ProjectStep& step : request.project.steps)
    if (auto* fit = std::get_if<ProjectFit>(&step.question)) {
      fit->question.bootstrap = 20;
      fit->question.study = "none";
    }
  const RunOutcome outcome = outcomeOf(request);
  for (const StepRow& row : outcome.rows) EXPECT_EQ(row.why, "") << row.step;
  EXPECT_THAT(rowOf(outcome, "cost.mixtral").headline.text, HasSubstr("on 2 x H100"));
  EXPECT_THAT(rowOf(outcome, "plan.serve_cheaper").headline.text, HasSubstr("experts, N = "));
}

}  // namespace
}  // namespace moe
