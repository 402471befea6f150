#include "app/report/accuracy_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/report/accuracy_tables.h"
#include "tests/support/run_command.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tolerant_text.h"

namespace moe::cli {
namespace {

using test::runCommand;
using testing::HasSubstr;

std::string pageAnew() {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "page.md").string();
  const auto ended = runCommand("validate --quiet --accuracy-page " + file);
  EXPECT_EQ(ended.code, 0) << ended.err;
  return test::fileText(file);
}

// After a change that was meant: MOEPLAN_UPDATE_GOLDEN=1, or the command that the page names.
TEST(AccuracyPage, IsWhatTheCommandWrites) {
  test::expectAlikeFile(pageAnew(), MOEPLAN_SOURCE_DIR "/data/tables/serving/ACCURACY.md");
}

TEST(AccuracyPage, ComesOutTheSameOnEveryRun) { EXPECT_EQ(pageAnew(), pageAnew()); }

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
  const auto outcome = runAccuracy();
  ASSERT_TRUE(outcome);
  const std::string table = report::groupTable(outcome->study.groups);
  EXPECT_THAT(table, HasSubstr("- Qwen3-32B, H100-80GB SXM, sglang, bf16: 78 of 84 rows"));
  EXPECT_EQ(table.find("no reason is known"), std::string::npos);
  std::vector<GroupAccuracy> planted = outcome->study.groups;
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
