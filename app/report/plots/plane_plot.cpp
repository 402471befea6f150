#include "app/report/plots/plane_plot.h"

#include <fmt/format.h>

#include "app/report/number_text.h"
#include "app/report/plots/iso_lines.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

constexpr std::size_t kIsoLines = 8;

PlotMap mapOf(const PlanPlane& plane, const std::vector<double>& values, std::string label,
              std::string unit, AxisScale scale) {
  return {std::move(label), std::move(unit), scale, plane.params, plane.train_tokens, values};
}

/// Lines of equal loss with their values.
std::vector<IsoLine> lossLines(const PlanPlane& plane) {
  const PlotMap loss = mapOf(plane, plane.loss, "", "", AxisScale::kLinear);
  auto lines = isoLines(loss, AxisScale::kLog, AxisScale::kLog, roundLevels(loss, kIsoLines));
  for (IsoLine& line : lines) line.text = fmt::format("{:.4g}", line.value);
  return lines;
}

PlotSpec planeFrame(const PlanPlane& plane, ParameterKind kind) {
  PlotSpec plot;
  plot.x = paramsAxis(kind);
  plot.x.range = AxisRange{plane.params.front(), plane.params.back()};
  plot.y = trainTokensAxis();
  plot.y.range = AxisRange{plane.train_tokens.front(), plane.train_tokens.back()};
  return plot;
}

std::string modelLabel(const std::string& what, double params, double tokens, double loss) {
  return fmt::format("{}: N {}, D {}; loss {} nats", what, countText(params), countText(tokens),
                     decimalText(loss, 3));
}

void addConfiguration(const Configuration& c, MarkerRole role, const std::string& what,
                      PlotSpec& plot) {
  if (!c.exists) return;
  plot.markers.push_back({role, c.dense_params, c.train_tokens, emphasis(), what,
                          modelLabel(what, c.dense_params, c.train_tokens, c.loss), what});
}

/// D of each N that spends the plan's budget.
PlotSeries budgetSeries(const PlanAnswer& answer, const PlanPlane& plane) {
  const double factor = plane.experts > 1 ? answer.request.shape_rule.train_flop_factor : 1;
  const BudgetLine line(answer.request.law, answer.request.budget / factor,
                        {.experts = plane.experts});
  PlotSeries series;
  series.name = fmt::format("budget {} FLOP", powerText(answer.request.budget.value()));
  series.color = emphasis();
  series.dashed = true;
  for (const double params : plane.params) {
    series.x.push_back(params);
    series.y.push_back(line.tokens(params));
  }
  return series;
}

PlotSeries equalCostSeries(const Curve& curve, const std::string& name) {
  PlotSeries series;
  series.name = name;
  series.color = emphasis();
  series.dashed = true;
  for (const CurvePoint& point : curve.points) {
    series.x.push_back(point.params);
    series.y.push_back(point.train_tokens);
  }
  return series;
}

}  // namespace

PlaneRange planeAround(double params, double train_tokens, double ratio) {
  return {{params / ratio, params * ratio}, {train_tokens / ratio, train_tokens * ratio}};
}

PlotSpec lossPlanePlot(const PlanAnswer& answer, std::size_t row, const PlanPlane& plane) {
  PlotSpec plot = planeFrame(plane, answer.request.law.parameter_kind);
  plot.key = "loss_map";
  plot.title = fmt::format("Loss over N and D ({})", expertsName(plane.experts));
  plot.sentence = fmt::format(
      "The law's loss of every size and length of training; along the dashed line each model costs "
      "{} training FLOP.",
      powerText(answer.request.budget.value()));
  plot.map = mapOf(plane, plane.loss, "Loss", "nats per token", AxisScale::kLinear);
  plot.iso_lines = lossLines(plane);
  plot.series.push_back(budgetSeries(answer, plane));
  const PlanRow& shown = answer.outcome.rows[row];
  addConfiguration(shown.loss_optimal, MarkerRole::kLossOptimal, "loss-optimal", plot);
  if (answer.outcome.mode != PlanMode::kLossOptimal)
    addConfiguration(shown.chosen, MarkerRole::kOverTrained, "chosen", plot);
  plot.notes.push_back("Lines of equal loss in nats per token. Basis: fitted law.");
  return plot;
}

PlotSpec costPlanePlot(const LifetimeAnswer& answer, const PlanPlane& plane) {
  PlotSpec plot = planeFrame(plane, answer.request.law.parameter_kind);
  plot.key = "cost_map";
  plot.title = "Lifetime cost over N and D";
  if (!answer.shown) {
    plot.empty_reason = "No design has an answer.";
    return plot;
  }
  const LifetimeRow& row = answer.outcome.rows[*answer.shown];
  plot.sentence = fmt::format(
      "Training and serving {} output tokens with {}: white lines have equal loss; the model that "
      "is "
      "shown is the cheapest on its own.",
      countText(answer.request.lifetime_tokens), answer.request.designs[row.design].label);
  plot.map = mapOf(plane, plane.usd, "Training and serving", "USD", AxisScale::kLog);
  plot.iso_lines = lossLines(plane);
  if (answer.curves.same_total)
    plot.series.push_back(
        equalCostSeries(*answer.curves.same_total,
                        fmt::format("equal cost, {}", usdText(Usd(row.best->total_usd)))));
  plot.markers.push_back(
      {MarkerRole::kRecommended, row.best->params, row.best->train_tokens, emphasis(),
       answer.outcome.recommendation.row ? "recommended" : "best",
       modelLabel("shown", row.best->params, row.best->train_tokens, row.best->loss),
       answer.request.designs[row.design].label});
  plot.notes.push_back(fmt::format("Lines of equal loss in nats per token (fitted law). USD: {}.",
                                   name(answer.price_basis[row.design])));
  return plot;
}

}  // namespace moe::report
