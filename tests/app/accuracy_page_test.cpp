#include "app/report/accuracy_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/report/accuracy_tables.h"
#include "app/workflows/accuracy_workflow.h"
#include "tests/costmodel/verify/shipped_points.h"
#include "tests/support/command_document.h"
#include "tests/support/sanitizer.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tolerant_text.h"

namespace moe::cli {
namespace {

using test::runCommand;
using testing::HasSubstr;

/// What `validate --json --accuracy-page FILE` prints and writes.
struct PageRun {
  std::string file;
  nlohmann::json answer;
  std::string page;
};

PageRun pageRun() {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "page.md").string();
  const nlohmann::json answer = test::document("validate --quiet --accuracy-page " + file);
  return {file, answer, test::fileText(file)};
}

// The suite is one process (TOGETHER in CMakeLists.txt), so that one run serves several tests.
const PageRun& firstRun() {
  static const PageRun kRun = pageRun();
  return kRun;
}

// After a change that was meant: MOEPLAN_UPDATE_GOLDEN=1, or the command that the page names.
TEST(AccuracyPage, IsWhatTheCommandWrites) {
  test::expectAlikeFile(firstRun().page, MOEPLAN_SOURCE_DIR "/data/tables/serving/ACCURACY.md");
}

TEST(AccuracyPage, ComesOutTheSameOnEveryRun) {
  if (test::kSanitized) GTEST_SKIP() << "of figures; the presets dev and core compare two runs";
  EXPECT_EQ(pageRun().page, firstRun().page);
}

TEST(AccuracyPage, IsNamedByTheDocument) {
  EXPECT_EQ(firstRun().answer["inputs"]["accuracy_page"], firstRun().file);
  EXPECT_THAT(firstRun().page, HasSubstr("# How far predictions are"));
}

// The README quotes lines of the page, whole.
TEST(AccuracyPage, IsQuotedByTheReadmeWordForWord) {
  const std::string page = test::fileText(MOEPLAN_SOURCE_DIR "/data/tables/serving/ACCURACY.md");
  const std::string readme = test::fileText(MOEPLAN_SOURCE_DIR "/README.md");
  const auto begin = readme.find("## How accurate is it?");
  ASSERT_NE(begin, std::string::npos);
  int quoted = 0;
  for (const std::string& line :
       test::linesOf(readme.substr(begin, readme.find("\n## ", begin) - begin))) {
    if (!line.starts_with("| all ") && !line.starts_with("| c")) continue;
    ++quoted;
    EXPECT_NE(page.find("\n" + line + "\n"), std::string::npos) << line;
  }
  EXPECT_EQ(quoted, 6);
}

// A page with a figure of another cost model is not taken for the right one.
TEST(AccuracyPage, AnotherFigureIsSeen) {
  EXPECT_TRUE(test::sameLine("| core rows | 1386 | 11.4 |", "| core rows | 1386 | 11.4 |"));
  EXPECT_FALSE(test::sameLine("| core rows | 1386 | 11.4 |", "| core rows | 1386 | 11.9 |"));
}

TEST(AccuracyPage, GivesAReasonBesideEveryGroupThatIsMissedByMuch) {
  const AccuracyStudy& study = test::shippedStudy();
  const std::string table = report::groupTable(study.groups);
  EXPECT_THAT(table, HasSubstr("- Qwen3-32B, H100-80GB SXM, sglang, bf16: 78 of 84 rows"));
  EXPECT_EQ(table.find("no reason is known"), std::string::npos);
  std::vector<GroupAccuracy> planted = study.groups;
  for (GroupAccuracy& group : planted)
    if (group.name == "Llama-3.1-70B, B200-180GB SXM, vllm, fp8") group.tpot.mape = 0.26;
  EXPECT_THAT(report::groupTable(planted),
              HasSubstr("- Llama-3.1-70B, B200-180GB SXM, vllm, fp8: no reason is known."));
}

TEST(AccuracyPage, IsNotWrittenWhereNothingCanBeWritten) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "missing/page.md").string();
  const auto ended = runCommand("validate --quiet --accuracy-page " + file);
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr(file + ": cannot write"));
  EXPECT_EQ(ended.out, "");
}

TEST(AccuracyPage, StopsWhenItIsAskedTo) {
  std::stop_source stop;
  stop.request_stop();
  const auto outcome = runAccuracy(stop.get_token());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kCancelled);
}

}  // namespace
}  // namespace moe::cli
