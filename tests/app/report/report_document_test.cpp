#include "app/report/document/report_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "app/report/document/html_document.h"
#include "app/report/document/markdown_document.h"
#include "app/report/document/report_files.h"
#include "app/report/document/table_shape.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tolerant_text.h"

namespace moe::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kReportProject = "tests/golden/report/small.toml";

/// Paths in a report are those of the project as it was named: here from the root.
Project projectFromRoot() {
  std::filesystem::current_path(MOEPLAN_SOURCE_DIR);
  return readProject(kReportProject).value();
}

/// The answers of the small project and what goes with them; made once, as they take half a second.
struct SmallReport {
  test::TemporaryFolder laws;
  Project project = projectFromRoot();
  std::vector<AnsweredStep> answers = answerProject(project, laws.path());
  ReportEvidence evidence =
      gatherEvidence(project, kReportProject, answers, {.accuracy = false}).value();

  Document document(const std::vector<std::string>& parts = reportPartNames()) const {
    return reportDocument({project,
                           answers,
                           evidence,
                           {"moeplan", "", "moeplan report small.toml", kReportProject, ""}},
                          parts);
  }
};

const SmallReport& smallReport() {
  static const SmallReport report;
  return report;
}

std::string markdownOf(const Document& document) {
  return markdownDocument(document, "", {})->text;
}

/// The text of one part.
std::string partText(const std::string& part) { return markdownOf(smallReport().document({part})); }

TEST(ReportOfAProject, IsTheGoldenText) {
  test::expectAlikeFile(markdownOf(smallReport().document()),
                        MOEPLAN_SOURCE_DIR "/tests/golden/report/small.md");
}

TEST(ReportOfAProject, HasEveryPartOnceInOrder) {
  std::vector<std::string> keys;
  for (const Section& section : smallReport().document().sections) keys.push_back(section.key);
  EXPECT_EQ(keys, reportPartNames());
}

TEST(ReportOfAProject, GivesEveryNumberOfATableItsUnitAndProgramsItsBits) {
  const Document document = smallReport().document();
  std::size_t tables = 0;
  eachBlock<TableBlock>(document, [&](const Section&, const TableBlock& block) {
    ++tables;
    EXPECT_THAT(numbersWithoutUnit(block.table), IsEmpty()) << block.key;
    EXPECT_THAT(numbersAsTextAlone(block.table), IsEmpty()) << block.key;
  });
  EXPECT_GE(tables, 8u);
}

TEST(ReportOfAProject, CallsTablesAndPlotsByNamesOfTheirOwn) {
  const Document document = smallReport().document();
  std::vector<std::string> keys;
  eachBlock<TableBlock>(
      document, [&](const Section&, const TableBlock& block) { keys.push_back(block.key); });
  eachBlock<FactSheet>(document,
                       [&](const Section&, const FactSheet& sheet) { keys.push_back(sheet.key); });
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
  std::vector<std::string> plots;
  eachBlock<Figure>(document, [&](const Section&, const Figure& figure) {
    plots.push_back(figure.plot.key);
    EXPECT_FALSE(captionOf(figure.plot).empty()) << figure.plot.key;
  });
  EXPECT_GE(plots.size(), 10u);
  EXPECT_EQ(std::set<std::string>(plots.begin(), plots.end()).size(), plots.size());
}

TEST(ReportOfAProject, SaysFirstWhatToTrainAtWhatPriceHowSureAndWhatWouldChangeIt) {
  const std::string answer = partText("answer");
  EXPECT_THAT(answer, HasSubstr("How many experts should the next model have?"));
  for (const char* fact : {"| Model | N = ", "| Loss | ", "| Serving | ", "| Training | 1e20 FLOP",
                           "| How sure | ", "| What would change it | "})
    EXPECT_THAT(answer, HasSubstr(fact));
  EXPECT_LT(answer.find("Train "), answer.find("| Loss | "));
}

