#pragma once

#include <cmath>
#include <string>

#include "app/report/plot_spec.h"

namespace moe::test {

/// A plot with one of everything that stands between two axes.
inline report::PlotSpec fullPlot() {
  using namespace report;
  PlotSpec plot;
  plot.key = "full";
  plot.title = "Loss against serving price";
  plot.sentence = "A plot of everything.";
  plot.x = {"Serving price", "USD per million tokens", AxisScale::kLog, {}, {}};
  plot.y = {"Loss", "nats per token", AxisScale::kLinear, {}, {}};
  for (int curve = 0; curve < 3; ++curve) {
    PlotSeries line;
    line.name = "E " + std::to_string(1 << (2 * curve));
    line.name_at_end = true;
    line.color = {PlotColor::Scheme::kSequence, curve, 3};
    PlotSeries band = line;
    band.kind = SeriesKind::kBand;
    band.name.clear();
    for (int i = 0; i <= 20; ++i) {
      line.x.push_back(0.01 * std::pow(1.2, i));
      line.y.push_back(2.5 - 0.05 * curve + 0.002 * (i - 12) * (i - 12));
      band.x.push_back(line.x.back());
      band.y_low.push_back(line.y.back() - 0.02);
      band.y_high.push_back(line.y.back() + 0.02);
    }
    plot.series.push_back(band);
    plot.series.push_back(line);
  }
  PlotSeries points;
  points.kind = SeriesKind::kPoints;
  points.name = "runs";
  points.x = {0.3, 0.02, 0.1};
  points.y = {2.55, 2.7, 2.6};
  points.y_low = {2.5, 2.6, 2.55};
  points.y_high = {2.6, 2.8, 2.65};
  points.labels = {"right", "left", "middle"};
  points.ids = {"run-right", "run-left", "run-middle"};
  plot.series.push_back(points);
  plot.markers.push_back({MarkerRole::kRecommended, 0.05, 2.52,
                          PlotColor{PlotColor::Scheme::kEmphasis, 0, 1}, "recommended", "the best",
                          "e8"});
  plot.reference_lines.push_back({ReferenceLine::Kind::kHorizontal, 2.52, "limit", true});
  plot.notes = {"Bands: 95 % of 200 draws."};
  return plot;
}

/// Bars with long names and texts, as a tornado has them.
inline report::PlotSpec barPlot() {
  using namespace report;
  PlotSpec plot;
  plot.title = "What the answer depends on";
  plot.x = {"Least lifetime cost", "USD", AxisScale::kLog, {}, {}};
  const char* names[] = {"lifetime tokens", "price of a device-hour of the machine that serves",
                         "prompt tokens", "router skew"};
  for (int row = 0; row < 4; ++row) {
    plot.y.categories.emplace_back(names[row]);
    for (const int side : {-1, 1}) {
      PlotBar bar;
      bar.row = row;
      bar.from = 5e5;
      bar.to = 5e5 * std::pow(3.0 - 0.7 * row, side);
      bar.color = {PlotColor::Scheme::kCategory, side < 0 ? 0 : 1, 1};
      bar.name = side < 0 ? "low end" : "high end";
      bar.text = side < 0 ? "25 % faster" : "20 % slower";
      bar.label = names[row];
      bar.id = names[row];
      plot.bars.push_back(bar);
    }
  }
  return plot;
}

inline report::PlotSpec mapPlot() {
  using namespace report;
  PlotSpec plot;
  plot.title = "Loss over N and D";
  plot.x = {"Model size N", "active parameters", AxisScale::kLog, {}, {}};
  plot.y = {"Training data D", "tokens", AxisScale::kLog, {}, {}};
  PlotMap map{"Cost", "USD", AxisScale::kLog, {}, {}, {}};
  for (int i = 0; i < 9; ++i) {
    map.x.push_back(1e8 * std::pow(2.0, i));
    map.y.push_back(1e10 * std::pow(2.0, i));
  }
  for (const double y : map.y)
    for (const double x : map.x) map.values.push_back(x * y * 1e-16);
  plot.map = map;
  return plot;
}

}  // namespace moe::test
