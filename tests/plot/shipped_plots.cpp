#include "tests/plot/shipped_plots.h"

#include <string>

#include "app/report/plots/cost_frontier_plot.h"
#include "app/report/plots/cost_memory_plot.h"
#include "app/report/plots/cost_price_plot.h"
#include "app/report/plots/cost_roofline_plot.h"
#include "app/report/plots/cost_step_plot.h"
#include "app/report/plots/fit_loss_plot.h"
#include "app/report/plots/fit_residual_plots.h"
#include "app/report/plots/front_plot.h"
#include "app/report/plots/loss_curve_plot.h"
#include "app/report/plots/over_training_plot.h"
#include "app/report/plots/plan_curve_plot.h"
#include "app/report/plots/plane_plot.h"
#include "app/report/plots/profile_plot.h"
#include "app/report/plots/tornado_plot.h"
#include "app/report/plots/verify_plot.h"
#include "app/workflows/cost_sweep.h"
#include "tests/support/temporary_folder.h"

namespace moe::test {
namespace {

using Plots = std::vector<report::PlotSpec>;

std::string runsFile(const std::string& name) {
  return std::string(MOEPLAN_SOURCE_DIR) + "/data/tables/runs/" + name;
}

Result<void> addFitPlots(const FitQuestion& question, const std::string& prefix, Plots& plots) {
  const auto answer = answerFit(question);
  if (!answer) return tl::unexpected(answer.error());
  const LawFit& fit = answer->fits.front();
  const std::size_t first = plots.size();
  const RunTable table = answer->points.table.select(fit.data.rows);
  for (const LawVariable variable :
       {LawVariable::kParams, LawVariable::kTrainTokens, LawVariable::kTrainFlop})
    plots.push_back(
        report::lossPlot(*answer, fit, variable, lawCurves(fit.law, table.runs, variable)));
  for (const report::ResidualAxis axis :
       {report::ResidualAxis::kParams, report::ResidualAxis::kTrainTokens,
        report::ResidualAxis::kExperts, report::ResidualAxis::kPredicted})
    plots.push_back(report::residualPlot(*answer, fit, axis));
  plots.push_back(report::predictedLossPlot(*answer, fit));
  for (const Profile& profile : fit.study.profiles)
    plots.push_back(report::profilePlot(fit, profile));
  for (std::size_t i = first; i < plots.size(); ++i) plots[i].key = prefix + plots[i].key;
  return {};
}

FitQuestion clarkQuestion() {
  FitQuestion question;
  question.points.files = {runsFile("clark_routed/runs.csv")};
  question.points.filters = {"canonical=1", "router=S-Base,Dense"};
  question.laws = {"clark2022"};
  return question;
}

FitQuestion gemstonesQuestion() {
  FitQuestion question;
  question.points.files = {runsFile("gemstones/runs.csv")};
  question.points.filters = {"schedule=cool_end"};
  return question;
}

FitQuestion nanoQuestion() {
  FitQuestion question;
  question.points.files = {runsFile("nanomoe_wikitext/runs.csv")};
  question.laws = {"ludziejewski2025"};
  question.reduce = true;
  return question;
}

Result<void> addCostPlots(CostRequest request, const std::string& prefix, Plots& plots) {
  request.frontier = true;
  const auto outcome = runCost(request);
  if (!outcome) return tl::unexpected(outcome.error());
  const auto sweep = sweepConcurrency(request, *outcome);
  if (!sweep) return tl::unexpected(sweep.error());
  const std::size_t first = plots.size();
  plots.push_back(report::memoryPlot(*outcome));
  plots.push_back(report::frontierPlot(*outcome, *sweep));
  plots.push_back(report::rooflinePlot(*outcome));
  plots.push_back(report::stepPlot(*outcome));
  plots.push_back(report::pricePlot(*outcome));
  for (std::size_t i = first; i < plots.size(); ++i) plots[i].key = prefix + plots[i].key;
  return {};
}

CostRequest costRequest(const std::string& model, const std::string& hardware, int devices) {
  CostRequest request;
  request.model = model;
  request.hardware = hardware;
  request.devices = devices;
  request.prompt_tokens = 2000;
  request.output_tokens = 500;
  return request;
}

CostRequest deepseekRequest() {
  CostRequest request = costRequest("deepseek-v3", "h200_sxm", 8);
  request.weights = Precision::kFp8;
  return request;
}

/// The joint law of 58 runs on the way, with its draws, in a file.
Result<void> saveLaw(const std::string& file) {
  FitQuestion question;
  question.points.files = {runsFile("clark_routed/curves_long.csv.gz")};
  question.points.filters = {"canonical=1", "router=S-Base,Dense"};
  question.points.curve = "0.04..0.3333333";
  question.laws = {"ludziejewski2025"};
  question.study = "none";
  question.save = file;
  const auto answer = answerFit(question);
  if (!answer) return tl::unexpected(answer.error());
  return {};
}

Result<void> addPlanPlots(Plots& plots) {
  const TemporaryFolder folder;
  PlanQuestion question;
  question.law_file = (folder.path() / "law.json").string();
  if (const auto saved = saveLaw(question.law_file); !saved) return tl::unexpected(saved.error());
  question.budget_flop = 1e20;
  question.hardware = "a100-40gb";
  question.prompt_tokens = 161;
  question.output_tokens = 338;
  const auto answer = answerPlan(question);
  if (!answer) return tl::unexpected(answer.error());
  plots.push_back(report::planPlot(*answer, planCurves(answer->request)));
  const std::size_t row = answer->outcome.recommendation.row.value_or(answer->outcome.base);
  const PlanRow& shown = answer->outcome.rows[row];
  plots.push_back(report::lossPlanePlot(
      *answer, row,
      lossPlane(answer->request.law, {.experts = shown.experts},
                report::planeAround(shown.chosen.dense_params, shown.chosen.train_tokens))));
  return {};
}

LifetimeQuestion lifetimeQuestion() {
  LifetimeQuestion question;
  question.preset = "ludziejewski2025";
  question.hardware = {"h100_sxm"};
  question.prompt_tokens = 1000;
  question.output_tokens = 500;
  question.training_mfu = 0.4;
  return question;
}

Result<void> addLifetimePlots(Plots& plots) {
  LifetimeQuestion question = lifetimeQuestion();
  question.lifetime_tokens = 1e13;
  question.target_loss = 2.3;
  question.sensitivity = true;
  const auto answer = answerLifetime(question);
  if (!answer) return tl::unexpected(answer.error());
  plots.push_back(report::tornadoPlot(*answer));
  plots.push_back(report::overTrainingPlot(*answer));
  plots.push_back(report::lifetimeBillPlot(*answer));
  if (!answer->shown) return {};
  const LifetimeRow& row = answer->outcome.rows[*answer->shown];
  plots.push_back(report::costPlanePlot(
      *answer, lifetimePlane(answer->request, row.design,
                             report::planeAround(row.best->params, row.best->train_tokens))));
  return {};
}

Result<void> addFrontPlot(Plots& plots) {
  LifetimeQuestion question = lifetimeQuestion();
  question.budget_flop = 1e22;
  const auto answer = answerFront(question);
  if (!answer) return tl::unexpected(answer.error());
  plots.push_back(report::frontPlot(*answer));
  return {};
}

Result<void> addOtherPlots(Plots& plots) {
  const auto runs = readRuns(runsFile("clark_routed/curves_long.csv.gz"), {});
  if (!runs) return tl::unexpected(runs.error());
  plots.push_back(report::lossCurvePlot(*runs));
  plots.push_back(report::runsPlot(*runs, LawVariable::kTrainFlop));
  const auto validated = runValidate({});
  if (!validated) return tl::unexpected(validated.error());
  plots.push_back(report::validatePlot(*validated));
  plots.push_back(report::runsPlot({}, LawVariable::kParams));
  plots.back().key = "empty";
  return {};
}

}  // namespace

Result<Plots> shippedPlots() {
  Plots plots;
  for (const auto& [question, prefix] :
       {std::pair{clarkQuestion(), "clark_"}, std::pair{gemstonesQuestion(), "gemstones_"},
        std::pair{nanoQuestion(), "nano_"}})
    if (const auto done = addFitPlots(question, prefix, plots); !done)
      return tl::unexpected(done.error());
  for (const auto& [request, prefix] :
       {std::pair{costRequest("mixtral-8x7b", "h100_sxm", 2), "mixtral_"},
        std::pair{deepseekRequest(), "deepseek_"}})
    if (const auto done = addCostPlots(request, prefix, plots); !done)
      return tl::unexpected(done.error());
  for (const auto add : {addPlanPlots, addLifetimePlots, addFrontPlot, addOtherPlots})
    if (const auto done = add(plots); !done) return tl::unexpected(done.error());
  return plots;
}

}  // namespace moe::test
