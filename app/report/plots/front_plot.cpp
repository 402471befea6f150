#include "app/report/plots/front_plot.h"

#include <fmt/format.h>

#include <map>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

constexpr std::size_t kFewPoints = 6;  // a line through them would hardly be seen

double frontPrice(const FrontAnswer& answer, const ParetoPoint& point) {
  return answer.over_lifetime ? point.lifetime_usd_per_million : point.usd_per_million;
}

std::string frontLabel(const FrontAnswer& answer, const ParetoPoint& point) {
  return fmt::format("{}: N {}, D {}; loss {} nats, {} USD per million output tokens{}",
                     answer.request.designs[point.design].label, countText(point.params),
                     countText(point.train_tokens), decimalText(point.loss, 3),
                     moneyText(Usd(frontPrice(answer, point))),
                     point.extrapolated ? "; outside the runs" : "");
}

/// Whether a point sameStretch the piece of the front that another one belongs to.
bool sameStretch(const ParetoPoint& before, const ParetoPoint& point) {
  return before.design == point.design && before.extrapolated == point.extrapolated;
}

/// A piece of the front that belongs to one design: a line, or markers where it has few points.
PlotSeries stretchOf(const FrontAnswer& answer, std::size_t first, std::size_t end,
                     PlotColor color) {
  const ParetoPoint& start = answer.points[first];
  const std::string& design = answer.request.designs[start.design].label;
  PlotSeries series;
  series.kind = end - first > kFewPoints ? SeriesKind::kLine : SeriesKind::kPoints;
  series.name = design;
  series.color = color;
  series.dashed = start.extrapolated;
  for (std::size_t i = first; i < end; ++i)
    addPoint(series, frontPrice(answer, answer.points[i]), answer.points[i].loss,
             frontLabel(answer, answer.points[i]), design);
  return series;
}

void addStretches(const FrontAnswer& answer, PlotSpec& plot) {
  std::map<std::size_t, int> color;  // by first appearance
  for (std::size_t first = 0; first < answer.points.size();) {
    std::size_t end = first + 1;
    while (end < answer.points.size() && sameStretch(answer.points[first], answer.points[end]))
      ++end;
    const int next = static_cast<int>(color.size());
    const int index = color.emplace(answer.points[first].design, next).first->second;
    plot.series.push_back(stretchOf(answer, first, end, category(index)));
    first = end;
  }
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
  addStretches(answer, plot);
  plot.notes.push_back("Loss: fitted. Dashed: more than a decade outside the runs in N, D or D/N.");
  if (answer.points.empty()) plot.empty_reason = "No model of these designs can be served.";
  return plot;
}

}  // namespace moe::report
