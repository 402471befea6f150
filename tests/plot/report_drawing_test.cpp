#include "app/plot/report_drawing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QImage>
#include <QTextDocument>
#include <sstream>

#include "app/plot/pdf_figure.h"
#include "app/report/document/html_document.h"
#include "tests/app/report/sample_document.h"
#include "tests/plot/plot_samples.h"

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

/// The number that begins at `at`.
std::size_t numberAt(const std::string& text, std::size_t at) {
  return std::stoul(text.substr(at, 20));
}

// 0041 is A in UTF-16; "Plan" is 0050 006C 0061 006E.
TEST(ReportPdf, HasItsPartsAndStepsAsBookmarks) {
  report::Document document;
  document.title = "Short";
  document.sections = {{"answer", "A", {report::Paragraph{"Yes."}}},
                       {"plan", "Plan", {report::Subheading{"Plan x"}, report::Paragraph{"No."}}}};
  const std::string pdf = samplePdf(document);
  EXPECT_THAT(pdf, HasSubstr("/Title <FEFF0041>"));
  EXPECT_THAT(pdf, HasSubstr("/Title <FEFF0050006C0061006E>"));
  EXPECT_THAT(pdf, HasSubstr("/PageMode /UseOutlines"));
  // The second part stands on the second page, which is the second of the kids.
  const std::size_t kids = pdf.find('[', pdf.find("/Kids")) + 1;
  const std::size_t second = pdf.find(" R", kids) + 2;
  const std::size_t plan = pdf.find("/Dest [", pdf.find("/Title <FEFF0050006C0061006E>")) + 7;
  EXPECT_EQ(numberAt(pdf, plan), numberAt(pdf, second));
  const std::size_t answer = pdf.find("/Dest [", pdf.find("/Title <FEFF0041>")) + 7;
  EXPECT_EQ(numberAt(pdf, answer), numberAt(pdf, kids));
}

// What a reader of the file does: from its end to the table, and from the table to the objects.
TEST(ReportPdf, NamesThePlaceOfEveryBookmark) {
  const std::string pdf = samplePdf(test::sampleDocument());
  const std::size_t table = numberAt(pdf, pdf.rfind("startxref") + 10);
  ASSERT_EQ(pdf.substr(table, 5), "xref\n");
  std::istringstream lines(pdf.substr(table + 5));
  std::size_t objects = 0;
  for (std::string head, place; std::getline(lines, head) && head.ends_with(" 1"); ++objects) {
    std::getline(lines, place);
    const std::string begin = head.substr(0, head.find(' ')) + " 0 obj\n";
    EXPECT_EQ(pdf.substr(numberAt(place, 0), begin.size()), begin);
  }
  EXPECT_EQ(objects, 5u);  // catalog, root, two parts and a step
}

TEST(ReportPdf, BreaksLongTablesIntoPages) {
  report::Document document = test::sampleDocument();
  report::TextTable table{"Long", {{"Row", "count"}, {"Text", "", report::Align::kLeft}}, {}, {}};
  for (int row = 0; row < 200; ++row) table.rows.push_back({std::to_string(row), "text"});
  document.sections[1].blocks.push_back(report::TableBlock{"long", table});
  EXPECT_GE(pagesOf(samplePdf(document)), 4u);
}

/// The share of an area that is not white.
double inkIn(const QImage& page, const QRect& area) {
  std::size_t ink = 0;
  for (int y = area.top(); y <= area.bottom(); ++y)
    for (int x = area.left(); x <= area.right(); ++x)
      ink += page.pixelColor(x, y).lightness() < 250 ? 1 : 0;
  return static_cast<double>(ink) / (area.width() * area.height());
}

// Qt plays a picture at the size of its own dots per inch: on a page of 1200 it once grew
// twelvefold.
TEST(PdfFigures, FillTheirPlaceAtAnyResolution) {
  report::Figure figure;
  figure.plot = test::fullPlot();
  for (const int dots_per_inch : {96, 1200}) {
    QImage page(1200, 1000, QImage::Format_RGB32);
    page.setDotsPerMeterX(static_cast<int>(dots_per_inch / 0.0254));
    page.setDotsPerMeterY(page.dotsPerMeterX());
    page.fill(Qt::white);
    PdfFigures figures(recordedPlot);
    QTextDocument text;
    const QTextCharFormat format = figures.formatOf(figure, 800);
    const QSizeF size = figures.intrinsicSize(&text, 0, format);
    QPainter painter(&page);
    figures.drawObject(&painter, QRectF(QPointF(200, 150), size), &text, 0, format);
    painter.end();
    const int right = 200 + static_cast<int>(size.width());
    const int bottom = 150 + static_cast<int>(size.height());
    EXPECT_EQ(inkIn(page, {0, 0, 1200, 149}), 0) << dots_per_inch;
    EXPECT_EQ(inkIn(page, {0, 0, 199, 1000}), 0) << dots_per_inch;
    EXPECT_EQ(inkIn(page, {right + 1, 0, 1199 - right, 1000}), 0) << dots_per_inch;
    EXPECT_EQ(inkIn(page, {0, bottom + 1, 1200, 999 - bottom}), 0) << dots_per_inch;
    // The axis and its heading stand in the last tenths of the height, the curves in all the width.
    EXPECT_GT(inkIn(page, {200, bottom - 60, 800, 60}), 0.005) << dots_per_inch;
    EXPECT_GT(inkIn(page, {right - 200, 150, 150, bottom - 150}), 0.005) << dots_per_inch;
  }
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
