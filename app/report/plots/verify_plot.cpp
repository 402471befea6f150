#include "app/report/plots/verify_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

constexpr double kCheckMargin = 1.5;
constexpr double kMilliseconds = 1e3;

struct VerdictLook {
  RowVerdict verdict;
  PlotColor color;
};

std::array<VerdictLook, 4> verdictLooks() {
  return {VerdictLook{RowVerdict::kPassed, category(0)},
          VerdictLook{RowVerdict::kFailed, category(1)},
          VerdictLook{RowVerdict::kMistrusted, category(2)},
          VerdictLook{RowVerdict::kSkipped, neutral()}};
}

bool isShown(const CheckedPrediction& check) {
  return check.predicted > 0 && check.measured > 0 && std::isfinite(check.predicted) &&
         std::isfinite(check.measured);
}

/// Both axes alike, so that the diagonal is one.
AxisRange commonRange(const std::vector<CheckedPrediction>& checks) {
  AxisRange range{HUGE_VAL, 0};
  for (const CheckedPrediction& check : checks)
    if (isShown(check)) {
      range.low = std::min({range.low, check.predicted, check.measured});
      range.high = std::max({range.high, check.predicted, check.measured});
    }
  return {range.low / kCheckMargin, range.high * kCheckMargin};
}

std::string checkLabel(const CheckedPrediction& check, const std::string& unit) {
  return fmt::format("{}: predicted {} {}, measured {} {}, ratio {} ({})", check.label,
                     plainText(check.predicted), unit, plainText(check.measured), unit,
                     decimalText(check.predicted / check.measured, 2), name(check.basis));
}

PlotSeries verdictSeries(const std::vector<CheckedPrediction>& checks, const VerdictLook& look,
                         const std::string& unit) {
  PlotSeries series;
  series.kind = SeriesKind::kPoints;
  series.color = look.color;
  for (const CheckedPrediction& check : checks)
    if (check.verdict == look.verdict && isShown(check))
      addPoint(series, check.measured, check.predicted, checkLabel(check, unit), check.id);
  series.name = fmt::format("{} ({})", name(look.verdict), series.x.size());
  return series;
}

void addFactorLines(PlotSpec& plot) {
  using Kind = ReferenceLine::Kind;
  plot.reference_lines.push_back({Kind::kDiagonal, 1, "equal", false});
  plot.reference_lines.push_back({Kind::kDiagonal, 2, "x 2", false});
  plot.reference_lines.push_back({Kind::kDiagonal, 0.5, "/ 2", false});
}

std::string basesOf(const std::vector<CheckedPrediction>& checks) {
  std::string text;
  for (const Basis basis : {Basis::kMeasured, Basis::kInterpolated, Basis::kTransferred,
                            Basis::kRoofline, Basis::kFitted, Basis::kExtrapolated})
    if (std::any_of(checks.begin(), checks.end(),
                    [&](const CheckedPrediction& check) { return check.basis == basis; }))
      text += (text.empty() ? "" : ", ") + std::string(name(basis));
  return text;
}

CheckedPrediction checkOf(const ValidatedPoint& row) {
  const ServingMeasurement& measured = row.point.measured;
  CheckedPrediction check;
  check.label = fmt::format("{} on {}, {} requests", row.point.model, row.point.hardware,
                            plainText(measured.concurrency));
  check.id = measured.where;
  check.predicted = row.tpot_s * kMilliseconds;
  check.measured = measured.tpot_s.value_or(NAN) * kMilliseconds;
  check.verdict = row.inside.value_or(true) ? RowVerdict::kPassed : RowVerdict::kFailed;
  check.basis = row.point.basis;
  return check;
}

}  // namespace

PlotSpec checkPlot(const std::vector<CheckedPrediction>& checks, const std::string& quantity,
                   const std::string& unit) {
  PlotSpec plot;
  plot.key = "predicted_against_measured_" + quantity;
  std::replace(plot.key.begin(), plot.key.end(), ' ', '_');
  plot.title = fmt::format("Predicted against measured {}", quantity);
  plot.sentence =
      "On the diagonal prediction and measurement agree; the outer lines are a factor "
      "of two away.";
  plot.x = {"Measured " + quantity, unit, AxisScale::kLog, {}, {}};
  plot.y = {"Predicted " + quantity, unit, AxisScale::kLog, {}, {}};
  for (const VerdictLook& look : verdictLooks()) {
    PlotSeries series = verdictSeries(checks, look, unit);
    if (!series.x.empty()) plot.series.push_back(std::move(series));
  }
  if (plot.series.empty()) {
    plot.empty_reason = "Nothing was measured and predicted yet.";
    return plot;
  }
  plot.x.range = plot.y.range = commonRange(checks);
  addFactorLines(plot);
  plot.notes.push_back(fmt::format("Basis of the predictions: {}.", basesOf(checks)));
  return plot;
}

std::string checkId(std::size_t row) { return fmt::format("row {}", row); }

PlotSpec verifyPlot(const VerifyOutcome& outcome) {
  std::vector<CheckedPrediction> checks;
  for (std::size_t i = 0; i < outcome.study.rows.size(); ++i) {
    const VerifyRow& row = outcome.study.rows[i];
    if (row.kind == RowKind::kKvLimit || !row.timed()) continue;
    checks.push_back({row.what, checkId(i), row.predicted.seconds * kMilliseconds,
                      row.measured.median_s * kMilliseconds, row.verdict, row.predicted.basis});
  }
  PlotSpec plot = checkPlot(checks, "time of a layer or block", "ms");
  plot.key = "verify";
  plot.notes.push_back(fmt::format("A row passes within {}.", percentText(kRowTolerance)));
  return plot;
}

PlotSpec validatePlot(const ValidateOutcome& outcome) {
  std::vector<CheckedPrediction> checks;
  for (const ValidatedPoint& row : outcome.rows) checks.push_back(checkOf(row));
  PlotSpec plot = checkPlot(checks, "time per output token", "ms");
  for (PlotSeries& series : plot.series) {
    const bool inside = series.name.starts_with("passed");
    series.name =
        fmt::format("{} the 90 % interval ({})", inside ? "inside" : "outside", series.x.size());
  }
  return plot;
}

}  // namespace moe::report
