#include <gtest/gtest.h>

#include <limits>

#include "app/report/plot_spec.h"

namespace moe::report {
namespace {

PlotSpec onePlot() {
  PlotSpec plot;
  plot.title = "Loss, and\nprice";
  plot.sentence = "What it shows.";
  plot.x = {"Model size N", "parameters", AxisScale::kLog, {}, {}};
  plot.y = {"Loss", "nats per token", AxisScale::kLinear, {}, {"first, row"}};
  plot.notes = {"95 % of 200 draws."};
  PlotSeries series;
  series.kind = SeriesKind::kPoints;
  series.name = "E 8";
  series.x = {1e9, 0.1};
  series.y = {2.5, std::numeric_limits<double>::quiet_NaN()};
  series.y_low = {2.4, 2};
  series.y_high = {2.6, 3};
  series.labels = {"a \"quoted\" run", "b"};
  series.ids = {"run-1", "run-2"};
  plot.series.push_back(series);
  PlotBar bar;
  bar.from = 1;
  bar.to = 3.5;
  bar.name = "weights";
  plot.bars.push_back(bar);
  plot.map = PlotMap{"Cost", "USD", AxisScale::kLog, {1, 2}, {7}, {10, 20}};
  plot.iso_lines.push_back({2.4, "2.4", {{{1, 7}, {2, 7.5}}}});
  plot.markers.push_back(
      {MarkerRole::kRecommended, 1e9, 2.5, PlotColor{}, "recommended", "", "e8"});
  plot.reference_lines.push_back({ReferenceLine::Kind::kDiagonal, 2, "x 2", false});
  return plot;
}

// Written by hand after RFC 4180; 0.1 must come back as the same double.
TEST(PlotCsv, HoldsEverythingThatIsDrawn) {
  EXPECT_EQ(plotCsv(onePlot()),
            "# title: Loss, and price\n"
            "# shows: What it shows.\n"
            "# x: Model size N (parameters)\n"
            "# y: Loss (nats per token)\n"
            "# value: Cost (USD)\n"
            "# note: 95 % of 200 draws.\n"
            "kind,name,x,y,x_low,x_high,y_low,y_high,value,label,id\n"
            "points,E 8,1000000000,2.5,,,2.4,2.6,,\"a \"\"quoted\"\" run\",run-1\n"
            "points,E 8,0.1,,,,2,3,,b,run-2\n"
            "bar,weights,,\"first, row\",1,3.5,,,2.5,,\n"
            "map,Cost,1,7,,,,,10,,\n"
            "map,Cost,2,7,,,,,20,,\n"
            "iso-line,2.4,1,7,,,,,2.4,,\n"
            "iso-line,2.4,2,7.5,,,,,2.4,,\n"
            "marker,recommended,1000000000,2.5,,,,,,recommended,e8\n"
            "reference,y/x =,,,,,,,2,x 2,\n");
}

TEST(PlotSpec, KnowsWhetherItHasAnythingToDraw) {
  PlotSpec plot;
  EXPECT_FALSE(hasContent(plot));
  plot.series.emplace_back();
  EXPECT_FALSE(hasContent(plot));
  EXPECT_TRUE(hasContent(onePlot()));
}

TEST(PlotAxis, HasNoBracketsWithoutAUnit) {
  EXPECT_EQ(axisHeading({"Loss", "nats per token", AxisScale::kLinear, {}, {}}),
            "Loss (nats per token)");
  EXPECT_EQ(axisHeading({"alpha", "", AxisScale::kLinear, {}, {}}), "alpha");
}

}  // namespace
}  // namespace moe::report
