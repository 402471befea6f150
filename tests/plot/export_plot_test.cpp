#include "app/plot/export_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QImage>
#include <cstdio>
#include <filesystem>
#include <set>

#include "app/plot/headless.h"
#include "tests/plot/plot_samples.h"
#include "tests/support/temporary_folder.h"

namespace moe::plot {
namespace {

using testing::HasSubstr;

QImage pictureOf(const report::PlotSpec& spec, const ExportOptions& options) {
  return QImage::fromData(renderPlot(spec, PlotFormat::kPng, options), "PNG");
}

std::size_t colorsIn(const QImage& picture) {
  std::set<QRgb> colors;
  for (int y = 0; y < picture.height(); ++y)
    for (int x = 0; x < picture.width(); ++x) colors.insert(picture.pixel(x, y));
  return colors.size();
}

TEST(ExportPlot, KeepsTextAsTextInSvg) {
  const std::string svg = renderPlot(test::fullPlot(), PlotFormat::kSvg).toStdString();
  for (const char* text :
       {"Serving price (USD per million tokens)", "Loss (nats per token)", "E 16", "recommended",
        "Bands: 95 % of 200 draws.", "DejaVu Sans, Verdana, sans-serif"})
    EXPECT_THAT(svg, HasSubstr(text));
  EXPECT_THAT(svg, testing::Not(HasSubstr("data:image")));
}

std::size_t countIn(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// A line from (0, 0) to (1, 100) on axes that end at y = 1.
TEST(ExportPlot, EndsLinesAtTheAxesInSvg) {
  report::PlotSpec plot;
  plot.x = {"x", "", report::AxisScale::kLinear, {}, {}};
  plot.y = {"y", "", report::AxisScale::kLinear, report::AxisRange{0, 1}, {}};
  report::PlotSeries line;
  line.x = {0, 1};
  line.y = {0, 100};
  plot.series = {line};
  const std::string svg = renderPlot(plot, PlotFormat::kSvg).toStdString();
  const std::size_t clip = svg.find("<g clip-path=\"url(#clip1)\">");
  ASSERT_NE(clip, std::string::npos);
  EXPECT_THAT(svg, HasSubstr("<clipPath id=\"clip1\"><rect x=\""));
  const std::size_t drawn = svg.find("stroke-width=\"1.8\"");  // the pen of lines
  ASSERT_LT(clip, drawn);
  EXPECT_EQ(countIn(svg, "<g "), countIn(svg, "</g>"));
  EXPECT_EQ(countIn(svg, "@moeplan"), 0u);
  // The line's own group and the one that clips are open there.
  const std::string before = svg.substr(clip, drawn - clip);
  EXPECT_EQ(countIn(before, "<g "), countIn(before, "</g>") + 2);
}

TEST(ExportPlot, MakesPicturesOfTheSizeAndResolutionThatWereAsked) {
  ExportOptions options;
  options.size = {500, 300};
  options.scale = 3;
  const QImage picture = pictureOf(test::fullPlot(), options);
  EXPECT_EQ(picture.size(), QSize(1500, 900));
  EXPECT_GT(colorsIn(picture), 50u);
}

TEST(ExportPlot, DrawsOnTheBackgroundOfItsTheme) {
  ExportOptions options;
  options.scale = 1;
  EXPECT_EQ(pictureOf(test::fullPlot(), options).pixelColor(1, 1), QColor(Qt::white));
  options.draw.theme = darkTheme();
  EXPECT_LT(pictureOf(test::fullPlot(), options).pixelColor(1, 1).lightness(), 40);
}

// Pages are sized at 96 pixels an inch, PDF at 72 points an inch.
TEST(ExportPlot, WritesPagesWithEmbeddedFonts) {
  ExportOptions options;
  options.size = {960, 480};
  const QByteArray pdf = renderPlot(test::fullPlot(), PlotFormat::kPdf, options);
  EXPECT_TRUE(pdf.startsWith("%PDF-1."));
  double width = 0;
  double height = 0;
  const auto box = pdf.indexOf("/MediaBox");
  ASSERT_GE(box, 0);
  ASSERT_EQ(std::sscanf(pdf.constData() + box, "/MediaBox [0 0 %lf %lf]", &width, &height), 2);
  EXPECT_NEAR(width, 720, 0.5);
  EXPECT_NEAR(height, 360, 0.5);
  EXPECT_TRUE(pdf.contains("/FontFile2") || pdf.contains("/FontFile"));
}

TEST(ExportPlot, WritesEveryKindByItsEnding) {
  const test::TemporaryFolder folder;
  for (const report::PlotSpec& spec : {test::fullPlot(), test::barPlot(), test::mapPlot()})
    for (const char* ending : {".svg", ".pdf", ".png", ".csv"}) {
      const auto path = folder.path() / (std::string("plot") + ending);
      ASSERT_TRUE(exportPlot(spec, path));
      EXPECT_GT(std::filesystem::file_size(path), 300u) << ending;
    }
}

TEST(ExportPlot, RefusesWhatItCannotWrite) {
  const test::TemporaryFolder folder;
  const auto wrong = exportPlot(test::fullPlot(), "plot.bmp");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(describe(wrong.error()),
            "plot.bmp: a plot cannot be written as '.bmp'; name a file that ends with .svg, .pdf, "
            ".png or .csv");
  ExportOptions huge;
  huge.size = {15000, 100};
  EXPECT_FALSE(exportPlot(test::fullPlot(), folder.path() / "plot.png", huge));
  EXPECT_TRUE(exportPlot(test::fullPlot(), folder.path() / "plot.svg", huge));
  EXPECT_FALSE(exportPlot(test::fullPlot(), folder.path() / "no/such/plot.svg"));
}

TEST(PlotFont, IsInstalled) { EXPECT_TRUE(hasPlotFont()); }

}  // namespace
}  // namespace moe::plot
