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
