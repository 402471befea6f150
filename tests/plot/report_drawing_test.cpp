#include "app/plot/report_drawing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/report/document/html_document.h"
#include "tests/app/report/sample_document.h"

namespace moe::plot {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string samplePdf(const report::Document& document) {
  return reportDrawing().pdf(document).value();
}

std::size_t pagesOf(const std::string& pdf) {
  std::size_t pages = 0;
  for (std::size_t at = pdf.find("/Type /Page\n"); at != std::string::npos;
       at = pdf.find("/Type /Page\n", at + 1))
    ++pages;
  return pages;
}

TEST(ReportPdf, HasTheAnswerOnAPageOfItsOwn) {
  report::Document document;
  document.title = "Short";
  document.sections = {{"answer", "Answer", {report::Paragraph{"Yes."}}},
                       {"plan", "Plan", {report::Paragraph{"Because."}}}};
  const std::string pdf = samplePdf(document);
  EXPECT_THAT(pdf, StartsWith("%PDF-"));
  EXPECT_EQ(pagesOf(pdf), 2u);
  document.sections.front().key = "data";
  EXPECT_EQ(pagesOf(samplePdf(document)), 1u);
}

TEST(ReportPdf, IsTheSameAgainAndHoldsNoTimeOfDay) {
  const std::string pdf = samplePdf(test::sampleDocument());
  EXPECT_THAT(pdf, Not(HasSubstr("CreationDate")));
  EXPECT_EQ(samplePdf(test::sampleDocument()), pdf);
}

TEST(ReportPdf, BreaksLongTablesIntoPages) {
  report::Document document = test::sampleDocument();
  report::TextTable table{"Long", {{"Row", "count"}, {"Text", "", report::Align::kLeft}}, {}, {}};
  for (int row = 0; row < 200; ++row) table.rows.push_back({std::to_string(row), "text"});
  document.sections[1].blocks.push_back(report::TableBlock{"long", table});
  EXPECT_GE(pagesOf(samplePdf(document)), 4u);
}

TEST(ReportDrawing, DrawsPlotsForThePage) {
  const report::Document document = test::sampleDocument();
  const auto html = report::htmlDocument(document, reportDrawing());
  ASSERT_TRUE(html) << describe(html.error());
  EXPECT_THAT(*html, HasSubstr("<svg"));
  EXPECT_THAT(*html, Not(HasSubstr("<?xml")));
  EXPECT_EQ(*htmlDocument(document, reportDrawing()), *html);
}

}  // namespace
}  // namespace moe::plot
