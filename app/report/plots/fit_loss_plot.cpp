#include "app/report/plots/fit_loss_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

constexpr double kFlopPerParamToken = 6;  // of runs whose law is not known yet

/// Expert counts in order; where in the sequence of colours each one stands.
class ExpertColors {
 public:
  explicit ExpertColors(const std::vector<TrainingRun>& runs) {
    std::set<double> found;
    for (const TrainingRun& run : runs) found.insert(run.experts);
    counts_.assign(found.begin(), found.end());
  }
  const std::vector<double>& counts() const { return counts_; }
  PlotColor of(double experts) const {
    const auto at = std::lower_bound(counts_.begin(), counts_.end(), experts) - counts_.begin();
    if (counts_.size() == 1) return category(0);
    return sequence(static_cast<int>(at), static_cast<int>(counts_.size()));
  }

 private:
  std::vector<double> counts_;
};

PlotAxis axisOf(LawVariable variable, ParameterKind kind) {
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

std::string keyOf(LawVariable variable) {
  constexpr const char* kKeys[] = {"loss_against_params", "loss_against_tokens",
                                   "loss_against_flop"};
  return kKeys[static_cast<std::size_t>(variable)];
}

std::string titleOf(LawVariable variable) {
  constexpr const char* kTitles[] = {"Loss against model size", "Loss against training data",
                                     "Loss against training compute"};
  return kTitles[static_cast<std::size_t>(variable)];
}

double flopOf(const Law* law, const TrainingRun& run) {
  return law != nullptr ? trainFlop(*law, pointOf(run)).value()
                        : kFlopPerParamToken * run.params * run.train_tokens;
}

double positionOf(const TrainingRun& run, LawVariable variable, const Law* law) {
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

/// The runs, a series for each expert count.
void addRuns(const std::vector<TrainingRun>& runs, LawVariable variable, const Law* law,
             const ExpertColors& colors, PlotSpec& plot) {
  const bool alone = colors.counts().size() == 1;
  for (const double experts : colors.counts()) {
    PlotSeries points;
    points.kind = SeriesKind::kPoints;
    points.name = alone ? std::string("runs") : expertsName(experts);
    points.color = colors.of(experts);
    for (const TrainingRun& run : runs)
      if (run.experts == experts)
        addPoint(points, positionOf(run, variable, law), run.loss, runLabel(run), run.run_id);
    plot.series.push_back(std::move(points));
  }
}

void addCurve(const LawCurve& curve, const ExpertColors& colors, PlotSpec& plot) {
  if (!curve.low95.empty()) {
    PlotSeries band;
    band.kind = SeriesKind::kBand;
    band.color = colors.of(curve.experts);
    band.x = curve.x;
    band.y_low = curve.low95;
    band.y_high = curve.high95;
    plot.series.push_back(std::move(band));
  }
  PlotSeries line;
  line.color = colors.of(curve.experts);
  line.dashed = !curve.middle;
  line.x = curve.x;
  line.y = curve.loss;
  plot.series.push_back(std::move(line));
}

bool anyDashed(const std::vector<LawCurve>& curves) {
  return std::any_of(curves.begin(), curves.end(), [](const LawCurve& c) { return !c.middle; });
}

std::string curvesNote(LawVariable variable, const std::vector<LawCurve>& curves) {
  if (curves.empty()) return "No curve: this law has no loss-optimal split of compute.";
  if (variable == LawVariable::kTrainFlop)
    return "Curves: the law's least loss at each budget; runs lie above it as far as their N and D "
           "differ from the best.";
  const char* other = variable == LawVariable::kParams ? "D" : "N";
  return fmt::format(
      "Solid: the law at the median {} of the runs of that expert count{}.", other,
      anyDashed(curves) ? fmt::format("; dashed: at their least and largest {}", other) : "");
}

std::string shownText(LawVariable variable) {
  constexpr const char* kWhat[] = {"model size", "training tokens", "training compute"};
  return kWhat[static_cast<std::size_t>(variable)];
}

PlotSpec framed(LawVariable variable, ParameterKind kind) {
  PlotSpec plot;
  plot.key = keyOf(variable);
  plot.title = titleOf(variable);
  plot.x = axisOf(variable, kind);
  plot.y = lossAxis();
  return plot;
}

}  // namespace

PlotSpec lossPlot(const FitAnswer& answer, const LawFit& fit, LawVariable variable,
                  const std::vector<LawCurve>& curves) {
  const RunTable table = answer.points.table.select(fit.data.rows);
  PlotSpec plot = framed(variable, fit.law.parameter_kind);
  plot.sentence = fmt::format(
      "Measured loss of {} points against {}, with the fitted law {}: where points leave their "
      "curve, the law does not describe them.",
      table.runs.size(), shownText(variable), fit.fit.family->name);
  const ExpertColors colors(table.runs);
  for (const LawCurve& curve : curves) addCurve(curve, colors, plot);
  addRuns(table.runs, variable, &fit.law, colors, plot);
  plot.notes.push_back(curvesNote(variable, curves));
  if (!fit.law.posterior.empty() && !curves.empty())
    plot.notes.push_back(
        fmt::format("Bands: 95 % of the law's draws ({}).", fit.fit.interval_method));
  plot.notes.push_back("Points: measured. Curves: fitted.");
  return plot;
}

PlotSpec runsPlot(const RunTable& table, LawVariable variable) {
  PlotSpec plot = framed(variable, table.parameter_kind);
  plot.sentence =
      fmt::format("Measured loss of {} runs against {}.", table.runs.size(), shownText(variable));
  if (table.runs.empty())
    plot.empty_reason = "There are no runs yet: open a table or a log of training runs.";
  addRuns(table.runs, variable, nullptr, ExpertColors(table.runs), plot);
  if (variable == LawVariable::kTrainFlop) plot.notes.push_back("C = 6 N D.");
  return plot;
}

}  // namespace moe::report
