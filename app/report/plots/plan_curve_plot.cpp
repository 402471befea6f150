#include "app/report/plots/plan_curve_plot.h"

#include <fmt/format.h>

#include <cmath>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

std::string configurationId(double experts, bool optimal) {
  return fmt::format("e{:g}{}", experts, optimal ? " loss-optimal" : "");
}

std::string configurationLabel(const PlanRow& row, const Configuration& c, const char* what) {
  return fmt::format(
      "{}, {}: N {}, D {} ({} tokens per parameter); loss {} nats, {} USD per million tokens on {} "
      "devices{}",
      expertsName(row.experts), what, countText(c.dense_params), countText(c.train_tokens),
      plainText(c.tokensPerParam()), decimalText(c.loss, 3),
      moneyText(Usd(c.serving->usd_per_million_tokens)), c.serving->devices,
      c.extrapolated ? "; outside the runs" : "");
}

void addCurve(const PlanCurve& curve, PlotColor color, PlotSpec& plot) {
  PlotSeries line;
  line.name = expertsName(curve.experts);
  line.name_at_end = true;
  line.color = color;
  line.x = curve.usd_per_million_tokens;
  line.y = curve.loss;
  for (std::size_t i = 0; i < curve.params.size(); ++i)
    line.labels.push_back(fmt::format("{}: N {}, D {}; loss {} nats", line.name,
                                      countText(curve.params[i]), countText(curve.train_tokens[i]),
                                      decimalText(curve.loss[i], 3)));
  if (!curve.low95.empty()) {
    PlotSeries band;
    band.kind = SeriesKind::kBand;
    band.color = color;
    band.x = line.x;
    band.y_low = curve.low95;
    band.y_high = curve.high95;
    plot.series.push_back(std::move(band));
  }
  plot.series.push_back(std::move(line));
}

void addMarker(const PlanRow& row, const Configuration& c, MarkerRole role, PlotColor color,
               PlotSpec& plot) {
  if (!c.exists || !c.serving) return;
  const bool optimal = role == MarkerRole::kLossOptimal;
  plot.markers.push_back({role, c.serving->usd_per_million_tokens, c.loss, color, "",
                          configurationLabel(row, c, optimal ? "loss-optimal" : "chosen"),
                          configurationId(row.experts, optimal)});
}

/// Bars of the chosen models from joint draws.
void addIntervals(const PlanRow& row, PlotColor color, PlotSpec& plot) {
  const Configuration& c = row.chosen;
  if (!c.exists || !c.serving || (!c.ci95.usd_per_million_tokens && !c.ci95.loss)) return;
  PlotSeries bars;
  bars.kind = SeriesKind::kPoints;
  bars.color = color;
  addPoint(bars, c.serving->usd_per_million_tokens, c.loss, configurationLabel(row, c, "chosen"),
           configurationId(row.experts, false));
  addBars(bars, c.ci95.usd_per_million_tokens, c.ci95.loss);
  plot.series.push_back(std::move(bars));
}

void addRecommended(const PlanAnswer& answer, PlotSpec& plot) {
  const auto& row = answer.outcome.recommendation.row;
  if (!row) return;
  const PlanRow& best = answer.outcome.rows[*row];
  if (!best.chosen.serving) return;
  plot.markers.push_back({MarkerRole::kRecommended, best.chosen.serving->usd_per_million_tokens,
                          best.chosen.loss, emphasis(), "recommended",
                          configurationLabel(best, best.chosen, "recommended"),
                          configurationId(best.experts, false)});
}

/// What holds the chosen models together: the base's loss, or its price.
void addBound(const PlanAnswer& answer, PlotSpec& plot) {
  const Configuration& base = answer.outcome.baseRow().loss_optimal;
  if (!base.exists) return;
  using Kind = ReferenceLine::Kind;
  const std::string name = expertsName(answer.outcome.baseRow().experts);
  if (answer.outcome.mode == PlanMode::kMinCost)
    plot.reference_lines.push_back(
        {Kind::kHorizontal, base.loss, fmt::format("loss of loss-optimal {}", name), true});
  if (answer.outcome.mode == PlanMode::kMinLoss && base.serving)
    plot.reference_lines.push_back({Kind::kVertical, base.serving->usd_per_million_tokens,
                                    fmt::format("price of loss-optimal {}", name), true});
}

}  // namespace

PlotSpec planPlot(const PlanAnswer& answer, const std::vector<PlanCurve>& curves) {
  PlotSpec plot;
  plot.key = "plan";
  plot.title = "Loss against serving price";
  plot.sentence = fmt::format(
      "Every model that {} training FLOP buy, one curve per expert count: smaller and longer "
      "trained to the left, loss-optimal at the bottom.",
      powerText(answer.request.budget.value()));
  plot.x = usdPerMillionAxis("tokens, prompt and output alike");
  plot.y = lossAxis();
  const auto& rows = answer.outcome.rows;
  const auto count = static_cast<int>(rows.size());
  for (const PlanCurve& curve : curves)
    for (int i = 0; i < count; ++i)
      if (rows[static_cast<std::size_t>(i)].experts == curve.experts)
        addCurve(curve, sequence(i, count), plot);
  const bool chosen = answer.outcome.mode != PlanMode::kLossOptimal;
  for (int i = 0; i < count; ++i) {
    const PlanRow& row = rows[static_cast<std::size_t>(i)];
    addIntervals(row, sequence(i, count), plot);
    addMarker(row, row.loss_optimal, MarkerRole::kLossOptimal, sequence(i, count), plot);
    if (chosen) addMarker(row, row.chosen, MarkerRole::kOverTrained, sequence(i, count), plot);
  }
  addBound(answer, plot);
  addRecommended(answer, plot);
  plot.notes.push_back(drawsNote(answer.outcome.draws));
  plot.notes.push_back(fmt::format("Loss: fitted. Price: {}, on up to {} x {}.",
                                   name(servingBasis(answer.request)), answer.request.max_devices,
                                   answer.request.accelerator.name));
  if (plot.markers.empty() && curves.empty())
    plot.empty_reason = "No expert count has a model at this budget that can be served.";
  return plot;
}

}  // namespace moe::report
