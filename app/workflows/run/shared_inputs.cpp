#include "app/workflows/run/shared_inputs.h"

#include <utility>

namespace moe {
namespace {

/// What readPoints depends on.
PointsQuestion readingKey(const PointsQuestion& question) {
  PointsQuestion key;
  key.files = question.files;
  key.map = question.map;
  key.params_are = question.params_are;
  key.skip_bad = question.skip_bad;
  return key;
}

std::string tableKey(const PointsQuestion& question) {
  return pointsText(readingKey(question), {});
}

std::string fitKey(const FitQuestion& question) {
  const FitQuestion key = inputsKey(question);
  return pointsText(key.points, {}) + questionText(ProjectFit{"", key}, {});
}

/// The project's catalog is the same for all.
std::string planKey(const ProjectPlan& plan) {
  ProjectPlan key{plan.law, "", {}};
  std::visit([&](const auto& question) { key.question = inputsKey(question); }, plan.question);
  return questionText(key, {});
}

/// Calls `use(values, key)` for everything that a step shares.
template <class Tables, class Fits, class Plans, class Lifetimes, class Use>
void eachShared(const Project& project, const ProjectStep& step, Tables& tables, Fits& fits,
                Plans& plans, Lifetimes& lifetimes, Use use) {
  if (const auto* fit = std::get_if<ProjectFit>(&step.question)) {
    const FitQuestion question = fitQuestion(project, *fit);
    use(tables, tableKey(question.points));
    use(fits, fitKey(question));
  }
  if (const auto* comparison = std::get_if<ProjectComparison>(&step.question))
    use(tables, tableKey(compareQuestion(project, *comparison).points));
  if (const auto* plan = std::get_if<ProjectPlan>(&step.question)) {
    if (std::holds_alternative<PlanQuestion>(plan->question))
      use(plans, planKey(*plan));
    else
      use(lifetimes, planKey(*plan));
  }
}

}  // namespace

SharedInputs::SharedInputs(const Project& project, std::span<const ProjectStep> steps)
    : project_(project) {
  for (const ProjectStep& step : steps)
    eachShared(project_, step, tables_, fits_, plans_, lifetimes_,
               [](auto& values, const std::string& key) { values.announce(key); });
}

void SharedInputs::finish(const ProjectStep& step) {
  eachShared(project_, step, tables_, fits_, plans_, lifetimes_,
             [](auto& values, const std::string& key) { values.finish(key); });
}

SharedValues<RunTable>::Shared SharedInputs::table(const PointsQuestion& question) {
  return tables_.get(tableKey(question), [&]() -> Result<RunTable> {
    const PointsQuestion key = readingKey(question);
    const auto plan = understandPoints(key);
    if (!plan) return tl::unexpected(plan.error());
    return readPoints(key, *plan);
  });
}

SharedValues<FitInputs>::Shared SharedInputs::fit(const FitQuestion& question, std::stop_token stop,
                                                  const ProgressSink& progress) {
  return fits_.get(fitKey(question), [&]() -> Result<FitInputs> {
    const auto read = table(question.points);
    if (!*read) return tl::unexpected(read->error());
    FitQuestion key = inputsKey(question);
    key.threads = question.threads;
    return fitInputs(key, **read, stop, progress);
  });
}

SharedValues<PlanInputs>::Shared SharedInputs::plan(const ProjectPlan& plan,
                                                    const PlanQuestion& question,
                                                    std::stop_token stop,
                                                    const ProgressSink& progress) {
  return plans_.get(planKey(plan), [&] { return planInputs(question, stop, progress); });
}

SharedValues<LifetimeInputs>::Shared SharedInputs::lifetime(const ProjectPlan& plan,
                                                            const LifetimeQuestion& question,
                                                            std::stop_token stop,
                                                            const ProgressSink& progress) {
  return lifetimes_.get(planKey(plan), [&] { return lifetimeInputs(question, stop, progress); });
}

}  // namespace moe
