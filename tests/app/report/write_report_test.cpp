#include "app/report/document/write_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/workflows/write_folder.h"
#include "tests/app/report/sample_document.h"
#include "tests/support/temporary_folder.h"

namespace moe::report {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string writingProblem(const fs::path& path, const ReportDrawing& drawing) {
  const auto written = writeReport(test::sampleDocument(), path, drawing);
  return written ? "" : describe(written.error());
}

TEST(WriteReport, ChoosesTheFormatByTheName) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a.html", "a.htm", "a.pdf", "a.md", "a.json"})
    EXPECT_EQ(writingProblem(folder.path() / name, test::namedDrawing()), "") << name;
  EXPECT_THAT(test::fileText(folder.path() / "a.html"), testing::StartsWith("<!DOCTYPE html>"));
  EXPECT_EQ(test::fileText(folder.path() / "a.htm"), test::fileText(folder.path() / "a.html"));
  EXPECT_EQ(test::fileText(folder.path() / "a.pdf"), "%PDF-sample");
  EXPECT_THAT(test::fileText(folder.path() / "a.md"), HasSubstr("](a_files/curve.svg)"));
  EXPECT_TRUE(fs::exists(folder.path() / "a_files/curve.svg"));
  EXPECT_THAT(test::fileText(folder.path() / "a.json"), HasSubstr("moeplan.report/1"));
}

TEST(WriteReport, RefusesAnEndingThatItDoesNotKnow) {
  EXPECT_THAT(writingProblem("report.docx", {}),
              HasSubstr("report.docx: a report cannot be written as '.docx'; name a file that ends "
                        "with .html, .pdf, .md or .json"));
}

TEST(WriteReport, ReplacesItsOwnFolderAndNoOther) {
  const test::TemporaryFolder folder;
  const fs::path target = folder.path() / "results/";
  EXPECT_EQ(writingProblem(target, {}), "");
  EXPECT_EQ(writingProblem(target, {}), "");
  EXPECT_TRUE(fs::exists(target / "tables/prices.csv"));
  EXPECT_EQ(folder.size(), 1u);  // nothing is left beside it
  folder.write("photos/cat.png", "x");
  EXPECT_THAT(writingProblem(folder.path() / "photos/", {}), HasSubstr("holds other files"));
  EXPECT_EQ(test::fileText(folder.path() / "photos/cat.png"), "x");
  EXPECT_EQ(folder.size(), 2u);
}

TEST(WriteReport, AReportBesideOtherFilesDoesNotMakeTheFolderItsOwn) {
  const test::TemporaryFolder folder;
  folder.write("project/src/main.c", "x");
  EXPECT_EQ(writingProblem(folder.path() / "project/report.json", {}), "");
  EXPECT_THAT(writingProblem(folder.path() / "project", {}), HasSubstr("holds other files"));
  EXPECT_EQ(test::fileText(folder.path() / "project/src/main.c"), "x");
}

TEST(WriteReport, RemovesOnlyFilesThatAnEarlierReportWrote) {
  const test::TemporaryFolder folder;
  const fs::path target = folder.path() / "results/";
  EXPECT_EQ(writingProblem(target, test::namedDrawing()), "");
  folder.write("results/tables/mine.csv", "x");
  ASSERT_TRUE(fs::exists(target / "plots/curve.svg"));
  EXPECT_EQ(writingProblem(target, {}), "");  // without pictures
  EXPECT_FALSE(fs::exists(target / "plots/curve.svg"));
  EXPECT_EQ(test::fileText(target / "tables/mine.csv"), "x");
}

// Below a file nothing can be written, not even by root.
TEST(WriteReport, NamesThePlaceThatCannotBeWritten) {
  const test::TemporaryFolder folder;
  folder.write("file", "x");
  for (const char* name : {"file/a.html", "file/a.md", "file/results/"}) {
    const fs::path path = folder.path() / name;
    EXPECT_THAT(writingProblem(path, test::namedDrawing()), HasSubstr(": cannot write: ")) << name;
  }
  EXPECT_EQ(folder.size(), 1u);
}

TEST(WriteReport, LeavesTheOldFileWhereDrawingFails) {
  const test::TemporaryFolder folder;
  folder.write("a.html", "old");
  ReportDrawing drawing;
  drawing.svg = [](const PlotSpec&, PictureSize, PictureFor) -> Result<std::string> {
    return fail(ErrorKind::kInput, "font", "is missing");
  };
  EXPECT_EQ(writingProblem(folder.path() / "a.html", drawing), "font: is missing");
  EXPECT_EQ(test::fileText(folder.path() / "a.html"), "old");
}

TEST(WriteReport, WritesNoPdfWithoutDrawing) {
  EXPECT_THAT(
      writingProblem("a.pdf", {}),
      HasSubstr("a.pdf: this build of moeplan draws no plots and writes no PDF; name a file"));
}

TEST(WriteFolder, ReplacesAnEmptyFolder) {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path() / "empty");
  const auto written = writeFolder(folder.path() / "empty", {{"a/b.txt", "x"}});
  ASSERT_TRUE(written) << describe(written.error());
  EXPECT_EQ(test::fileText(folder.path() / "empty/a/b.txt"), "x");
  folder.write("file", "x");
  const auto refused = writeFolder(folder.path() / "file", {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(describe(refused.error()), HasSubstr("it is no folder"));
}

TEST(WriteFolder, WritesOverNoFileThatIsNotListed) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(writeFolder(folder.path() / "a", {{"one.txt", "1"}}));
  folder.write("a/two.txt", "mine");
  const auto refused = writeFolder(folder.path() / "a", {{"two.txt", "2"}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(describe(refused.error()), HasSubstr("a/two.txt: cannot write: a file of yours"));
  EXPECT_EQ(test::fileText(folder.path() / "a/two.txt"), "mine");
  EXPECT_EQ(test::fileText(folder.path() / "a/one.txt"), "1");
}

// A list that someone wrote by hand must not reach out of its folder.
TEST(WriteFolder, TrustsNoListBeyondItsFolder) {
  const test::TemporaryFolder folder;
  folder.write("precious.txt", "x");
  folder.write("a/.moeplan-files", "moeplan.folder/1\n../precious.txt\nold.txt\n");
  folder.write("a/old.txt", "x");
  ASSERT_TRUE(writeFolder(folder.path() / "a", {{"one.txt", "1"}}));
  EXPECT_TRUE(fs::exists(folder.path() / "precious.txt"));
  EXPECT_FALSE(fs::exists(folder.path() / "a/old.txt"));
}

// The new folder is missing, so that the second renaming fails.
TEST(WriteFolder, AnExchangeThatFailsLeavesWhatStoodThere) {
  const test::TemporaryFolder folder;
  folder.write("a/one.txt", "1");
  const fs::path target = folder.path() / "a";
  EXPECT_TRUE(exchangeFolder(folder.path() / "none", target, folder.path() / "old"));
  EXPECT_EQ(test::fileText(target / "one.txt"), "1");
  EXPECT_FALSE(fs::exists(folder.path() / "old"));
}

}  // namespace
}  // namespace moe::report
