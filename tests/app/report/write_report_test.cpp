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
  folder.write("results/tables/of_an_earlier_report.csv", "x");
  EXPECT_EQ(writingProblem(target, {}), "");
  EXPECT_FALSE(fs::exists(target / "tables/of_an_earlier_report.csv"));
  EXPECT_TRUE(fs::exists(target / "tables/prices.csv"));
  EXPECT_EQ(folder.size(), 1u);  // nothing is left beside it
  folder.write("photos/cat.png", "x");
  EXPECT_THAT(writingProblem(folder.path() / "photos/", {}), HasSubstr("holds other files"));
  EXPECT_EQ(test::fileText(folder.path() / "photos/cat.png"), "x");
  EXPECT_EQ(folder.size(), 2u);
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
  drawing.svg = [](const PlotSpec&, PictureSize, bool) -> Result<std::string> {
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
  const auto written = writeFolder(folder.path() / "empty", {{"a/b.txt", "x"}}, "mark");
  ASSERT_TRUE(written) << describe(written.error());
  EXPECT_EQ(test::fileText(folder.path() / "empty/a/b.txt"), "x");
  folder.write("file", "x");
  const auto refused = writeFolder(folder.path() / "file", {}, "mark");
  ASSERT_FALSE(refused);
  EXPECT_THAT(describe(refused.error()), HasSubstr("it is no folder"));
}

}  // namespace
}  // namespace moe::report
