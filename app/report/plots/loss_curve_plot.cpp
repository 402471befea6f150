#include "app/report/plots/loss_curve_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

constexpr std::size_t kMostCurves = 12;

using Curves = std::vector<std::vector<const TrainingRun*>>;

Curves curvesOf(const RunTable& table) {
  Curves curves;
  std::map<std::string_view, std::size_t> place;
  for (const TrainingRun& run : table.runs) {
    const auto [at, added] = place.emplace(run.run_id, curves.size());
    if (added) curves.emplace_back();
    curves[at->second].push_back(&run);
  }
  for (auto& curve : curves)
    std::stable_sort(curve.begin(), curve.end(), [](const TrainingRun* a, const TrainingRun* b) {
      return a->train_tokens < b->train_tokens;
    });
  return curves;
}

Curves evenlyChosen(Curves curves) {
  if (curves.size() <= kMostCurves) return curves;
  Curves chosen;
  for (std::size_t i = 0; i < kMostCurves; ++i)
    chosen.push_back(std::move(curves[i * (curves.size() - 1) / (kMostCurves - 1)]));
  return chosen;
}

}  // namespace

PlotSpec lossCurvePlot(const RunTable& table) {
  PlotSpec plot;
  plot.key = "loss_curves";
  plot.title = "Loss over training";
  plot.x = trainTokensAxis();
  plot.y = lossAxis();
  const Curves all = curvesOf(table);
  const std::size_t runs = all.size();
  plot.sentence = fmt::format("The loss of {} {} on the way.", runs, runs == 1 ? "run" : "runs");
  const Curves shown = evenlyChosen(all);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    PlotSeries line;
    line.kind = shown[i].size() > 1 ? SeriesKind::kLine : SeriesKind::kPoints;
    line.name = shown[i].front()->run_id;
    line.color = shown.size() == 1 ? category(0)
                                   : sequence(static_cast<int>(i), static_cast<int>(shown.size()));
    for (const TrainingRun* run : shown[i])
      addPoint(line, run->train_tokens, run->loss, runLabel(*run), run->run_id);
    plot.series.push_back(std::move(line));
  }
  if (runs == 0) plot.empty_reason = "There are no runs yet: open a log of a training run.";
  if (shown.size() < runs)
    plot.notes.push_back(fmt::format("{} of {} runs are shown.", shown.size(), runs));
  plot.notes.push_back("Measured.");
  return plot;
}

}  // namespace moe::report
