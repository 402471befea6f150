#include "app/report/run/step_result.h"

#include <fmt/format.h>

#include <iterator>
#include <limits>
#include <utility>

#include "app/report/compare_report.h"
#include "app/report/cost_report.h"
#include "app/report/fit_report.h"
#include "app/report/front_report.h"
#include "app/report/lifetime_report.h"
#include "app/report/plan_report.h"
#include "app/report/run/json_tables.h"
#include "app/report/run/step_headline.h"
#include "app/report/run/step_plots.h"
#include "app/report/training_cost_report.h"
#include "app/workflows/residual_file.h"

namespace moe::report {
namespace {

/// Written as null: equal answers must have equal bytes.
constexpr Seconds kNoTime{std::numeric_limits<double>::quiet_NaN()};

struct StepDocument {
  std::string json;
  std::string text;
};

template <class Answer>
Answer untimed(Answer answer) {
  answer.timing = kNoTime;
  return answer;
}

struct StepDocuments {
  StepDocument operator()(const FitAnswer& a) const { return {fitJson(untimed(a)), fitText(a)}; }
  StepDocument operator()(const CompareAnswer& a) const {
    return {compareJson(untimed(a)), compareText(a)};
  }
  StepDocument operator()(const CostOutcome& a) const {
    return {costDocument(a, kNoTime), costText(a)};
  }
  StepDocument operator()(const TrainingCostOutcome& a) const {
    return {trainingCostDocument(a, kNoTime), trainingCostText(a)};
  }
  StepDocument operator()(const PlanAnswer& a) const { return {planJson(untimed(a)), planText(a)}; }
  StepDocument operator()(const LifetimeAnswer& a) const {
    return {lifetimeJson(untimed(a)), lifetimeText(a)};
  }
  StepDocument operator()(const FrontAnswer& a) const {
    return {frontJson(untimed(a)), frontText(a)};
  }
};

void addResidualFiles(const StepAnswer& answer, std::vector<ResultFile>& files) {
  const auto* fit = std::get_if<FitAnswer>(&answer);
  if (fit == nullptr) return;
  for (const LawFit& law : fit->fits)
    if (law.study.residuals)
      files.push_back({fmt::format("residuals-{}.csv", law.fit.family->name),
                       residualFile(fit->points.table, law)});
}

void addPlots(const StepAnswer& answer, const RunDrawing& drawing, std::vector<ResultFile>& files) {
  for (const PlotSpec& plot : plotsOf(answer)) {
    files.push_back({"plots/" + plot.key + ".csv", plotCsv(plot)});
    if (drawing.svg) files.push_back({"plots/" + plot.key + ".svg", drawing.svg(plot)});
  }
}

}  // namespace

RunMakers::StepResult stepResult(const ProjectStep&, const StepAnswer& answer,
                                 const RunDrawing& drawing) {
  RunMakers::StepResult result;
  result.headline = headlineOf(answer);
  StepDocument document = std::visit(StepDocuments{}, answer);
  std::vector<ResultFile> tables = tablesOf(document.json);
  result.files.push_back({"answer.json", std::move(document.json)});
  result.files.push_back({"answer.txt", std::move(document.text)});
  std::move(tables.begin(), tables.end(), std::back_inserter(result.files));
  addResidualFiles(answer, result.files);
  addPlots(answer, drawing, result.files);
  return result;
}

}  // namespace moe::report
