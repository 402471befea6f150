#include "app/report/run/step_plots.h"

#include <algorithm>

#include "app/report/plots/adapt_plots.h"
#include "app/report/plots/cost_frontier_plot.h"
#include "app/report/plots/cost_memory_plot.h"
#include "app/report/plots/cost_price_plot.h"
#include "app/report/plots/cost_roofline_plot.h"
#include "app/report/plots/cost_step_plot.h"
#include "app/report/plots/fit_loss_plot.h"
#include "app/report/plots/fit_residual_plots.h"
#include "app/report/plots/front_plot.h"
#include "app/report/plots/over_training_plot.h"
#include "app/report/plots/plan_curve_plot.h"
#include "app/report/plots/plane_plot.h"
#include "app/report/plots/profile_plot.h"
#include "app/report/plots/tornado_plot.h"
#include "app/workflows/law_curves.h"
#include "app/workflows/plan_curves.h"

namespace moe::report {
namespace {

/// The points of one law in the order of the table.
std::vector<TrainingRun> runsOfFit(const FitAnswer& answer, const LawFit& fit) {
  std::vector<std::size_t> rows = fit.data.rows;
  std::sort(rows.begin(), rows.end());
  std::vector<TrainingRun> runs;
  for (const std::size_t row : rows) runs.push_back(answer.points.table.runs[row]);
  return runs;
}

struct StepPlots {
  std::vector<PlotSpec>& plots;

  void operator()(const FitAnswer& answer) const {
    for (const LawFit& fit : answer.fits) {
      const std::size_t before = plots.size();
      ofLaw(answer, fit);
      if (answer.fits.size() == 1) continue;
      for (std::size_t i = before; i < plots.size(); ++i)
        plots[i].key = std::string(fit.fit.family->name) + "-" + plots[i].key;
    }
  }

  void operator()(const CompareAnswer&) const {}

  void operator()(const CostOutcome& outcome) const {
    plots.push_back(stepPlot(outcome));
    plots.push_back(memoryPlot(outcome));
    plots.push_back(rooflinePlot(outcome));
    plots.push_back(pricePlot(outcome));
    if (!outcome.frontier.empty()) plots.push_back(frontierPlot(outcome, {}));
  }

  void operator()(const TrainingCostOutcome&) const {}

  void operator()(const PlanAnswer& answer) const {
    plots.push_back(planPlot(answer, planCurves(answer.request)));
    const std::size_t row = answer.outcome.recommendation.row.value_or(answer.outcome.base);
    const PlanRow& shown = answer.outcome.rows[row];
    const Configuration& c = shown.chosen.exists ? shown.chosen : shown.loss_optimal;
    if (!c.exists) return;
    const PlanPlane plane = lossPlane(answer.request.law, {.experts = shown.experts},
                                      planeAround(c.dense_params, c.train_tokens));
    plots.push_back(lossPlanePlot(answer, row, plane));
  }

  void operator()(const LifetimeAnswer& answer) const {
    plots.push_back(lifetimeBillPlot(answer));
    plots.push_back(overTrainingPlot(answer));
    if (answer.sensitivity) plots.push_back(tornadoPlot(answer));
    if (!answer.shown) return;
    const LifetimeRow& row = answer.outcome.rows[*answer.shown];
    if (answer.request.designs[row.design].fixed) return;  // one size has no map
    const PlanPlane plane = lifetimePlane(answer.request, row.design,
                                          planeAround(row.best->params, row.best->train_tokens));
    plots.push_back(costPlanePlot(answer, plane));
  }

  void operator()(const FrontAnswer& answer) const { plots.push_back(frontPlot(answer)); }

  void operator()(const AdaptOutcome& outcome) const {
    plots.push_back(adaptMethodPlot(outcome));
    for (const AdaptSelection& selection : outcome.selections) {
      plots.push_back(expertsPerLayerPlot(outcome, selection));
      plots.push_back(thresholdPlot(outcome, selection));
    }
  }

 private:
  void ofLaw(const FitAnswer& answer, const LawFit& fit) const {
    const std::vector<TrainingRun> runs = runsOfFit(answer, fit);
    for (const LawVariable variable :
         {LawVariable::kParams, LawVariable::kTrainTokens, LawVariable::kTrainFlop})
      plots.push_back(lossPlot(answer, fit, variable, lawCurves(fit.law, runs, variable)));
    for (const ResidualAxis axis : {ResidualAxis::kParams, ResidualAxis::kTrainTokens,
                                    ResidualAxis::kExperts, ResidualAxis::kPredicted})
      plots.push_back(residualPlot(answer, fit, axis));
    plots.push_back(predictedLossPlot(answer, fit));
    for (const Profile& profile : fit.study.profiles) plots.push_back(profilePlot(fit, profile));
  }
};

}  // namespace

std::vector<PlotSpec> plotsOf(const StepAnswer& answer) {
  std::vector<PlotSpec> plots;
  std::visit(StepPlots{plots}, answer);
  std::erase_if(plots, [](const PlotSpec& plot) { return !hasContent(plot); });
  return plots;
}

}  // namespace moe::report
