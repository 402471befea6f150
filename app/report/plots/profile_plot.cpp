#include "app/report/plots/profile_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

constexpr double kShownRise = 3;  // of the critical one: what lies higher says no more
constexpr int kCurveSteps = 12;   // drawn between two refits
constexpr double kLogFrom = 5;    // largest over least value from which the axis is logarithmic

const ParameterFit* fittedParameter(const LawFit& fit, const std::string& name) {
  const auto& all = fit.fit.parameters;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const ParameterFit& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

/// The refits themselves.
PlotSeries refitsOf(const Profile& profile) {
  PlotSeries refits;
  refits.kind = SeriesKind::kPoints;
  refits.name = "refits";
  refits.color = category(0);
  for (const ProfilePoint& point : profile.curve) {
    if (point.chi_square > kShownRise * profile.critical) continue;
    addPoint(refits, point.value, point.chi_square,
             fmt::format("{} {}: rise {}", profile.parameter, plainText(point.value, 4),
                         plainText(point.chi_square)),
             "");
  }
  return refits;
}

/// Between two refits on one side of the optimum the square root of the rise is linear, as that of
/// a parabola is.
PlotSeries curveThrough(const PlotSeries& refits) {
  PlotSeries curve;
  curve.color = category(0);
  for (std::size_t i = 0; i + 1 < refits.x.size(); ++i) {
    const double from = std::sqrt(std::max(0.0, refits.y[i]));
    const double to = std::sqrt(std::max(0.0, refits.y[i + 1]));
    for (int step = 0; step <= kCurveSteps; ++step) {
      const double share = static_cast<double>(step) / kCurveSteps;
      const double root = from + share * (to - from);
      curve.x.push_back(refits.x[i] + share * (refits.x[i + 1] - refits.x[i]));
      curve.y.push_back(root * root);
    }
  }
  return curve;
}

std::string profileNote(const Profile& profile) {
  if (profile.low95 && profile.high95)
    return fmt::format("95 % interval {} to {}.", plainText(*profile.low95, 4),
                       plainText(*profile.high95, 4));
  if (profile.low95)
    return fmt::format("Above {}; the runs exclude no larger value.", plainText(*profile.low95, 4));
  if (profile.high95)
    return fmt::format("Below {}; the runs exclude no smaller value.",
                       plainText(*profile.high95, 4));
  return "Open on both sides: the runs exclude no value.";
}

AxisScale profileScale(const PlotSeries& curve) {
  if (curve.x.empty()) return AxisScale::kLinear;
  const auto [low, high] = std::minmax_element(curve.x.begin(), curve.x.end());
  return *low > 0 && *high > kLogFrom * *low ? AxisScale::kLog : AxisScale::kLinear;
}

}  // namespace

PlotSpec profilePlot(const LawFit& fit, const Profile& profile) {
  PlotSpec plot;
  plot.key = "profile_" + profile.parameter;
  plot.title = "Profile likelihood of " + profile.parameter;
  const ParameterFit* parameter = fittedParameter(fit, profile.parameter);
  plot.sentence = fmt::format(
      "How much worse the runs are described when {}{} is held at another value and all other "
      "parameters are refitted. A flat side means that the runs do not say.",
      profile.parameter,
      parameter != nullptr && !parameter->meaning.empty() ? " (" + parameter->meaning + ")" : "");
  PlotSeries refits = refitsOf(profile);
  plot.x = {profile.parameter, "", profileScale(refits), {}, {}};
  const double top = refits.y.empty() ? 0 : *std::max_element(refits.y.begin(), refits.y.end());
  plot.y = {"Rise of the objective",
            "chi-square",
            AxisScale::kLinear,
            AxisRange{0, 1.2 * std::max(top, profile.critical)},
            {}};
  plot.series.push_back(curveThrough(refits));
  plot.series.push_back(std::move(refits));
  using Kind = ReferenceLine::Kind;
  plot.reference_lines.push_back({Kind::kHorizontal, profile.critical, "95 %", true});
  for (const std::optional<double>& end : {profile.low95, profile.high95})
    if (end) plot.reference_lines.push_back({Kind::kVertical, *end, plainText(*end), false});
  if (parameter != nullptr)
    plot.markers.push_back({MarkerRole::kBase, parameter->value, 0, category(0), "",
                            fmt::format("fitted {}", plainText(parameter->value, 4)), ""});
  plot.notes.push_back(profileNote(profile));
  if (profile.differs_from_wald)
    plot.notes.push_back("Differs from the Wald interval, which assumes a parabola.");
  if (profile.curve.empty()) plot.empty_reason = "No profile was made of this fit.";
  return plot;
}

}  // namespace moe::report
