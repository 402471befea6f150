#include "app/report/plots/fit_residual_plots.h"

#include <fmt/format.h>

#include <cmath>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

PlotAxis residualAxis(ResidualAxis axis, ParameterKind kind) {
  switch (axis) {
    case ResidualAxis::kParams:
      return paramsAxis(kind);
    case ResidualAxis::kTrainTokens:
      return trainTokensAxis();
    case ResidualAxis::kExperts:
      return {"Experts E", "per layer", AxisScale::kLog, {}, {}};
    case ResidualAxis::kPredicted:
      return {"Predicted loss", "nats per token", AxisScale::kLinear, {}, {}};
  }
  return {};
}

std::string residualKey(ResidualAxis axis) {
  constexpr const char* kKeys[] = {"residuals_against_params", "residuals_against_tokens",
                                   "residuals_against_experts", "residuals_against_predicted"};
  return kKeys[static_cast<std::size_t>(axis)];
}

std::string residualVariable(ResidualAxis axis) {
  constexpr const char* kNames[] = {"model size", "training data", "experts", "predicted loss"};
  return kNames[static_cast<std::size_t>(axis)];
}

double predictedOf(const TrainingRun& run, double residual) {
  return run.loss * std::exp(residual);
}

double residualPosition(ResidualAxis axis, const TrainingRun& run, double residual) {
  switch (axis) {
    case ResidualAxis::kParams:
      return run.params;
    case ResidualAxis::kTrainTokens:
      return run.train_tokens;
    case ResidualAxis::kExperts:
      return run.experts;
    case ResidualAxis::kPredicted:
      return predictedOf(run, residual);
  }
  return 0;
}

bool isOutlier(const LawFit& fit, std::size_t point) {
  return fit.study.residuals && point < fit.study.residuals->points.size() &&
         fit.study.residuals->points[point].outlier;
}

std::string residualLabel(const TrainingRun& run, double residual) {
  return fmt::format("{}, predicted {} ({:+.2f} %)", runLabel(run),
                     decimalText(predictedOf(run, residual), 3), 100 * residual);
}

PlotSeries pointSeries(std::string name, PlotColor color) {
  PlotSeries series;
  series.kind = SeriesKind::kPoints;
  series.name = std::move(name);
  series.color = color;
  return series;
}

/// Runs that follow the law, and those that do not, each where `place` puts them.
template <class Place>
void addResiduals(const FitAnswer& answer, const LawFit& fit, const Place& place, PlotSpec& plot) {
  PlotSeries usual = pointSeries("runs", category(0));
  PlotSeries outliers = pointSeries("outliers", emphasis());
  for (std::size_t i = 0; i < fit.fit.residuals.size(); ++i) {
    const TrainingRun& run = answer.points.table.runs[fit.data.rows[i]];
    const double residual = fit.fit.residuals[i];
    const auto [x, y] = place(run, residual);
    addPoint(isOutlier(fit, i) ? outliers : usual, x, y, residualLabel(run, residual), run.run_id);
  }
  plot.series.push_back(std::move(usual));
  if (!outliers.x.empty()) {
    plot.series.push_back(std::move(outliers));
    plot.notes.push_back("Outliers: further from the law than 4 robust standard deviations.");
  }
}

}  // namespace

PlotSpec residualPlot(const FitAnswer& answer, const LawFit& fit, ResidualAxis axis) {
  PlotSpec plot;
  plot.key = residualKey(axis);
  plot.title = fmt::format("Residuals against {}", residualVariable(axis));
  plot.sentence = fmt::format(
      "How far the law lies above (+) or below (-) each measured loss, against {}. A trend means "
      "that the law lacks something; a fan, that some runs are noisier.",
      residualVariable(axis));
  plot.x = residualAxis(axis, fit.law.parameter_kind);
  plot.y = {"Residual ln predicted - ln measured", "%", AxisScale::kLinear, {}, {}};
  addResiduals(
      answer, fit,
      [&](const TrainingRun& run, double residual) {
        return std::pair(residualPosition(axis, run, residual), 100 * residual);
      },
      plot);
  const double rms = 100 * fit.fit.rms_log_residual;
  using Kind = ReferenceLine::Kind;
  plot.reference_lines.push_back({Kind::kHorizontal, 0, "", false});
  if (rms > 0) {
    plot.reference_lines.push_back({Kind::kHorizontal, 2 * rms, "2 rms", false});
    plot.reference_lines.push_back({Kind::kHorizontal, -2 * rms, "2 rms", false});
  }
  plot.notes.push_back(fmt::format("rms {} %. Measured losses, fitted law.", plainText(rms)));
  return plot;
}

PlotSpec predictedLossPlot(const FitAnswer& answer, const LawFit& fit) {
  PlotSpec plot;
  plot.key = "predicted_against_measured";
  plot.title = "Predicted against measured loss";
  plot.sentence = fmt::format(
      "Every fitted point against what the law {} says of it; on the diagonal both agree.",
      fit.fit.family->name);
  plot.x = {"Measured loss", "nats per token", AxisScale::kLinear, {}, {}};
  plot.y = {"Predicted loss", "nats per token", AxisScale::kLinear, {}, {}};
  addResiduals(
      answer, fit,
      [](const TrainingRun& run, double residual) {
        return std::pair(run.loss, predictedOf(run, residual));
      },
      plot);
  plot.reference_lines.push_back({ReferenceLine::Kind::kDiagonal, 1, "equal", false});
  plot.notes.push_back(fmt::format("rms residual {} nats. Measured losses, fitted law.",
                                   plainText(fit.fit.rms_residual)));
  return plot;
}

}  // namespace moe::report
