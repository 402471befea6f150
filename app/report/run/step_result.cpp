#include "app/report/run/step_result.h"

#include <fmt/format.h>

#include <iterator>
#include <limits>
#include <utility>

#include "app/report/adapt_report.h"
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

template <class Answer>
Answer untimed(Answer answer) {
  answer.timing = kNoTime;
  return answer;
}

struct JsonOfAnswer {
  std::string operator()(const FitAnswer& a) const { return fitJson(untimed(a)); }
  std::string operator()(const CompareAnswer& a) const { return compareJson(untimed(a)); }
  std::string operator()(const CostOutcome& a) const { return costDocument(a, kNoTime); }
  std::string operator()(const TrainingCostOutcome& a) const {
    return trainingCostDocument(a, kNoTime);
  }
  std::string operator()(const PlanAnswer& a) const { return planJson(untimed(a)); }
  std::string operator()(const LifetimeAnswer& a) const { return lifetimeJson(untimed(a)); }
  std::string operator()(const FrontAnswer& a) const { return frontJson(untimed(a)); }
  std::string operator()(const AdaptOutcome& a) const { return adaptDocument(a, kNoTime); }
};

struct TextOfAnswer {
  std::string operator()(const FitAnswer& a) const { return fitText(a); }
  std::string operator()(const CompareAnswer& a) const { return compareText(a); }
  std::string operator()(const CostOutcome& a) const { return costText(a); }
  std::string operator()(const TrainingCostOutcome& a) const { return trainingCostText(a); }
  std::string operator()(const PlanAnswer& a) const { return planText(a); }
  std::string operator()(const LifetimeAnswer& a) const { return lifetimeText(a); }
  std::string operator()(const FrontAnswer& a) const { return frontText(a); }
  std::string operator()(const AdaptOutcome& a) const { return adaptText(a); }
};

void addResidualFiles(const StepAnswer& answer, std::vector<ResultFile>& files) {
  const auto* fit = std::get_if<FitAnswer>(&answer);
  if (fit == nullptr) return;
  for (const LawFit& law : fit->fits)
    if (law.study.residuals)
      files.push_back({fmt::format("residuals-{}.csv", law.fit.family->name),
                       residualFile(fit->points.table, law)});
}

void addPlots(const StepAnswer& answer, const ReportDrawing& drawing,
              std::vector<ResultFile>& files) {
  for (const PlotSpec& plot : plotsOf(answer)) {
    const std::string name = "plots/" + plot.key;
    files.push_back({name + ".csv", plotCsv(plot)});
    if (!drawing.svg) continue;
    auto svg = drawing.svg(plot, pictureSize(Figure{plot}), PictureFor::kItself);
    if (svg) files.push_back({name + ".svg", *std::move(svg)});
  }
}

}  // namespace

std::string answerDocument(const StepAnswer& answer) { return std::visit(JsonOfAnswer{}, answer); }

RunMakers::StepResult stepResult(const ProjectStep&, const StepAnswer& answer,
                                 const ReportDrawing& drawing) {
  RunMakers::StepResult result;
  result.headline = headlineOf(answer);
  std::string document = answerDocument(answer);
  std::vector<ResultFile> tables = tablesOf(document);
  result.files.push_back({"answer.json", std::move(document)});
  result.files.push_back({"answer.txt", std::visit(TextOfAnswer{}, answer)});
  std::move(tables.begin(), tables.end(), std::back_inserter(result.files));
  addResidualFiles(answer, result.files);
  addPlots(answer, drawing, result.files);
  return result;
}

}  // namespace moe::report
