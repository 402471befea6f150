#include "app/report/plots/fit_loss_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

constexpr double kFlopPerParamToken = 6;  // of runs whose law is not known yet

/// Runs that share a colour.
struct ColorGroup {
  std::string name;
  PlotColor color;
  double experts = 0;         // 0: of any count
  std::optional<Range> held;  // of the other variable; none: any
};

std::vector<ColorGroup> byExperts(const std::vector<TrainingRun>& runs) {
  std::set<double> counts;
  for (const TrainingRun& run : runs) counts.insert(run.experts);
  std::vector<ColorGroup> groups;
  for (const double experts : counts)
    groups.push_back({expertsName(experts),
                      sequence(static_cast<int>(groups.size()), static_cast<int>(counts.size())),
                      experts, std::nullopt});
  if (groups.size() == 1) groups.front() = {"runs", category(0), 0, std::nullopt};
  return groups;
}

std::string heldName(LawVariable variable, const Range& held) {
  const char* what = variable == LawVariable::kParams ? "D" : "N";
  const std::string low = countText(held.low);
  const std::string high = countText(held.high);
  return low == high ? fmt::format("{} {}", what, low)
                     : fmt::format("{} {} to {}", what, low, high);
}

/// Expert counts; ranges of the other variable where the curves stand for those.
std::vector<ColorGroup> groupsOf(const std::vector<TrainingRun>& runs, LawVariable variable,
                                 const std::vector<LawCurve>& curves) {
  const bool by_held =
      curves.size() > 1 && std::all_of(curves.begin(), curves.end(), [&](const LawCurve& curve) {
        return curve.experts == curves.front().experts;
      });
  if (!by_held) return byExperts(runs);
  std::vector<ColorGroup> groups;
  for (const LawCurve& curve : curves)
    groups.push_back({heldName(variable, curve.held_by_runs),
                      sequence(static_cast<int>(groups.size()), static_cast<int>(curves.size())), 0,
                      curve.held_by_runs});
  return groups;
}

PlotAxis variableAxis(LawVariable variable, ParameterKind kind) {
  switch (variable) {
    case LawVariable::kParams:
      return paramsAxis(kind);
    case LawVariable::kTrainTokens:
      return trainTokensAxis();
    case LawVariable::kTrainFlop:
      return trainFlopAxis();
  }
  return {};
}

std::string lossKey(LawVariable variable) {
  constexpr const char* kKeys[] = {"loss_against_params", "loss_against_tokens",
                                   "loss_against_flop"};
  return kKeys[static_cast<std::size_t>(variable)];
}

std::string lossTitle(LawVariable variable) {
  constexpr const char* kTitles[] = {"Loss against model size", "Loss against training data",
                                     "Loss against training compute"};
  return kTitles[static_cast<std::size_t>(variable)];
}

double flopOf(const Law* law, const TrainingRun& run) {
  return law != nullptr ? trainFlop(*law, pointOf(run)).value()
                        : kFlopPerParamToken * run.params * run.train_tokens;
}

double runPosition(const TrainingRun& run, LawVariable variable, const Law* law) {
  switch (variable) {
    case LawVariable::kParams:
      return run.params;
    case LawVariable::kTrainTokens:
      return run.train_tokens;
    case LawVariable::kTrainFlop:
      return flopOf(law, run);
  }
  return 0;
}

double heldOf(const TrainingRun& run, LawVariable variable) {
  return variable == LawVariable::kParams ? run.train_tokens : run.params;
}

bool holdsRun(const ColorGroup& group, double experts, double held) {
  return (group.experts == 0 || group.experts == experts) &&
         (!group.held || (held >= group.held->low && held <= group.held->high));
}