TEST(ReportOfAProject, ShowsAFailedStepWithItsReason) {
  for (const char* part : {"answer", "plan", "unknown"}) {
    const std::string text = partText(part);
    EXPECT_THAT(text, HasSubstr("Plan broken")) << part;
    EXPECT_THAT(text, HasSubstr("experts")) << part;
  }
  EXPECT_THAT(partText("answer"), HasSubstr("> **No answer: Plan broken has no answer**"));
}

TEST(ReportOfAProject, NamesThePartsThatWereLeftOut) {
  EXPECT_THAT(markdownOf(smallReport().document({"answer", "plan"})),
              HasSubstr("Parts left out of this report: data, fit, cost, adapt, accuracy, "
                        "assumptions, unknown, origin."));
  EXPECT_THAT(markdownOf(smallReport().document()), Not(HasSubstr("Parts left out")));
}

TEST(ReportOfAProject, NamesDataWithHashLicenceAndChoice) {
  const std::string data = partText("data");
  EXPECT_THAT(data, HasSubstr("gemstones/runs.csv"));
  EXPECT_THAT(data, HasSubstr("MIT"));
  EXPECT_THAT(data, HasSubstr("schedule=cool_end"));
}

TEST(ReportOfAProject, SaysHowItIsMadeAgain) {
  const std::string origin = partText("origin");
  EXPECT_THAT(origin, HasSubstr("moeplan report small.toml"));
  EXPECT_THAT(origin, HasSubstr("  small.toml"));
  EXPECT_THAT(origin, HasSubstr("[plan.train]"));
  EXPECT_THAT(origin, HasSubstr("Ludziejewski"));
}

TEST(ReportOfAProject, TellsForEachAssumptionWhatTheAnswerBecomes) {
  const std::string text = partText("assumptions");
  for (const char* name : {"training budget", "prompt tokens", "output tokens",
                           "price of a device-hour", "router skew", "requests at once"})
    EXPECT_THAT(text, HasSubstr(std::string("| ") + name)) << name;
}

TEST(ReportOfAProject, TellsWhatWasNotKnown) {
  const std::string text = partText("unknown");
  EXPECT_THAT(text, HasSubstr("no posterior draws"));  // of a published law
  EXPECT_THAT(text, HasSubstr("no runs were held out"));
}

TEST(ReportOfAProject, IsTheSameFromTheSameAnswers) {
  EXPECT_EQ(reportJson(smallReport().document()), reportJson(smallReport().document()));
}

TEST(ReportOfAProject, HoldsNoFolderOfThisMachine) {
  const std::string json = reportJson(smallReport().document());
  EXPECT_THAT(json, Not(HasSubstr(smallReport().laws.path().string())));
  EXPECT_THAT(json, Not(HasSubstr(MOEPLAN_SOURCE_DIR)));
}

TEST(ReportOfAProject, WithoutStepsSaysSo) {
  const Project project;
  const ReportEvidence evidence;
  const std::string text =
      markdownOf(reportDocument({project, {}, evidence, {}}, reportPartNames()));
  EXPECT_THAT(text, HasSubstr("This project asks nothing"));
  EXPECT_THAT(text, HasSubstr("No law was fitted"));
  EXPECT_THAT(text, HasSubstr("No cost was asked for"));
}

TEST(ReportParts, SuggestTheNearest) {
  const auto parts = reportParts({"assumtions"}, "--parts");
  ASSERT_FALSE(parts);
  EXPECT_EQ(parts.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(describe(parts.error()),
              HasSubstr("--parts: 'assumtions' is no part of a report; did you mean assumptions,"));
}

TEST(ReportParts, KeepTheOrderOfTheReport) {
  EXPECT_THAT(*reportParts({"cost", "answer", "cost"}, ""), ElementsAre("answer", "cost"));
  EXPECT_EQ(*reportParts({}, ""), reportPartNames());
}

}  // namespace
}  // namespace moe::report
