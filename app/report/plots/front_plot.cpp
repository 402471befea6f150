#include "app/report/plots/front_plot.h"

#include <fmt/format.h>

#include <map>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

double priceOf(const FrontAnswer& answer, const ParetoPoint& point) {
  return answer.over_lifetime ? point.lifetime_usd_per_million : point.usd_per_million;
}

std::string labelOf(const FrontAnswer& answer, const ParetoPoint& point) {
  return fmt::format("{}: N {}, D {}; loss {} nats, {} USD per million output tokens{}",
                     answer.request.designs[point.design].label, countText(point.params),
                     countText(point.train_tokens), decimalText(point.loss, 3),
                     moneyText(Usd(priceOf(answer, point))),
                     point.extrapolated ? "; outside the runs" : "");
}

/// Designs in the order of the front, each with its points.
std::vector<PlotSeries> designSeries(const FrontAnswer& answer, bool extrapolated) {
  std::vector<PlotSeries> all;
  std::map<std::size_t, std::size_t> place;
  std::map<std::size_t, int> color;
  for (const ParetoPoint& point : answer.points) {
    const int next = static_cast<int>(color.size());
    color.emplace(point.design, next);
    if (point.extrapolated != extrapolated) continue;
    const auto [at, added] = place.emplace(point.design, all.size());
    if (added) {
      PlotSeries series;
      series.kind = SeriesKind::kPoints;
      series.name =
          answer.request.designs[point.design].label + (extrapolated ? " (outside the runs)" : "");
      series.color = extrapolated ? neutral() : category(color[point.design]);
      all.push_back(std::move(series));
    }
    addPoint(all[at->second], priceOf(answer, point), point.loss, labelOf(answer, point),
             answer.request.designs[point.design].label);
  }
  return all;
}

}  // namespace

PlotSpec frontPlot(const FrontAnswer& answer) {
  PlotSpec plot;
  plot.key = "pareto";
  plot.title = answer.over_lifetime ? "Loss against lifetime cost" : "Loss against serving price";
  plot.sentence =
      "Models that no other model beats in both loss and price; further down costs more.";
  plot.x = usdPerMillionAxis("output tokens, all-in");
  plot.x.label = answer.over_lifetime ? "Training and serving" : "Serving price";
  plot.y = lossAxis();
  PlotSeries line;
  line.color = neutral();
  for (const ParetoPoint& point : answer.points) {
    line.x.push_back(priceOf(answer, point));
    line.y.push_back(point.loss);
  }
  if (!line.x.empty()) plot.series.push_back(std::move(line));
  for (const bool extrapolated : {true, false})
    for (PlotSeries& series : designSeries(answer, extrapolated))
      plot.series.push_back(std::move(series));
  plot.notes.push_back("Loss: fitted. Outside the runs: by more than a decade in N, D or D/N.");
  if (answer.points.empty()) plot.empty_reason = "No model of these designs can be served.";
  return plot;
}

}  // namespace moe::report