/// The runs, a series for each group.
void addRuns(const std::vector<TrainingRun>& runs, LawVariable variable, const Law* law,
             const std::vector<ColorGroup>& groups, PlotSpec& plot) {
  for (const ColorGroup& group : groups) {
    PlotSeries points;
    points.kind = SeriesKind::kPoints;
    points.name = group.name;
    points.color = group.color;
    for (const TrainingRun& run : runs)
      if (holdsRun(group, run.experts, heldOf(run, variable)))
        addPoint(points, runPosition(run, variable, law), run.loss, runLabel(run), run.run_id);
    plot.series.push_back(std::move(points));
  }
}

void addCurve(const LawCurve& curve, const std::vector<ColorGroup>& groups, PlotSpec& plot) {
  const auto group = std::find_if(groups.begin(), groups.end(), [&](const ColorGroup& one) {
    return holdsRun(one, curve.experts, curve.held);
  });
  const PlotColor color = group == groups.end() ? neutral() : group->color;
  if (!curve.low95.empty()) {
    PlotSeries band;
    band.kind = SeriesKind::kBand;
    band.color = color;
    band.x = curve.x;
    band.y_low = curve.low95;
    band.y_high = curve.high95;
    plot.series.push_back(std::move(band));
  }
  PlotSeries line;
  line.color = color;
  line.x = curve.x;
  line.y = curve.loss;
  plot.series.push_back(std::move(line));
}

std::string curvesNote(LawVariable variable, const std::vector<LawCurve>& curves) {
  if (curves.empty()) return "No curve: this law has no loss-optimal split of compute.";
  if (variable == LawVariable::kTrainFlop)
    return "Curves: the law's least loss at each budget, with the best N and D.";
  return fmt::format("Curves: the law at the median {} of the runs of that colour.",
                     variable == LawVariable::kParams ? "D" : "N");
}

std::string shownText(LawVariable variable) {
  constexpr const char* kWhat[] = {"model size", "training tokens", "training compute"};
  return kWhat[static_cast<std::size_t>(variable)];
}

PlotSpec lossFrame(LawVariable variable, ParameterKind kind) {
  PlotSpec plot;
  plot.key = lossKey(variable);
  plot.title = lossTitle(variable);
  plot.x = variableAxis(variable, kind);
  plot.y = lossAxis();
  return plot;
}

}  // namespace

PlotSpec lossPlot(const FitAnswer& answer, const LawFit& fit, LawVariable variable,
                  const std::vector<LawCurve>& curves) {
  const RunTable table = answer.points.table.select(fit.data.rows);
  PlotSpec plot = lossFrame(variable, fit.law.parameter_kind);
  plot.sentence = fmt::format(
      "Measured loss of {} points against {}, with the fitted law {}: where points leave their "
      "curve, the law does not describe them.",
      table.runs.size(), shownText(variable), fit.fit.family->name);
  const std::vector<ColorGroup> groups = groupsOf(table.runs, variable, curves);
  for (const LawCurve& curve : curves) addCurve(curve, groups, plot);
  addRuns(table.runs, variable, &fit.law, groups, plot);
  plot.notes.push_back(curvesNote(variable, curves));
  if (!fit.law.posterior.empty() && !curves.empty())
    plot.notes.push_back(
        fmt::format("Bands: 95 % of the law's draws ({}).", fit.fit.interval_method));
  plot.notes.push_back(curves.empty() ? "Points: measured." : "Points: measured. Curves: fitted.");
  return plot;
}

PlotSpec runsPlot(const RunTable& table, LawVariable variable) {
  PlotSpec plot = lossFrame(variable, table.parameter_kind);
  plot.sentence =
      fmt::format("Measured loss of {} runs against {}.", table.runs.size(), shownText(variable));
  if (table.runs.empty())
    plot.empty_reason = "There are no runs yet: open a table or a log of training runs.";
  addRuns(table.runs, variable, nullptr, byExperts(table.runs), plot);
  if (variable == LawVariable::kTrainFlop) plot.notes.push_back("C = 6 N D.");
  return plot;
}

}  // namespace moe::report
