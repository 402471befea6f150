#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>

#include "tests/app/run/run_fixture.h"

namespace moe {
namespace {

using test::outcomeOf;
using test::rowOf;
using test::RunFixture;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

constexpr const char* kAllSteps[] = {"fit.first", "plan.size", "fit.other", "fit.of_b",
                                     "training.small"};

/// Runs in a process of its own that kills itself when it has answered `steps` of them.
void runAndDie(const RunRequest& request, int steps) {
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<int> left = steps;
    RunMakers makers = test::usualMakers();
    makers.result = [&](const ProjectStep& step, const StepAnswer& answer) {
      if (--left < 0) std::raise(SIGKILL);
      return report::stepResult(step, answer);
    };
    (void)runProject(request, makers);
    _exit(0);  // not reached
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST(RunResume, AfterAKillGivesTheBytesOfARunThatWasNotKilled) {
  const RunFixture fixture;
  const RunRequest whole = fixture.request("whole");
  outcomeOf(whole);
  RunRequest killed = fixture.request("killed", EarlierResults::kResume);
  killed.project.threads = 1;  // so that what was answered before the kill was written as well
  runAndDie(killed, 2);
  EXPECT_FALSE(fs::exists(killed.results / "summary.json"));
  // What a death in the middle of writing leaves.
  fs::create_directories(killed.results / ".new-fit.of_b");
  std::ofstream(killed.results / ".new-fit.of_b/answer.json") << "{\"half\": ";
  const RunOutcome outcome = outcomeOf(killed);
  EXPECT_EQ(test::keptSteps(outcome).size(), 2u);
  EXPECT_FALSE(fs::exists(killed.results / ".new-fit.of_b"));
  test::expectSameResults(whole.results, killed.results);
}

TEST(RunResume, AfterAStopKeepsWhatWasFinished) {
  const RunFixture fixture;
  RunRequest request = fixture.request();
  request.project.threads = 1;
  std::stop_source source;
  RunMakers makers = test::usualMakers();
  int answered = 0;
  makers.result = [&](const ProjectStep& step, const StepAnswer& answer) {
    if (++answered == 2) source.request_stop();
    return report::stepResult(step, answer);
  };
  const auto stopped = runProject(request, makers, source.get_token());
  ASSERT_TRUE(stopped.has_value());
  EXPECT_EQ(rowOf(*stopped, "plan.size").status, StepStatus::kDone);
  EXPECT_EQ(rowOf(*stopped, "fit.other").status, StepStatus::kCancelled);
  EXPECT_EQ(rowOf(*stopped, "training.small").status, StepStatus::kCancelled);
  request.earlier = EarlierResults::kResume;
  EXPECT_THAT(test::keptSteps(outcomeOf(request)), ElementsAre("fit.first", "plan.size"));
  const RunRequest whole = fixture.request("whole");
  outcomeOf(whole);
  test::expectSameResults(whole.results, request.results);
}

/// A finished run, and the same again.
struct FinishedRun {
  RunFixture fixture;
  RunRequest request = fixture.request("out", EarlierResults::kResume);

  FinishedRun() { outcomeOf(request); }
  std::vector<std::string> keptAgain() const { return test::keptSteps(outcomeOf(request)); }
};

TEST(RunResume, KeepsEverythingThatIsUnchanged) {
  const FinishedRun run;
  const auto before = test::resultsIn(run.request.results);
  EXPECT_THAT(run.keptAgain(), testing::ElementsAreArray(kAllSteps));
  EXPECT_EQ(test::resultsIn(run.request.results), before);
}

TEST(RunResume, AnswersAnewWhatReadsAChangedTable) {
  const FinishedRun run;
  run.fixture.folder.write("b.csv", test::tableOfRuns(2.1));
  EXPECT_THAT(run.keptAgain(),
              ElementsAre("fit.first", "plan.size", "fit.other", "training.small"));
  run.fixture.folder.write("a.csv", test::tableOfRuns(1.7));
  EXPECT_THAT(run.keptAgain(), ElementsAre("fit.of_b", "training.small"));
}

// The table changes, the law does not: a comment line would do, here a column that no fit reads.
// The same file by five names, the last of them a link.
TEST(RunResume, KeepsWhatReadsTheSameFileByAnotherName) {
  const FinishedRun run;
  const fs::path folder = run.fixture.folder.path();
  fs::create_symlink(folder / "b.csv", folder / "link.csv");
  const std::string name = folder.filename().string();
  for (const std::string& spelled :
       {std::string("./b.csv"), "../" + name + "/b.csv", "../" + name + "/../" + name + "/./b.csv",
        (folder / "b.csv").string(), std::string("link.csv")}) {
    std::string project = test::kSmallProject;
    project.replace(project.find("b.csv"), 5, spelled);
    run.fixture.folder.write("p.toml", project);
    RunRequest again = run.fixture.request("out", EarlierResults::kResume);
    EXPECT_THAT(test::keptSteps(outcomeOf(again)), testing::ElementsAreArray(kAllSteps)) << spelled;
  }
}

TEST(RunResume, KeepsWhatReadsAFileOutsideTheProjectByAnotherName) {
  const RunFixture fixture;
  const test::TemporaryFolder other;
  other.write("b.csv", test::tableOfRuns(2.0));
  const fs::path whole = other.path() / "b.csv";
  const fs::path seen = fs::proximate(whole, fixture.folder.path());
  ASSERT_TRUE(seen.is_relative());
  bool first = true;
  for (const fs::path& spelled : {whole, seen}) {
    std::string project = test::kSmallProject;
    project.replace(project.find("b.csv"), 5, spelled.string());
    fixture.folder.write("p.toml", project);
    const auto kept = test::keptSteps(outcomeOf(fixture.request("out", EarlierResults::kResume)));
    EXPECT_EQ(kept.size(), first ? 0u : std::size(kAllSteps));
    first = false;
  }
}

// Equal bytes in another file are another question: what it is called stands in the answer.
TEST(RunResume, AnswersAnewWhatReadsACopy) {
  const FinishedRun run;
  run.fixture.folder.write("copy.csv", test::tableOfRuns(2.0));
  std::string project = test::kSmallProject;
  project.replace(project.find("b.csv"), 5, "copy.csv");
  run.fixture.folder.write("p.toml", project);
  EXPECT_THAT(test::keptSteps(outcomeOf(run.fixture.request("out", EarlierResults::kResume))),
              ElementsAre("fit.first", "plan.size", "fit.other", "training.small"));
}

TEST(RunResume, KeepsAPlanWhoseLawCameOutTheSame) {
  const FinishedRun run;
  std::string table = test::tableOfRuns();
  table.replace(table.find("width"), 5, "breit");
  run.fixture.folder.write("a.csv", table);
  EXPECT_THAT(run.keptAgain(), ElementsAre("plan.size", "fit.of_b", "training.small"));
}

TEST(RunResume, AnswersAnewWhatIsAskedOtherwise) {
  const FinishedRun run;
  RunRequest other = run.request;
  std::get<ProjectFit>(other.project.steps[2].question).question.bootstrap = 21;
  EXPECT_THAT(test::keptSteps(outcomeOf(other)),
              ElementsAre("fit.first", "plan.size", "fit.of_b", "training.small"));
  other.project.seed = 4;
  EXPECT_THAT(test::keptSteps(outcomeOf(other)), IsEmpty());
  other.program = "1.2.4";
  EXPECT_THAT(test::keptSteps(outcomeOf(other)), IsEmpty());
}

TEST(RunResume, AnswersAnewWhatWasDamaged) {
  const FinishedRun run;
  const auto before = test::resultsIn(run.request.results);
  const fs::path& out = run.request.results;
  std::ofstream(out / "fit.other/answer.json", std::ios::app) << " ";
  fs::remove(out / "training.small/answer.txt");
  std::ofstream(out / "fit.of_b/stamp.json", std::ios::app) << " ";
  fs::remove(out / "fit.of_b/answer.txt");
  EXPECT_THAT(run.keptAgain(), ElementsAre("fit.first", "plan.size"));
  EXPECT_EQ(test::resultsIn(out), before);
}

// A stamp that someone edits no longer vouches for anything, however well it reads.
TEST(RunResume, DoesNotTrustAStampThatWasEdited) {
  const FinishedRun run;
  const fs::path file = run.request.results / "fit.of_b/stamp.json";
  std::string stamp = test::fileText(file);
  const std::size_t at = stamp.find("loss floor");
  ASSERT_NE(at, std::string::npos);
  stamp.replace(at, 10, "loss FLOOR");
  std::ofstream(file) << stamp;
  const auto planned = plannedRun(run.request);
  ASSERT_TRUE(planned.has_value());
  EXPECT_FALSE(planned->at(3).keep);
  EXPECT_THAT(planned->at(3).why, HasSubstr("stamp.json: was changed"));
}

TEST(RunResume, AStepThatFailsNowLosesItsEarlierResults) {
  const FinishedRun run;
  run.fixture.folder.write("a.csv", "nothing");
  const RunOutcome outcome = outcomeOf(run.request);
  EXPECT_EQ(rowOf(outcome, "plan.size").status, StepStatus::kSkipped);
  EXPECT_THAT(stepsWithResults(run.request.results), ElementsAre("fit.of_b", "training.small"));
}

TEST(RunResume, WithoutItEarlierResultsAreNotTouched) {
  const FinishedRun run;
  const auto before = test::resultsIn(run.request.results);
  RunRequest again = run.request;
  again.earlier = EarlierResults::kRefuse;
  const auto refused = runProject(again, test::usualMakers());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(describe(refused.error()), HasSubstr("out: holds the results of 5 steps; --resume"));
  EXPECT_EQ(test::resultsIn(run.request.results), before);
}

TEST(RunResume, OverwritingThrowsResultsAwayButNothingElse) {
  const FinishedRun run;
  run.fixture.folder.write("out/notes/mine.txt", "mine");
  RunRequest again = run.request;
  again.earlier = EarlierResults::kOverwrite;
  again.project.steps.pop_back();
  EXPECT_THAT(test::keptSteps(outcomeOf(again)), IsEmpty());
  EXPECT_EQ(stepsWithResults(run.request.results).size(), 4u);
  EXPECT_TRUE(fs::exists(run.request.results / "notes/mine.txt"));
}

TEST(RunResume, OverwritingChosenStepsLeavesTheOthers) {
  const FinishedRun run;
  RunRequest again = run.request;
  again.earlier = EarlierResults::kOverwrite;
  again.only = {"training.small"};
  EXPECT_THAT(test::keptSteps(outcomeOf(again)), IsEmpty());
  EXPECT_EQ(stepsWithResults(run.request.results).size(), 5u);
  EXPECT_THAT(run.keptAgain(), testing::ElementsAreArray(kAllSteps));
}

TEST(RunResume, ChosenStepsLeaveTheOthersInTheSummary) {
  const FinishedRun run;
  const std::string before = test::fileText(run.request.results / "summary.json");
  RunRequest chosen = run.request;
  chosen.only = {"training.small"};
  EXPECT_EQ(outcomeOf(chosen).rows.size(), 1u);
  EXPECT_EQ(test::fileText(run.request.results / "summary.json"), before);
  run.fixture.folder.write("b.csv", test::tableOfRuns(2.1));
  const RunOutcome outcome = outcomeOf(chosen);
  ASSERT_EQ(outcome.whole.size(), 5u);
  EXPECT_EQ(outcome.whole[0].status, StepStatus::kDone);
  EXPECT_EQ(outcome.whole[3].why, "b.csv has changed");  // its results no longer hold
  EXPECT_FALSE(outcome.whole[3].answered());
}

// `out/report` is a folder of the user, who has never asked for a report before.
TEST(RunResume, RefusesAFolderInAStepsPlaceThatNoRunWrote) {
  const FinishedRun run;
  run.fixture.folder.write("out/report/thesis.txt", "mine");
  int written = 0;
  RunMakers makers = test::usualMakers();
  makers.report = [&](const Project&, std::span<const AnsweredStep>) {
    ++written;
    return Result<std::vector<ResultFile>>(std::vector<ResultFile>{{"report.md", ""}});
  };
  for (const EarlierResults earlier : {EarlierResults::kResume, EarlierResults::kOverwrite}) {
    RunRequest again = run.request;
    again.earlier = earlier;
    const auto refused = runProject(again, makers);
    ASSERT_FALSE(refused);
    EXPECT_THAT(describe(refused.error()),
                HasSubstr("out/report: cannot write results: it has no"));
  }
  EXPECT_EQ(written, 0);
  EXPECT_EQ(test::fileText(run.request.results / "report/thesis.txt"), "mine");
  EXPECT_EQ(stepsWithResults(run.request.results).size(), 5u);
}

TEST(RunResume, RefusesAFileInTheSummarysPlaceThatNoRunWrote) {
  for (const char* name : {"summary.csv", "summary.json", "run.json"}) {
    const RunFixture fixture;
    fixture.folder.write(std::string("out/") + name, "mine,of,last,year\n");
    const auto refused = runProject(fixture.request(), test::usualMakers());
    ASSERT_FALSE(refused) << name;
    EXPECT_THAT(describe(refused.error()),
                HasSubstr(std::string("out/") + name +
                          ": cannot write results: no run wrote this file, so it is yours; move it "
                          "away, or name another folder with --out"));
    EXPECT_EQ(test::fileText(fixture.folder.path() / "out" / name), "mine,of,last,year\n");
    EXPECT_FALSE(fs::exists(fixture.folder.path() / "out/fit.first"));
  }
}

TEST(RunResume, ReplacesItsOwnSummary) {
  const FinishedRun run;
  const std::string before = test::fileText(run.request.results / "summary.csv");
  for (const ResultFile& file : report::summaryBeginnings())
    run.fixture.folder.write("out/" + file.name, file.content + "cut off");
  outcomeOf(run.request);
  EXPECT_EQ(test::fileText(run.request.results / "summary.csv"), before);
}

TEST(ResultsFolder, NeitherReplacesNorRemovesWhatNoRunWrote) {
  const test::TemporaryFolder folder;
  folder.write("fit.a/mine.txt", "mine");
  folder.write("fit.b/stamp.json", "{}");
  const auto results = ResultsFolder::open(folder.path());
  ASSERT_TRUE(results.has_value());
  EXPECT_FALSE(results->replace("fit.a", {}, {}));
  EXPECT_FALSE(results->replace("fit.b", {}, {}));
  results->remove("fit.a");
  results->removeAll();
  EXPECT_EQ(test::fileText(folder.path() / "fit.a/mine.txt"), "mine");
  EXPECT_TRUE(fs::exists(folder.path() / "fit.b/stamp.json"));
}

TEST(ResultsFolder, RemovesHalfWrittenStepsAndNoOtherHiddenFolder) {
  const test::TemporaryFolder folder;
  for (const char* name : {".old-thesis", ".new-car", ".old-fit.a", ".new-report"})
    fs::create_directory(folder.path() / name);
  const auto results = ResultsFolder::open(folder.path());
  EXPECT_TRUE(fs::exists(folder.path() / ".old-thesis"));
  EXPECT_TRUE(fs::exists(folder.path() / ".new-car"));
  EXPECT_FALSE(fs::exists(folder.path() / ".old-fit.a"));
  EXPECT_FALSE(fs::exists(folder.path() / ".new-report"));
}

// A file where a folder must be made fails as a full disk does, after some files were written.
TEST(ResultsFolder, LeavesNothingOfAStepThatCannotBeWritten) {
  const test::TemporaryFolder folder;
  const auto results = ResultsFolder::open(folder.path() / "out");
  ASSERT_TRUE(results.has_value());
  const std::vector<ResultFile> files{{"plots", "a file"}, {"plots/a.csv", "1"}};
  EXPECT_FALSE(results->replace("fit.a", files, {}));
  EXPECT_FALSE(fs::exists(results->path() / ".new-fit.a"));
  EXPECT_FALSE(fs::exists(results->path() / "fit.a"));
}

TEST(ResultsFolder, ABackupOfAStepIsNoStep) {
  const test::TemporaryFolder folder;
  const auto results = ResultsFolder::open(folder.path());
  ASSERT_TRUE(results.has_value());
  const std::vector<ResultFile> files{{"answer.json", "{}"}};
  ASSERT_TRUE(results->replace("fit.main", files, {}));
  fs::copy(folder.path() / "fit.main", folder.path() / "fit.main.bak");
  EXPECT_THAT(stepsWithResults(folder.path()), ElementsAre("fit.main"));
  results->removeAll();
  EXPECT_FALSE(fs::exists(folder.path() / "fit.main"));
  EXPECT_TRUE(fs::exists(folder.path() / "fit.main.bak/stamp.json"));
}

TEST(RunResume, NamesResultsOfStepsThatAreGone) {
  const FinishedRun run;
  RunRequest smaller = run.request;
  smaller.project.steps.pop_back();
  const RunOutcome outcome = outcomeOf(smaller);
  EXPECT_THAT(outcome.leftover, ElementsAre("training.small"));
  EXPECT_THAT(report::runText(outcome), HasSubstr("no longer has are still there: training.small"));
}

/// A report that lists what it was given.
RunMakers reportingMakers(int& written) {
  RunMakers makers = test::usualMakers();
  makers.report = [&written](const Project&, std::span<const AnsweredStep> answers) {
    ++written;
    std::string text;
    for (const AnsweredStep& step : answers)
      text +=
          stepId(step.step) + (step.answer ? " yes\n" : " " + step.answer.error().message + "\n");
    return Result<std::vector<ResultFile>>(std::vector<ResultFile>{{"report.md", text}});
  };
  return makers;
}

TEST(RunResume, TheReportComesLastAndHoldsWhileNoAnswerChanges) {
  const FinishedRun run;
  int written = 0;
  const RunMakers makers = reportingMakers(written);
  const RunOutcome first = outcomeOf(run.request, makers);  // all steps were kept
  EXPECT_EQ(first.rows.back().step, "report");
  EXPECT_EQ(first.rows.back().status, StepStatus::kDone);
  EXPECT_EQ(test::fileText(run.request.results / "report/report.md"),
            "fit.first yes\nplan.size yes\nfit.other yes\nfit.of_b yes\ntraining.small yes\n");
  EXPECT_TRUE(outcomeOf(run.request, makers).rows.back().kept);
  EXPECT_EQ(written, 1);
  run.fixture.folder.write("b.csv", "nothing");
  outcomeOf(run.request, makers);
  EXPECT_EQ(written, 2);
  EXPECT_THAT(test::fileText(run.request.results / "report/report.md"), HasSubstr("fit.of_b "));
  EXPECT_THAT(test::fileText(run.request.results / "report/report.md"),
              testing::Not(HasSubstr("fit.of_b yes")));
}

TEST(RunResume, ABugInTheReportLeavesTheSummary) {
  const RunFixture fixture;
  RunMakers makers = test::usualMakers();
  makers.report = [](const Project&,
                     std::span<const AnsweredStep>) -> Result<std::vector<ResultFile>> {
    require(false, "planted");
    return {};
  };
  const RunRequest request = fixture.request();
  const RunOutcome outcome = outcomeOf(request, makers);
  EXPECT_EQ(rowOf(outcome, "report").status, StepStatus::kFailed);
  EXPECT_THAT(rowOf(outcome, "report").why, HasSubstr("our bug"));
  EXPECT_EQ(rowOf(outcome, "plan.size").status, StepStatus::kDone);
  EXPECT_TRUE(fs::exists(request.results / "summary.json"));
}

TEST(RunResume, ChosenStepsLeaveTheReportAlone) {
  const FinishedRun run;
  int written = 0;
  const RunMakers makers = reportingMakers(written);
  outcomeOf(run.request, makers);
  const std::string before = test::fileText(run.request.results / "report/report.md");
  RunRequest chosen = run.request;
  chosen.earlier = EarlierResults::kOverwrite;
  chosen.only = {"training.small"};
  EXPECT_THAT(outcomeOf(chosen, makers).leftover, IsEmpty());
  EXPECT_EQ(written, 1);
  EXPECT_EQ(test::fileText(run.request.results / "report/report.md"), before);
}

TEST(RunResume, ADryRunSaysWhatItWouldDoAndDoesNothing) {
  const FinishedRun run;
  run.fixture.folder.write("a.csv", test::tableOfRuns(1.9));
  const auto before = test::resultsIn(run.request.results);
  const auto planned = plannedRun(run.request);
  ASSERT_TRUE(planned.has_value());
  std::vector<std::string> lines;
  for (const PlannedStep& step : *planned)
    lines.push_back(step.step + (step.keep ? " keep" : ": " + step.why));
  EXPECT_THAT(lines,
              ElementsAre("fit.first: a.csv has changed", "plan.size: after fit.first",
                          "fit.other: a.csv has changed", "fit.of_b keep", "training.small keep"));
  EXPECT_EQ(test::resultsIn(run.request.results), before);
  EXPECT_FALSE(fs::exists(run.fixture.folder.path() / "never"));
  RunRequest fresh = run.fixture.request("never");
  EXPECT_EQ(plannedRun(fresh)->at(0).why, "no results yet");
  EXPECT_FALSE(fs::exists(fresh.results));
}

TEST(RunResume, ADryRunTellsOfTheReportToo) {
  const FinishedRun run;
  int written = 0;
  RunMakers makers = reportingMakers(written);
  const auto planned = [&] { return plannedRun(run.request, makers)->back(); };
  EXPECT_EQ(planned().step, "report");
  EXPECT_EQ(planned().why, "no results yet");
  outcomeOf(run.request, makers);
  EXPECT_TRUE(planned().keep);
  makers.report_setting = "# another date";
  EXPECT_EQ(planned().why, "it is asked otherwise now");
  run.fixture.folder.write("b.csv", test::tableOfRuns(2.1));
  EXPECT_EQ(planned().why, "after fit.of_b");
  EXPECT_EQ(written, 1);
}

}  // namespace
}  // namespace moe
