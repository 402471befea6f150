#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/report/plots/cost_frontier_plot.h"
#include "app/report/plots/cost_memory_plot.h"
#include "app/report/plots/cost_price_plot.h"
#include "app/report/plots/cost_roofline_plot.h"
#include "app/report/plots/cost_step_plot.h"
#include "app/report/plots/fit_loss_plot.h"
#include "app/report/plots/fit_residual_plots.h"
#include "app/report/plots/front_plot.h"
#include "app/report/plots/loss_curve_plot.h"
#include "app/report/plots/profile_plot.h"
#include "app/report/plots/tornado_plot.h"
#include "app/report/plots/verify_plot.h"
#include "app/workflows/cost_sweep.h"
#include "tests/app/fit_answers.h"

namespace moe::report {
namespace {

using testing::HasSubstr;

/// What every plot owes its reader: headings with units, a sentence, columns of equal length.
void expectWhole(const PlotSpec& plot) {
  EXPECT_FALSE(plot.key.empty());
  EXPECT_FALSE(plot.title.empty());
  EXPECT_FALSE(plot.sentence.empty()) << plot.key;
  EXPECT_FALSE(plot.x.label.empty()) << plot.key;
  EXPECT_TRUE(hasContent(plot)) << plot.key;
  EXPECT_FALSE(plot.notes.empty()) << plot.key;
  for (const PlotSeries& series : plot.series) {
    const std::size_t points = series.x.size();
    if (series.kind != SeriesKind::kBand) {
      EXPECT_EQ(series.y.size(), points) << plot.key;
    }
    for (const auto* column : {&series.x_low, &series.x_high, &series.y_low, &series.y_high})
      EXPECT_TRUE(column->empty() || column->size() == points) << plot.key;
    for (const auto* column : {&series.labels, &series.ids, &series.texts})
      EXPECT_TRUE(column->empty() || column->size() == points) << plot.key;
  }
}

const FitAnswer& gemstonesFit() {
  static const FitAnswer answer = [] {
    FitQuestion question;
    question.points.files = {test::shipped("gemstones/runs.csv")};
    question.points.filters = {"schedule=cool_end"};
    question.bootstrap = 0;
    return answerFit(question).value();
  }();
  return answer;
}

TEST(LossPlot, ShowsEveryRunOnceWithItsIdentity) {
  const FitAnswer& answer = gemstonesFit();
  const LawFit& fit = answer.fits.front();
  for (const LawVariable variable :
       {LawVariable::kParams, LawVariable::kTrainTokens, LawVariable::kTrainFlop}) {
    const PlotSpec plot =
        lossPlot(answer, fit, variable, lawCurves(fit.law, answer.points.table.runs, variable));
    expectWhole(plot);
    std::vector<std::string> ids;
    for (const PlotSeries& series : plot.series)
      ids.insert(ids.end(), series.ids.begin(), series.ids.end());
    std::vector<std::string> runs;
    for (const TrainingRun& run : answer.points.table.runs) runs.push_back(run.run_id);
    EXPECT_THAT(ids, testing::UnorderedElementsAreArray(runs)) << plot.key;
  }
}

TEST(ResidualPlot, IsWhatTheLawMissesInPerCent) {
  const FitAnswer& answer = gemstonesFit();
  const LawFit& fit = answer.fits.front();
  const PlotSpec plot = residualPlot(answer, fit, ResidualAxis::kParams);
  expectWhole(plot);
  std::size_t points = 0;
  for (const PlotSeries& series : plot.series)
    for (std::size_t i = 0; i < series.x.size(); ++i, ++points) {
      const auto run = std::find_if(
          answer.points.table.runs.begin(), answer.points.table.runs.end(), [&](const auto& one) {
            return one.run_id == series.ids[i] && one.params == series.x[i];
          });
      ASSERT_NE(run, answer.points.table.runs.end());
      EXPECT_NEAR(series.y[i], 100 * std::log(fit.law.loss(pointOf(*run)) / run->loss), 1e-6);
    }
  EXPECT_EQ(points, answer.points.table.runs.size());
  expectWhole(predictedLossPlot(answer, fit));
}

TEST(ProfilePlot, MeetsTheLineAtTheEndsOfTheInterval) {
  const LawFit& fit = gemstonesFit().fits.front();
  ASSERT_FALSE(fit.study.profiles.empty());
  for (const Profile& profile : fit.study.profiles) {
    const PlotSpec plot = profilePlot(fit, profile);
    expectWhole(plot);
    EXPECT_EQ(plot.reference_lines.front().value, profile.critical);
    for (const double y : plot.series.front().y) EXPECT_LE(y, plot.y.range->high);
  }
}

struct PricedMixtral {
  CostRequest request;
  CostOutcome outcome;
};

const PricedMixtral& mixtral() {
  static const PricedMixtral priced = [] {
    PricedMixtral made;
    made.request.model = "mixtral-8x7b";
    made.request.hardware = "h100_sxm";
    made.request.devices = 2;
    made.request.prompt_tokens = 2000;
    made.request.output_tokens = 500;
    made.request.frontier = true;
    made.outcome = runCost(made.request).value();
    return made;
  }();
  return priced;
}

TEST(MemoryPlot, FillsTheDeviceWithoutGaps) {
  const PlotSpec plot = memoryPlot(mixtral().outcome);
  expectWhole(plot);
  for (std::size_t i = 1; i < plot.bars.size(); ++i)
    EXPECT_DOUBLE_EQ(plot.bars[i].from, plot.bars[i - 1].to);
  EXPECT_EQ(plot.bars.front().from, 0);
  EXPECT_NEAR(plot.bars.back().to, mixtral().outcome.memory.device.capacity.value() / 1e9, 1e-6);
}

TEST(FrontierPlot, PassesThroughThePricedPoint) {
  const auto sweep = sweepConcurrency(mixtral().request, mixtral().outcome);
  ASSERT_TRUE(sweep) << describe(sweep.error());
  expectWhole(frontierPlot(mixtral().outcome, *sweep));
  const CostOption& last = sweep->back();
  // The cheapest concurrency of this model is all that its cache holds, the sweep's last step.
  EXPECT_EQ(last.concurrency, mixtral().outcome.concurrency);
  EXPECT_NEAR(last.tpot.value(), mixtral().outcome.tpot.value(), 1e-12);
  EXPECT_NEAR(last.usd_per_million_output_tokens_all_in,
              mixtral().outcome.prices.cost.usd_per_million_output_tokens_all_in, 1e-9);
  for (std::size_t i = 1; i < sweep->size(); ++i)
    EXPECT_GT((*sweep)[i].tpot.value(), (*sweep)[i - 1].tpot.value());
}

// By the definition of a roofline no operator is above its roof, and FLOP are what two per active
// weight and token take: the experts of Mixtral, top-2 of 3 x 4096 x 14336 in 32 layers.
TEST(RooflinePlot, HasEveryOperatorUnderItsRoof) {
  const CostOutcome& outcome = mixtral().outcome;
  expectWhole(rooflinePlot(outcome));
  for (const CostPart& part : outcome.parts) {
    if (!(part.work.value() > 0)) continue;
    const double bound = std::max((part.work / part.peak).value(),
                                  (part.traffic / outcome.accelerator.memory_bandwidth).value());
    EXPECT_LE(bound, part.time.value() * (1 + 1e-9)) << part.op;
    if (part.op != "experts") continue;
    const double flop = 2 * 2 * 3 * 4096.0 * 14336 * 32 * outcome.concurrency / outcome.devices;
    EXPECT_NEAR(part.work.value(), flop, 0.01 * flop);
  }
}

TEST(StepPlot, AddsUpToTheStep) {
  const CostOutcome& outcome = mixtral().outcome;
  const PlotSpec plot = stepPlot(outcome);
  expectWhole(plot);
  double milliseconds = 0;
  for (const PlotBar& bar : plot.bars) milliseconds += bar.to - bar.from;
  EXPECT_NEAR(milliseconds, outcome.tpot.value() * outcome.tokens_per_step * 1e3, 1e-6);
  EXPECT_EQ(plot.y.categories.size(), plot.bars.size());
  expectWhole(pricePlot(outcome));
}

LifetimeAnswer movedAnswer() {
  LifetimeAnswer answer;
  answer.request.target_loss = 2.5;
  Sensitivity sensitivity;
  sensitivity.base.total_usd = 100;
  sensitivity.base.design = "E 8";
  SensitivityEnd low;
  low.label = "half";
  low.total_usd = 60;
  low.total_ratio = 0.6;
  SensitivityEnd none;
  none.label = "twice";
  none.problem = "no size reaches the loss";
  sensitivity.rows.push_back({"price", low, none, 1});
  answer.sensitivity = sensitivity;
  return answer;
}

TEST(TornadoPlot, StartsEveryBarAtTheBaseAndSaysWhereThereIsNoAnswer) {
  const PlotSpec plot = tornadoPlot(movedAnswer());
  expectWhole(plot);
  ASSERT_EQ(plot.bars.size(), 2u);
  EXPECT_EQ(plot.bars[0].from, 100);
  EXPECT_EQ(plot.bars[0].to, 60);
  EXPECT_EQ(plot.bars[1].to, 100);
  EXPECT_EQ(plot.bars[1].text, "twice: no answer");
  EXPECT_FALSE(tornadoPlot({}).empty_reason.empty());
}

TEST(CheckPlot, HasEqualAxesAndASeriesForEachVerdict) {
  const PlotSpec plot =
      checkPlot({{"a", "a", 2, 1, RowVerdict::kFailed, Basis::kInterpolated},
                 {"b", "b", 10, 9, RowVerdict::kPassed, Basis::kRoofline},
                 {"never ran", "c", 0, NAN, RowVerdict::kSkipped, Basis::kRoofline}},
                "time", "s");
  expectWhole(plot);
  ASSERT_EQ(plot.series.size(), 2u);
  EXPECT_EQ(plot.series[0].name, "passed (1)");
  EXPECT_EQ(plot.series[1].name, "failed (1)");
  EXPECT_THAT(plot.series[1].labels[0], HasSubstr("ratio 2.00 (interpolated)"));
  EXPECT_EQ(plot.x.range->low, plot.y.range->low);
  EXPECT_EQ(plot.x.range->high, plot.y.range->high);
  EXPECT_FALSE(checkPlot({}, "time", "s").empty_reason.empty());
}

TEST(LossCurvePlot, JoinsTheRowsOfARunByTokens) {
  RunTable table;
  for (const double tokens : {3e9, 1e9, 2e9}) {
    TrainingRun run;
    run.run_id = "one";
    run.params = 1e8;
    run.train_tokens = tokens;
    run.loss = 3 - tokens / 1e10;
    table.runs.push_back(run);
  }
  const PlotSpec plot = lossCurvePlot(table);
  expectWhole(plot);
  ASSERT_EQ(plot.series.size(), 1u);
  EXPECT_THAT(plot.series[0].x, testing::ElementsAre(1e9, 2e9, 3e9));
  EXPECT_FALSE(lossCurvePlot({}).empty_reason.empty());
}

TEST(FrontPlot, KeepsEveryPointInOneOfItsPieces) {
  FrontAnswer answer;
  answer.request.designs.resize(2);
  answer.request.designs[0].label = "E 1";
  answer.request.designs[1].label = "E 8";
  for (int i = 0; i < 11; ++i) {
    ParetoPoint point;
    point.design = i < 2 ? 0 : 1;
    point.usd_per_million = 1 + i;
    point.loss = 3 - 0.1 * i;
    point.extrapolated = i == 10;
    answer.points.push_back(point);
  }
  const PlotSpec plot = frontPlot(answer);
  expectWhole(plot);
  std::vector<std::size_t> sizes;
  for (const PlotSeries& series : plot.series)
    if (!series.name.empty()) sizes.push_back(series.x.size());
  EXPECT_THAT(sizes, testing::ElementsAre(2, 8, 1));
  EXPECT_EQ(plot.series[1].kind, SeriesKind::kLine);
  EXPECT_EQ(plot.series.back().kind, SeriesKind::kPoints);
}

}  // namespace
}  // namespace moe::report
