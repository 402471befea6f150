#include "app/report/plots/tornado_plot.h"

#include <fmt/format.h>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

/// The figure of an end and how it is written.
struct TornadoScale {
  bool by_cost = true;
  double of(const SensitivityEnd& end) const { return by_cost ? end.total_usd : end.loss; }
  std::string text(const SensitivityEnd& end) const {
    return by_cost ? fmt::format("{:.2f} x", end.total_ratio)
                   : fmt::format("{:+.3f} nats", end.loss_difference);
  }
};

void addTornadoEnd(const std::optional<SensitivityEnd>& end, const SensitivityRow& row, int index,
                   PlotColor color, const char* name, double base, const TornadoScale& scale,
                   PlotSpec& plot) {
  if (!end) return;
  PlotBar bar;
  bar.row = index;
  bar.from = base;
  bar.to = end->problem.empty() ? scale.of(*end) : base;
  bar.color = color;
  bar.name = name;
  bar.id = row.name;
  bar.text = end->problem.empty() ? end->label : end->label + ": no answer";
  bar.label = end->problem.empty()
                  ? fmt::format("{} at {}: {}, N {} x{}", row.name, end->label, scale.text(*end),
                                plainText(end->params_ratio),
                                end->design_changed ? ", and " + end->design + " is taken" : "")
                  : fmt::format("{} at {}: {}", row.name, end->label, end->problem);
  plot.bars.push_back(std::move(bar));
}

}  // namespace

PlotSpec tornadoPlot(const LifetimeAnswer& answer) {
  PlotSpec plot;
  plot.key = "tornado";
  plot.title = "What the answer depends on";
  const TornadoScale scale{answer.request.target_loss.has_value()};
  plot.x = scale.by_cost ? PlotAxis{"Least lifetime cost", "USD", AxisScale::kLog, {}, {}}
                         : PlotAxis{"Least loss", "nats per token", AxisScale::kLinear, {}, {}};
  if (!answer.sensitivity) {
    plot.empty_reason = "The sensitivity was not asked for.";
    return plot;
  }
  plot.sentence =
      fmt::format("The plan made anew with one assumption moved at a time; it starts from {} ({}).",
                  scale.by_cost ? usdText(Usd(answer.sensitivity->base.total_usd))
                                : decimalText(answer.sensitivity->base.loss, 3) + " nats",
                  answer.sensitivity->base.design);
  const double base = scale.of(answer.sensitivity->base);
  int index = 0;
  for (const SensitivityRow& row : answer.sensitivity->rows) {
    plot.y.categories.push_back(row.name);
    addTornadoEnd(row.low, row, index, category(0), "low end", base, scale, plot);
    addTornadoEnd(row.high, row, index, category(1), "high end", base, scale, plot);
    ++index;
  }
  plot.reference_lines.push_back({ReferenceLine::Kind::kVertical, base, "", false});
  plot.notes.push_back("Each end takes the best design, also where it lies outside the runs.");
  return plot;
}

}  // namespace moe::report
