#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "app/report/document/html_document.h"
#include "app/report/document/inline_svg.h"
#include "app/report/document/markdown_document.h"
#include "app/report/document/part_builders.h"
#include "app/report/document/report_files.h"
#include "app/report/document/table_shape.h"
#include "app/report/table_cells.h"
#include "tests/app/report/sample_document.h"
#include "tests/support/golden.h"

namespace moe::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kReportGolden = MOEPLAN_SOURCE_DIR "/tests/golden/report/";

std::size_t countOf(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

std::string sampleHtml(const ReportDrawing& drawing) {
  return htmlDocument(test::sampleDocument(), drawing).value();
}

/// Places of an HTML page that a browser would fetch from somewhere.
std::vector<std::string> fetchedAddresses(const std::string& html) {
  static const std::regex kFetched(
      R"re((src|href|xlink:href|action|data)\s*=\s*["'](?!#)[^"']*|url\((?!#)|@import|<script|<link|<iframe)re");
  std::vector<std::string> found;
  for (std::sregex_iterator match(html.begin(), html.end(), kFetched), end; match != end; ++match)
    found.push_back(match->str());
  return found;
}

TEST(HtmlDocument, IsWordForWordTheGoldenPage) {
  test::expectSameAsFile(sampleHtml(test::namedDrawing()), kReportGolden + "sample.html");
}

TEST(HtmlDocument, FetchesNothingAndRunsNothing) {
  EXPECT_THAT(fetchedAddresses(sampleHtml(test::namedDrawing())), IsEmpty());
  EXPECT_THAT(fetchedAddresses("<img src=\"https://example.org/x.png\">"), Not(IsEmpty()));
  EXPECT_THAT(fetchedAddresses("<a href=\"#fit\">"), IsEmpty());
}

TEST(HtmlDocument, ShowsHostileNamesAsTheyAre) {
  const std::string html = sampleHtml(test::namedDrawing());
  EXPECT_THAT(html, Not(HasSubstr("<script>")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
}

// The void elements of the page; all others must be closed in the order in which they were opened.
TEST(HtmlDocument, ClosesEveryElement) {
  const std::string html = sampleHtml(test::namedDrawing());
  static const std::regex kTag(R"(<(/?)([a-zA-Z0-9]+)[^>]*?(/?)>)");
  std::vector<std::string> open;
  for (std::sregex_iterator match(html.begin(), html.end(), kTag), end; match != end; ++match) {
    const std::string name = (*match)[2];
    if (name == "meta" || (*match)[3] == "/") continue;
    if ((*match)[1] == "/") {
      ASSERT_FALSE(open.empty()) << match->str();
      EXPECT_EQ(open.back(), name);
      open.pop_back();
    } else {
      open.push_back(name);
    }
  }
  EXPECT_THAT(open, IsEmpty());
}

TEST(HtmlDocument, HoldsEachPlotLightAndDarkWithIdsOfItsOwn) {
  const std::string html = sampleHtml(test::namedDrawing());
  EXPECT_EQ(countOf(html, "<svg"), 4u);  // two plots; the empty one has no picture
  EXPECT_EQ(countOf(html, "</svg>"), 4u);
  EXPECT_EQ(countOf(html, "class=\"light\""), 2u);
  EXPECT_EQ(countOf(html, "class=\"dark\""), 2u);
  static const std::regex kId(R"re( id="([^"]*)")re");
  std::vector<std::string> ids;
  for (std::sregex_iterator match(html.begin(), html.end(), kId), end; match != end; ++match)
    ids.push_back((*match)[1]);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST(HtmlDocument, SaysWhereAPlotIsMissing) {
  const std::string html = sampleHtml({});
  EXPECT_THAT(html, Not(HasSubstr("<svg")));
  EXPECT_EQ(countOf(html, "this build of moeplan draws no plots"), 2u);
  EXPECT_THAT(html, HasSubstr("No run was made."));
}

TEST(HtmlDocument, PassesOnWhyNothingCouldBeDrawn) {
  ReportDrawing drawing;
  drawing.svg = [](const PlotSpec&, PictureSize, PictureFor) -> Result<std::string> {
    return fail(ErrorKind::kInput, "DejaVu Sans", "is not installed");
  };
  const auto html = htmlDocument(test::sampleDocument(), drawing);
  ASSERT_FALSE(html);
  EXPECT_EQ(describe(html.error()), "DejaVu Sans: is not installed");
}

TEST(InlineSvg, LosesItsPrologAndSizeButNotItsPicture) {
  const std::string svg = inlineSvg(
      "<?xml version=\"1.0\"?>\n<svg width=\"1mm\" height=\"2mm\" viewBox=\"0 0 1 2\"><a "
      "id=\"x\"/><b fill=\"url(#x)\"/></svg>\n",
      "light", "a \"b\"", "p");
  EXPECT_EQ(svg,
            "<svg viewBox=\"0 0 1 2\" class=\"light\" role=\"img\" aria-label=\"a &quot;b&quot;\">"
            "<a id=\"p-x\"/><b fill=\"url(#p-x)\"/></svg>");
  EXPECT_EQ(inlineSvg("no picture", "light", "", "p"), "");
}

TEST(MarkdownDocument, IsWordForWordTheGoldenText) {
  const auto report =
      markdownDocument(test::sampleDocument(), "sample_files", test::namedDrawing());
  test::expectSameAsFile(report->text, kReportGolden + "sample.md");
}

TEST(MarkdownDocument, HasTheFilesThatItLinks) {
  const auto report =
      markdownDocument(test::sampleDocument(), "sample_files", test::namedDrawing());
  std::vector<std::string> names;
  for (const Attachment& file : report->files) {
    names.push_back(file.name);
    EXPECT_THAT(report->text, HasSubstr("(sample_files/" + file.name + ")"));
  }
  EXPECT_THAT(names, ElementsAre("curve.svg", "curve.csv", "residuals.svg", "residuals.csv"));
}

// CommonMark ends the destination of a link at a space, and at a bracket that nothing opened.
TEST(MarkdownDocument, LinksFilesInFoldersOfAnyName) {
  const auto report =
      markdownDocument(test::sampleDocument(), "my (50 %) größe_files", test::namedDrawing());
  EXPECT_THAT(report->text, HasSubstr("](my%20%2850%20%25%29%20größe_files/curve.svg)"));
  EXPECT_THAT(report->text, HasSubstr("[Data](my%20%2850%20%25%29%20größe_files/curve.csv)"));
}

TEST(MarkdownDocument, EscapesWhatWouldBeMarkup) {
  EXPECT_EQ(escapedMarkdown("a|b `c` *d* <e> & d_model _f_ [g](h)"),
            "a\\|b \\`c\\` \\*d\\* &lt;e&gt; &amp; d_model \\_f\\_ [g]\\(h)");
}

// A row whose cells held a bare '|' would have more columns than the heading.
TEST(MarkdownDocument, KeepsTablesWholeAroundHostileCells) {
  const auto report = markdownDocument(test::sampleDocument(), "", {});
  static const std::regex kBar(R"((^|[^\\])\|)");
  std::istringstream lines(report->text);
  std::size_t rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| &lt;script")) continue;
    ++rows;
    EXPECT_EQ(std::distance(std::sregex_iterator(line.begin(), line.end(), kBar), {}), 3) << line;
  }
  EXPECT_EQ(rows, 1u);
}

TEST(ReportFiles, AreEveryTablePlotAndAnswer) {
  const auto files = reportFiles(test::sampleDocument(), test::namedDrawing());
  std::vector<std::string> names;
  for (const Attachment& file : *files) names.push_back(file.name);
  EXPECT_THAT(names, ElementsAre("report.html", "report.json", "report.pdf", "tables/prices.csv",
                                 "tables/prices.json", "tables/facts.csv", "tables/facts.json",
                                 "plots/curve.csv", "plots/curve.svg", "plots/residuals.csv",
                                 "plots/residuals.svg", "answers/fit.a/answer.json"));
}

/// The content of one file of the sample's report.
std::string sampleFile(const std::string& name) {
  const auto files = reportFiles(test::sampleDocument(), {});
  for (const Attachment& file : *files)
    if (file.name == name) return file.content;
  return "no file " + name;
}

TEST(ReportFiles, GiveEveryFigureOfAFactItsRow) {
  EXPECT_EQ(sampleFile("tables/facts.csv"),
            "What,Answer,Basis and notes,Figure,Value (nats per token),Value low (nats per token),"
            "Value high (nats per token)\r\n"
            "Loss,2.5 nats per token,fitted,loss,2.512345678901234,2.4,2.6\r\n"
            "Hidden,\"<script>alert('x')</script> | `a` *b* & \"\"c\"\" [d](e)\",,,,,\r\n");
  const auto json = nlohmann::json::parse(sampleFile("tables/facts.json"));
  EXPECT_EQ(json["rows"][0][4], 2.512345678901234);
  EXPECT_EQ(json["columns"][4]["unit"], "nats per token");
}

TEST(ReportFiles, HoldTablesInFullPrecisionBesideWhatIsShown) {
  EXPECT_THAT(sampleFile("tables/prices.csv"), HasSubstr(",0.1234567890123,0.1,0.14\r\n"));
  const auto json = nlohmann::json::parse(sampleFile("tables/prices.json"));
  EXPECT_EQ(json["columns"][1]["heading"], "Price");
  EXPECT_EQ(json["columns"][1]["unit"], "USD/M tokens");
  EXPECT_EQ(json["rows"][0][1], 0.1234567890123);
  EXPECT_EQ(json["rows"][1][2], nullptr);
  EXPECT_EQ(json["shown"]["rows"][0][1], "0.12\n[0.10, 0.14]");
}

TEST(ReportFiles, WriteTheDocumentAsJson) {
  const auto json = nlohmann::json::parse(reportJson(test::sampleDocument()));
  EXPECT_EQ(json["schema"], "moeplan.report/1");
  EXPECT_EQ(json["sections"][0]["blocks"][0]["title"], "Take " + test::kHostile);
  EXPECT_EQ(json["sections"][1]["blocks"][5]["columns"][1]["unit"], "USD/M tokens");
  EXPECT_THAT(json["sections"][1]["blocks"][6]["csv"].get<std::string>(), HasSubstr("3.5"));
}

TEST(TableShape, PutsIntervalsBelowTheirValues) {
  const TextTable table =
      intervalsInCells({"",
                        {{"E"}, {"Configuration"}, {"N"}},
                        {{"8", "over-trained", "81 M"},
                         {"", TableCell("  best in 93 %", {{.value = 93.25}}), "[75 M, 90 M]"},
                         {"16", "loss-optimal", "-"}},
                        {}});
  std::vector<std::vector<std::string>> texts;
  for (const TableRow& row : table.rows)
    for (texts.emplace_back(); const TableCell& cell : row) texts.back().push_back(cell.text);
  EXPECT_THAT(texts,
              ElementsAre(ElementsAre("8", "over-trained\nbest in 93 %", "81 M\n[75 M, 90 M]"),
                          ElementsAre("16", "loss-optimal", "-")));
  EXPECT_EQ(table.rows[0][1].numbers.at(0).value, 93.25);
}

TEST(TableShape, FindsNumbersWithoutUnit) {
  const TextTable table{"T",
                        {{"Devices"}, {"Time"}, {"Price", "USD"}, {"N"}},
                        {{"2", "12 ms", "0.5", "1.2 B"}, {"two", "-", "-", "1e21"}},
                        {}};
  EXPECT_THAT(numbersWithoutUnit(table),
              ElementsAre("T / Devices: 2", "T / N: 1.2 B", "T / N: 1e21"));
  EXPECT_THAT(numbersWithoutUnit(withUnits(table, {{"Devices", "count"}, {"N", "parameters"}})),
              IsEmpty());
  EXPECT_THAT(numbersWithoutUnit({"", {{"Amount"}, {"Unit"}}, {{"3", "s"}}, {}}), IsEmpty());
}

TEST(TableShape, FindsNumbersThatProgramsCannotRead) {
  const TextTable table{
      "T", {{"Devices"}, {"Date", "", Align::kLeft}}, {{"2", "2026"}, {wholeCell(3), "2026"}}, {}};
  EXPECT_THAT(numbersAsTextAlone(table), ElementsAre("T / Devices: 2"));
}

TEST(ReportWords, MakeParagraphsOfWrappedLines) {
  EXPECT_THAT(unwrapped("One two\n  three.\nFour\n"), ElementsAre("One two three.", "Four"));
  EXPECT_EQ(sentenceOf("no end"), "No end.");
  EXPECT_EQ(sentenceOf("runs.csv:17: no loss"), "runs.csv:17: no loss.");
  EXPECT_EQ(sentenceOf("alone, it is"), "Alone, it is.");
  EXPECT_EQ(sentenceOf("Done!"), "Done!");
}

}  // namespace
}  // namespace moe::report
