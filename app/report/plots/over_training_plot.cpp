#include "app/report/plots/over_training_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

constexpr const char* kNoCurve =
    "There is no over-training curve: a plan over concrete models, or "
    "no design with an answer.";

std::string curvePointLabel(const CurvePoint& point) {
  return fmt::format("N {} ({} x loss-optimal), D {} ({} x); loss {} nats, training {}{}",
                     countText(point.params), plainText(point.size_ratio),
                     countText(point.train_tokens), plainText(point.tokens_ratio),
                     decimalText(point.loss, 3), usdText(Usd(point.training.usd)),
                     point.total_usd ? ", in all " + usdText(Usd(*point.total_usd)) : "");
}

PlotSeries sizeSeries(const Curve& curve, const std::string& name, PlotColor color) {
  PlotSeries series;
  series.name = name;
  series.color = color;
  for (const CurvePoint& point : curve.points) {
    series.x.push_back(point.params);
    series.y.push_back(point.train_tokens);
    series.labels.push_back(curvePointLabel(point));
  }
  return series;
}

const LifetimeModel& shownModel(const LifetimeAnswer& answer) {
  return *answer.outcome.rows[*answer.shown].best;
}

std::string shownName(const LifetimeAnswer& answer) {
  return answer.outcome.recommendation.row ? "recommended" : "best";
}

/// Both models and as much around them as is worth looking at: curves end at walls.
AxisRange rangeAround(double a, double b, double below, double above) {
  return {std::min(a, b) / below, std::max(a, b) * above};
}

std::string designId(const LifetimeAnswer& answer) {
  return answer.request.designs[answer.outcome.rows[*answer.shown].design].label;
}

/// Money of each point, NaN where there is none.
template <class Money>
PlotSeries billSeries(const Curve& curve, const std::string& name, PlotColor color,
                      const Money& money) {
  PlotSeries series;
  series.name = name;
  series.name_at_end = true;
  series.color = color;
  for (const CurvePoint& point : curve.points) {
    series.x.push_back(point.params);
    series.y.push_back(money(point));
    series.labels.push_back(curvePointLabel(point));
  }
  return series;
}

}  // namespace

PlotSpec overTrainingPlot(const LifetimeAnswer& answer) {
  PlotSpec plot;
  plot.key = "over_training";
  plot.title = "How long a smaller model must train";
  plot.x = paramsAxis(answer.request.law.parameter_kind);
  plot.y = trainTokensAxis();
  if (!answer.shown || !answer.curves.over_training) {
    plot.empty_reason = kNoCurve;
    return plot;
  }
  const Curve& curve = *answer.curves.over_training;
  const LifetimeModel& shown = shownModel(answer);
  plot.sentence = fmt::format(
      "Every size that reaches {} nats with the tokens it needs, beside the sizes that train for "
      "as "
      "much and those whose whole life costs as much.",
      decimalText(shown.loss, 3));
  plot.series.push_back(sizeSeries(curve, "equal loss", category(0)));
  if (answer.curves.same_training)
    plot.series.push_back(
        sizeSeries(*answer.curves.same_training, "equal training cost", category(1)));
  if (answer.curves.same_total)
    plot.series.push_back(
        sizeSeries(*answer.curves.same_total, "equal lifetime cost", category(2)));
  plot.x.range = rangeAround(shown.params, curve.reference_params, 3, 3);
  plot.y.range = rangeAround(shown.train_tokens, curve.reference_tokens, 5, 10);
  plot.markers.push_back({MarkerRole::kLossOptimal, curve.reference_params, curve.reference_tokens,
                          category(0), "loss-optimal",
                          fmt::format("loss-optimal: N {}, D {}", countText(curve.reference_params),
                                      countText(curve.reference_tokens)),
                          "loss-optimal"});
  plot.markers.push_back(
      {MarkerRole::kRecommended, shown.params, shown.train_tokens, emphasis(), shownName(answer),
       fmt::format("N {}, D {}", countText(shown.params), countText(shown.train_tokens)),
       designId(answer)});
  plot.notes.push_back(fmt::format("Design: {}. Loss: fitted.", designId(answer)));
  return plot;
}

PlotSpec lifetimeBillPlot(const LifetimeAnswer& answer) {
  PlotSpec plot;
  plot.key = "lifetime_bill";
  plot.title = "What each size of equal loss costs";
  plot.x = paramsAxis(answer.request.law.parameter_kind);
  plot.y = {"Cost of the whole life", "USD", AxisScale::kLog, {}, {}};
  if (!answer.shown || !answer.curves.over_training) {
    plot.empty_reason = kNoCurve;
    return plot;
  }
  const Curve& curve = *answer.curves.over_training;
  const LifetimeModel& shown = shownModel(answer);
  plot.sentence = fmt::format(
      "All of these models have {} nats: small ones train longer, large ones serve dearer; the sum "
      "is least at the ring.",
      decimalText(shown.loss, 3));
  plot.series.push_back(billSeries(curve, "training", category(1),
                                   [](const CurvePoint& point) { return point.training.usd; }));
  plot.series.push_back(billSeries(curve, "serving", category(2), [](const CurvePoint& point) {
    return point.total_usd ? *point.total_usd - point.training.usd : NAN;
  }));
  plot.series.push_back(billSeries(curve, "both", category(0), [](const CurvePoint& point) {
    return point.total_usd.value_or(NAN);
  }));
  plot.x.range = rangeAround(shown.params, curve.reference_params, 2.5, 2.5);
  plot.y.range =
      AxisRange{std::min(shown.training.usd, shown.serve_usd) / 10, 15 * shown.total_usd};
  plot.reference_lines.push_back(
      {ReferenceLine::Kind::kVertical, curve.reference_params, "loss-optimal", false});
  plot.markers.push_back({MarkerRole::kRecommended, shown.params, shown.total_usd, emphasis(),
                          shownName(answer), "in all " + usdText(Usd(shown.total_usd)),
                          designId(answer)});
  const LifetimeRow& row = answer.outcome.rows[*answer.shown];
  if (row.ci95.total_usd)
    plot.notes.push_back(
        fmt::format("In all {}, 95 % of draws: {} to {}.", usdText(Usd(shown.total_usd)),
                    usdText(Usd(row.ci95.total_usd->low)), usdText(Usd(row.ci95.total_usd->high))));
  plot.notes.push_back(fmt::format("{} output tokens served with {}; prices: {}.",
                                   countText(answer.request.lifetime_tokens), designId(answer),
                                   name(answer.price_basis[row.design])));
  return plot;
}

}  // namespace moe::report
