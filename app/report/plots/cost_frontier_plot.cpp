#include "app/report/plots/cost_frontier_plot.h"

#include <fmt/format.h>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

std::string optionLabel(const CostOption& option) {
  return fmt::format(
      "{}, {} requests at once: {} per token, first token after {}, {} tokens/s per device, "
      "{} USD per million output tokens all-in",
      nameOf(option.parallelism), plainText(option.concurrency), durationText(option.tpot),
      durationText(option.ttft), plainText(option.output_tokens_per_s_per_device),
      moneyText(Usd(option.usd_per_million_output_tokens_all_in)));
}

void addOption(const CostOption& option, PlotSeries& series) {
  addPoint(series, 1 / option.tpot.value(), option.output_tokens_per_s_per_device,
           optionLabel(option),
           fmt::format("{} c{:g}", nameOf(option.parallelism), option.concurrency));
}

PlotSeries sweepSeries(const CostOutcome& outcome, const std::vector<CostOption>& sweep,
                       SeriesKind kind) {
  PlotSeries series;
  series.kind = kind;
  series.color = category(0);
  for (const CostOption& option : sweep) addOption(option, series);
  if (kind == SeriesKind::kPoints) {
    series.name = fmt::format("{}, by requests at once", nameOf(outcome.parallelism));
    // Every other step is a doubling.
    for (std::size_t i = 0; i < sweep.size(); ++i)
      series.texts.push_back(i % 2 == 0 ? countText(sweep[i].concurrency) : std::string());
  }
  return series;
}

PlotSeries bestSeries(const CostOutcome& outcome) {
  PlotSeries series;
  series.kind = SeriesKind::kStep;
  series.name = "best of all divisions";
  series.color = neutral();
  for (const CostOption& option : outcome.frontier) addOption(option, series);
  return series;
}

}  // namespace

PlotSpec frontierPlot(const CostOutcome& outcome, const std::vector<CostOption>& sweep) {
  PlotSpec plot;
  plot.key = "frontier";
  plot.title = "Throughput against speed";
  plot.sentence =
      "More requests at once make each device do more and each user wait longer; the right end "
      "serves one request.";
  plot.x = {"Speed of one user", "output tokens/s", AxisScale::kLog, {}, {}};
  plot.y = {"Throughput of a device", "output tokens/s", AxisScale::kLog, {}, {}};
  if (outcome.frontier.size() > 1) plot.series.push_back(bestSeries(outcome));
  if (!sweep.empty()) {
    plot.series.push_back(sweepSeries(outcome, sweep, SeriesKind::kLine));
    plot.series.push_back(sweepSeries(outcome, sweep, SeriesKind::kPoints));
  }
  plot.markers.push_back({MarkerRole::kRecommended, 1 / outcome.tpot.value(),
                          outcome.output_tokens_per_s / outcome.devices, emphasis(),
                          fmt::format("{} requests", countText(outcome.concurrency)),
                          fmt::format("priced: {} requests at once, {} per token",
                                      plainText(outcome.concurrency), durationText(outcome.tpot)),
                          "priced"});
  if (outcome.interval_known)
    plot.notes.push_back(fmt::format(
        "90 % of measured times per token lie within {} to {} times the predicted ones.",
        decimalText(outcome.tpot_interval.low, 2), decimalText(outcome.tpot_interval.high, 2)));
  plot.notes.push_back(fmt::format("{} prompt and {} output tokens per request; basis: {}.",
                                   countText(outcome.workload.prompt_tokens),
                                   countText(outcome.workload.output_tokens), name(outcome.basis)));
  return plot;
}

}  // namespace moe::report
