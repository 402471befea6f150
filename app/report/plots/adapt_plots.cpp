#include "app/report/plots/adapt_plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/report/adapt_tables.h"
#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

PlotAxis trainedAxis() { return {"Trained parameters", "parameters", AxisScale::kLog, {}, {}}; }

PlotSeries layerSeries(const std::string& task, const EsftConfig& config, int index) {
  PlotSeries series;
  series.kind = SeriesKind::kStep;
  series.name = task;
  series.color = category(index);
  for (const auto& [layer, chosen] : config.experts)
    addPoint(series, layer, static_cast<double>(chosen.size()),
             fmt::format("{}, layer {}: {} experts", task, layer, chosen.size()), task);
  return series;
}

std::string ruleNote(const AdaptSelection& selection) {
  return fmt::format("{} scores, p {}: the fewest experts whose scores reach p; {}.",
                     name(selection.kind), selection.p,
                     selection.kind == ScoreKind::kToken
                         ? "the scores of a layer add up to 1"
                         : "gate scores of a layer add up to less than 1");
}

}  // namespace

PlotSpec expertsPerLayerPlot(const AdaptOutcome& outcome, const AdaptSelection& selection) {
  PlotSpec plot;
  plot.key = fmt::format("experts_per_layer_{}", name(selection.kind));
  plot.title = "Experts trained per layer";
  plot.sentence = "Where a task's tokens gather on few experts, few are trained; layers differ.";
  plot.x = {"Layer", "", AxisScale::kLinear, {}, {}};
  plot.y = {"Experts", "per layer", AxisScale::kLinear, {}, {}};
  int index = 0;
  for (const AdaptTask& task : outcome.tasks) {
    AdaptRequest request;
    request.p = selection.p;
    if (const auto config = selectionOf(task, request, selection.kind))
      plot.series.push_back(layerSeries(task.name, *config, index));
    ++index;
  }
  plot.notes.push_back(ruleNote(selection));
  if (plot.series.empty()) plot.empty_reason = "No task has routing of this kind.";
  return plot;
}

PlotSpec cumulativeScorePlot(const AdaptSelection& selection, const ExpertScores& scores) {
  PlotSpec plot;
  plot.key = fmt::format("cumulative_score_{}", name(selection.kind));
  plot.title = "Scores of the most relevant experts added up";
  plot.sentence = "How few experts hold how much of a task's routing; p cuts the curve.";
  plot.x = {"Experts, most relevant first", "", AxisScale::kLinear, {}, {}};
  plot.y = {fmt::format("Sum of {} scores", name(selection.kind)), "", AxisScale::kLinear, {}, {}};
  PlotSeries band;
  band.kind = SeriesKind::kBand;
  band.name = "least and most of the layers";
  band.color = category(0);
  PlotSeries mean;
  mean.name = "mean of the layers";
  mean.color = category(0);
  std::vector<std::vector<double>> sums;
  for (const std::vector<double>& layer : scores.values) sums.push_back(cumulativeScores(layer));
  for (std::size_t count = 0; count < scores.experts; ++count) {
    double sum = 0, least = HUGE_VAL, most = 0;
    for (const std::vector<double>& layer : sums) {
      sum += layer[count];
      least = std::min(least, layer[count]);
      most = std::max(most, layer[count]);
    }
    const double x = static_cast<double>(count + 1);
    band.x.push_back(x);
    band.y_low.push_back(least);
    band.y_high.push_back(most);
    const double value = sum / static_cast<double>(std::max<std::size_t>(1, sums.size()));
    addPoint(mean, x, value,
             fmt::format("{} experts: {} of the scores", count + 1, decimalText(value, 3)), "");
  }
  plot.series = {std::move(band), std::move(mean)};
  plot.reference_lines.push_back(
      {ReferenceLine::Kind::kHorizontal, selection.p, fmt::format("p {}", selection.p), false});
  plot.notes.push_back(ruleNote(selection));
  if (scores.values.empty()) plot.empty_reason = "There are no scores.";
  return plot;
}

PlotSpec thresholdPlot(const AdaptOutcome& outcome, const AdaptSelection& selection) {
  PlotSpec plot;
  plot.key = fmt::format("threshold_{}", name(selection.kind));
  plot.title = "Threshold p against trained parameters";
  plot.sentence = "A higher threshold trains more experts.";
  plot.x = {"Threshold p", "", AxisScale::kLinear, {}, {}};
  plot.y = trainedAxis();
  if (selection.sweep.empty()) {
    plot.empty_reason = "A selection was read; there are no scores to sweep a threshold over.";
    return plot;
  }
  PlotSeries series;
  series.name = selection.task;
  series.color = category(0);
  for (const SelectionPoint& point : selection.sweep) {
    const double trained = static_cast<double>(point.experts) * oneExpertParams(outcome);
    addPoint(
        series, point.p, trained,
        fmt::format("p {}: {} experts, {} parameters", point.p, point.experts, countText(trained)),
        "");
  }
  plot.series.push_back(std::move(series));
  plot.reference_lines.push_back(
      {ReferenceLine::Kind::kVertical, selection.p, fmt::format("p {}", selection.p), false});
  plot.notes.push_back(ruleNote(selection));
  return plot;
}

PlotSpec adaptMethodPlot(const AdaptOutcome& outcome) {
  PlotSpec plot;
  plot.key = "adapt_methods";
  plot.title = "Methods of adaptation";
  plot.sentence = "What each method trains, and what a step of it computes.";
  plot.x = trainedAxis();
  plot.y = {"Step", "FLOP per token", AxisScale::kLinear, {}, {}};
  PlotSeries series;
  series.kind = SeriesKind::kPoints;
  series.color = category(0);
  for (const AdaptRow& row : outcome.rows) {
    if (!row.flop) continue;
    const double trained = static_cast<double>(row.adapted.trained());
    addPoint(series, trained, row.flop->computed(),
             fmt::format("{}: {} parameters, {} FLOP per token", name(row.method),
                         countText(trained), powerText(row.flop->computed())),
             std::string(name(row.method)));
    series.texts.emplace_back(name(row.method));
  }
  if (series.x.empty()) plot.empty_reason = "FLOP of this model are not modelled.";
  plot.series.push_back(std::move(series));
  plot.notes.push_back("Counted from the architecture.");
  return plot;
}

}  // namespace moe::report
