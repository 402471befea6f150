#include "app/report/plots/cost_roofline_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "app/report/number_text.h"
#include "app/report/plots/cost_words.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

constexpr double kTera = 1e12;
constexpr double kRooflineMargin = 3;  // of the shown intensities, beyond operators and ridge

struct Operator {
  const CostPart* part;
  double intensity = 0;  // FLOP per byte
  double speed = 0;      // TFLOP/s
};

std::vector<Operator> operatorsOf(const CostOutcome& outcome) {
  std::vector<Operator> operators;
  for (const CostPart& part : outcome.parts)
    if (part.work.value() > 0 && part.traffic.value() > 0 && part.time.value() > 0)
      operators.push_back({&part, part.work.value() / part.traffic.value(),
                           (part.work / part.time).value() / kTera});
  return operators;
}

std::string roofName(const CostOutcome& outcome, double peak) {
  const Accelerator& machine = outcome.accelerator;
  if (peak == machine.peak_bf16.value()) return "bf16";
  if (machine.peak_fp8 && peak == machine.peak_fp8->value()) return "fp8";
  if (machine.peak_fp4 && peak == machine.peak_fp4->value()) return "fp4";
  return "peak";
}

/// Along the bandwidth up to the peak, then flat.
PlotSeries roofSeries(const std::string& name, double bandwidth, double peak, AxisRange shown,
                      int index) {
  PlotSeries series;
  series.color = neutral();
  series.dashed = index > 0;
  series.name = fmt::format("{} roof: {} TFLOP/s", name, plainText(peak / kTera));
  const double ridge = peak / bandwidth;
  for (const double at : {shown.low, std::max(shown.low, ridge), std::max(shown.high, ridge)}) {
    series.x.push_back(at);
    series.y.push_back(std::min(peak, at * bandwidth) / kTera);
  }
  return series;
}

AxisRange shownRange(const std::vector<Operator>& operators, double ridge) {
  AxisRange range{ridge, ridge};
  for (const Operator& one : operators) {
    range.low = std::min(range.low, one.intensity);
    range.high = std::max(range.high, one.intensity);
  }
  return {range.low / kRooflineMargin, range.high * kRooflineMargin};
}

PlotSeries operatorPoint(const CostOutcome& outcome, const Operator& one, int index) {
  PlotSeries series;
  series.kind = SeriesKind::kPoints;
  series.name = partName(one.part->op);
  series.color = category(index);
  const double roof = std::min(one.part->peak.value(),
                               one.intensity * outcome.accelerator.memory_bandwidth.value());
  addPoint(series, one.intensity, one.speed,
           fmt::format("{}: {} FLOP/byte, {} TFLOP/s, {} of its roof; {} ({})",
                       partName(one.part->op), plainText(one.intensity), plainText(one.speed),
                       percentText(one.speed * kTera / roof), durationText(one.part->time),
                       name(one.part->basis)),
           one.part->op);
  series.texts = {percentText(one.speed * kTera / roof)};
  return series;
}

}  // namespace

PlotSpec rooflinePlot(const CostOutcome& outcome) {
  PlotSpec plot;
  plot.key = "roofline";
  plot.title = "Roofline of a decode step";
  plot.sentence = fmt::format(
      "Each operator of a step on one {}: under the slope bytes are in its way, under the flat "
      "roof FLOP; its distance below is what kernels lose.",
      outcome.accelerator.name);
  plot.x = {"Arithmetic intensity", "FLOP/byte", AxisScale::kLog, {}, {}};
  plot.y = {"Speed of one device", "TFLOP/s", AxisScale::kLog, {}, {}};
  const std::vector<Operator> operators = operatorsOf(outcome);
  if (operators.empty()) {
    plot.empty_reason = "This cost comes from a published roofline without work per operator.";
    return plot;
  }
  std::set<double> peaks;
  for (const Operator& one : operators) peaks.insert(one.part->peak.value());
  const double bandwidth = outcome.accelerator.memory_bandwidth.value();
  const AxisRange shown = shownRange(operators, *peaks.rbegin() / bandwidth);
  int index = 0;
  for (const double peak : peaks)
    plot.series.push_back(roofSeries(roofName(outcome, peak), bandwidth, peak, shown, index++));
  index = 0;
  for (const Operator& one : operators) plot.series.push_back(operatorPoint(outcome, one, index++));
  plot.notes.push_back(fmt::format(
      "Per cent: of the operator's own roof. Slope: {} TB/s of memory bandwidth. Peaks are dense "
      "data-sheet figures.",
      plainText(bandwidth / kTera)));
  plot.notes.push_back(
      fmt::format("{} requests at once; basis: {}. Parts without FLOP "
                  "(communication, engine) are not shown.",
                  plainText(outcome.concurrency), name(outcome.basis)));
  return plot;
}

}  // namespace moe::report
