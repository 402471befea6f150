#include <gtest/gtest.h>

#include "app/report/plots/adapt_plots.h"
#include "tests/data/routing/routing_text.h"
#include "tests/support/temporary_folder.h"

namespace moe::report {
namespace {

/// Two tasks; in every layer one expert of 64 holds nine tenths of the first, and four a quarter
/// each of the second.
AdaptOutcome adaptedToTwoTasks() {
  std::vector<double> one(64, 0.1 / 63);
  one[5] = 0.9;
  std::vector<double> four(64, 0.0);
  for (const std::size_t expert : {1, 2, 3, 4}) four[expert] = 0.25;
  const test::TemporaryFolder folder;
  folder.write("code/summary.json", test::scoresText(std::vector(26, one)));
  folder.write("law/summary.json", test::scoresText(std::vector(26, four)));
  AdaptRequest request;
  request.model = "DeepSeek-V2-Lite";
  request.methods = {"full", "esft-token"};
  request.p = 0.5;
  request.routing = {folder.path().string()};
  return runAdapt(request).value();
}

const AdaptOutcome& twoTasks() {
  static const AdaptOutcome outcome = adaptedToTwoTasks();
  return outcome;
}

TEST(AdaptPlots, ShowTheExpertsOfEveryTaskLayerByLayer) {
  const PlotSpec plot = expertsPerLayerPlot(twoTasks(), twoTasks().selections.front());
  ASSERT_EQ(plot.series.size(), 2u);
  EXPECT_EQ(plot.series[0].name, "code");
  EXPECT_EQ(plot.series[0].x.front(), 1);
  EXPECT_EQ(plot.series[0].x.back(), 26);
  EXPECT_EQ(plot.series[0].y, std::vector<double>(26, 1));
  EXPECT_EQ(plot.series[1].y, std::vector<double>(26, 2));
  EXPECT_TRUE(hasContent(plot));
}

TEST(AdaptPlots, AddScoresUpToTheirSum) {
  const PlotSpec plot =
      cumulativeScorePlot(twoTasks().selections.front(), *twoTasks().tasks.front().token);
  const PlotSeries& mean = plot.series.back();
  ASSERT_EQ(mean.y.size(), 64u);
  EXPECT_DOUBLE_EQ(mean.y.front(), 0.9);
  EXPECT_NEAR(mean.y.back(), 1, 1e-12);
  EXPECT_EQ(plot.reference_lines.front().value, 0.5);
}

// 26 experts of 8 650 752 at p up to 0.9, all 64 a layer at 1.
TEST(AdaptPlots, ShowThresholdsAgainstTrainedParameters) {
  const PlotSpec plot = thresholdPlot(twoTasks(), twoTasks().selections.front());
  const PlotSeries& series = plot.series.front();
  EXPECT_EQ(series.x.front(), 0.05);
  EXPECT_EQ(series.y.front(), 26.0 * 8'650'752);
  EXPECT_EQ(series.x.back(), 1);
  EXPECT_EQ(series.y.back(), 26.0 * 64 * 8'650'752);
}

TEST(AdaptPlots, CompareMethods) {
  const PlotSpec plot = adaptMethodPlot(twoTasks());
  ASSERT_EQ(plot.series.front().x.size(), 2u);
  EXPECT_EQ(plot.series.front().x.front(), 15'706'484'224.0);
  EXPECT_EQ(plot.series.front().texts.back(), "esft-token");
}

TEST(AdaptPlots, SayWhyThereIsNothingToSweep) {
  AdaptSelection read;
  read.kind = ScoreKind::kToken;
  const PlotSpec plot = thresholdPlot(twoTasks(), read);
  EXPECT_FALSE(hasContent(plot));
  EXPECT_FALSE(plot.empty_reason.empty());
}

}  // namespace
}  // namespace moe::report
