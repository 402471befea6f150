#include "app/workflows/project/project.h"

#include <algorithm>

namespace moe {
namespace {

template <class Question>
void takeCommon(const Project& project, Question& question) {
  question.seed = project.seed;
  question.threads = project.threads;
}

PointsQuestion pointsNamed(const Project& project, const std::string& name) {
  const ProjectRuns* runs = project.findRuns(name);
  require(runs != nullptr, "a step names runs that the project lacks");
  return runs->points;
}

}  // namespace

std::string_view stepKind(const StepQuestion& question) {
  constexpr std::string_view kKinds[] = {"fit", "compare", "cost", "training", "plan", "adapt"};
  return kKinds[question.index()];
}

const ProjectRuns* Project::findRuns(std::string_view name) const {
  const auto found =
      std::find_if(runs.begin(), runs.end(), [&](const auto& r) { return r.name == name; });
  return found == runs.end() ? nullptr : &*found;
}

const ProjectStep* Project::findStep(std::string_view kind, std::string_view name) const {
  const auto found = std::find_if(steps.begin(), steps.end(), [&](const ProjectStep& step) {
    return step.name == name && stepKind(step.question) == kind;
  });
  return found == steps.end() ? nullptr : &*found;
}

FitQuestion fitQuestion(const Project& project, const ProjectFit& fit) {
  FitQuestion question = fit.question;
  question.points = pointsNamed(project, fit.runs);
  takeCommon(project, question);
  return question;
}

CompareQuestion compareQuestion(const Project& project, const ProjectComparison& comparison) {
  CompareQuestion question = comparison.question;
  question.points = pointsNamed(project, comparison.runs);
  takeCommon(project, question);
  return question;
}

CostRequest costQuestion(const Project& project, CostRequest request) {
  request.catalog_dir = project.catalog_dir;
  return request;
}

TrainingCostRequest trainingQuestion(const Project& project, TrainingCostRequest request) {
  request.catalog_dir = project.catalog_dir;
  return request;
}

AdaptRequest adaptQuestion(const Project& project, AdaptRequest request) {
  request.catalog_dir = project.catalog_dir;
  return request;
}

ProjectPlan planQuestion(const Project& project, ProjectPlan plan) {
  std::visit(
      [&](auto& question) {
        takeCommon(project, question);
        question.catalog_dir = project.catalog_dir;
      },
      plan.question);
  if (auto* question = std::get_if<PlanQuestion>(&plan.question)) question->mode = plan.mode;
  return plan;
}

}  // namespace moe
