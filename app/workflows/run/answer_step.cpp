#include "app/workflows/run/answer_step.h"

#include <fmt/format.h>

#include <utility>

#include "app/workflows/run/answer_shared.h"
#include "data/nearest_name.h"

namespace moe {
namespace {

std::vector<std::string> lawNames(const LawFiles& laws) {
  std::vector<std::string> names;
  for (const auto& [name, file] : laws) names.push_back(name);
  return names;
}

/// By hand: tl::expected's own conversion builds the new value over a default one that it does not
/// destroy, and a StepAnswer by default holds a FitAnswer with names of laws.
template <class One>
Result<StepAnswer> asStep(Result<One> answer) {
  if (!answer) return tl::unexpected(std::move(answer.error()));
  return StepAnswer(*std::move(answer));
}

/// The step's question as its workflow takes it, answered.
struct StepAnswerer {
  const Project& project;
  const std::string& name;
  const StepSetting& setting;

  using Answer = Result<StepAnswer>;

  Answer operator()(const ProjectFit& fit) const {
    FitQuestion question = fitQuestion(project, fit);
    question.threads = setting.threads;
    const auto inputs = setting.shared.fit(question, setting.stop, setting.progress);
    if (!*inputs) return tl::unexpected(inputs->error());
    return asStep(answerFit(question, **inputs, setting.stop, setting.progress));
  }

  Answer operator()(const ProjectComparison& comparison) const {
    CompareQuestion question = compareQuestion(project, comparison);
    question.threads = setting.threads;
    if (question.hold_out == "none") question.hold_out.clear();
    const auto read = setting.shared.table(question.points);
    if (!*read) return tl::unexpected(read->error());
    return asStep(answerCompare(question, **read, setting.stop, setting.progress));
  }

  Answer operator()(const CostRequest& request) const {
    return asStep(runCost(costQuestion(project, request)));
  }

  Answer operator()(const TrainingCostRequest& request) const {
    return asStep(runTrainingCost(trainingQuestion(project, request)));
  }

  Answer operator()(const ProjectPlan& asked) const {
    ProjectPlan plan = planQuestion(project, asked);
    if (auto named = nameLaw(plan); !named) return tl::unexpected(named.error());
    return std::visit(
        [&](auto& question) {
          question.threads = setting.threads;
          return answered(asked, plan.mode, question);
        },
        plan.question);
  }

 private:
  Result<void> nameLaw(ProjectPlan& plan) const {
    if (plan.law.empty()) return {};
    return std::visit(
        [&](auto& question) -> Result<void> {
          if (!question.law_file.empty() || !question.preset.empty())
            return fail(ErrorKind::kUsage, "plan." + name,
                        fmt::format("law = \"{}\" and {} both name a law; state one of them",
                                    plan.law, question.preset.empty() ? "law_file" : "preset"));
          const auto found = setting.laws.find(plan.law);
          if (found == setting.laws.end())
            return fail(ErrorKind::kInput, "plan." + name,
                        fmt::format("there is no law '{}'; {}", plan.law,
                                    didYouMean(plan.law, lawNames(setting.laws))));
          question.law_file = found->second.string();
          return {};
        },
        plan.question);
  }

  /// Inputs that another question could not have are asked for alone, for the error of this one.
  Answer answered(const ProjectPlan& asked, const std::string&,
                  const PlanQuestion& question) const {
    const auto inputs = setting.shared.plan(asked, question, setting.stop, setting.progress);
    if (!*inputs) return asStep(answerPlan(question, setting.stop, setting.progress));
    return asStep(answerPlan(question, **inputs, setting.stop, setting.progress));
  }

  Answer answered(const ProjectPlan& asked, const std::string& mode,
                  const LifetimeQuestion& question) const {
    const auto inputs = setting.shared.lifetime(asked, question, setting.stop, setting.progress);
    if (mode == "pareto") {
      if (!*inputs) return asStep(answerFront(question, setting.stop, setting.progress));
      return asStep(answerFront(question, **inputs, setting.stop));
    }
    if (!*inputs) return asStep(answerLifetime(question, setting.stop, setting.progress));
    return asStep(answerLifetime(question, **inputs, setting.stop, setting.progress));
  }
};

}  // namespace

std::string stepId(const ProjectStep& step) {
  return fmt::format("{}.{}", stepKind(step.question), step.name);
}

std::string stepNeeded(const ProjectStep& step) {
  const auto* plan = std::get_if<ProjectPlan>(&step.question);
  if (plan == nullptr || plan->law.empty()) return {};
  return "fit." + plan->law.substr(0, plan->law.find(':'));
}

bool saysYes(const StepAnswer& answer) {
  if (const auto* fit = std::get_if<FitAnswer>(&answer)) return fit->converged();
  if (const auto* plan = std::get_if<PlanAnswer>(&answer))
    return plan->outcome.recommendation.row.has_value();
  if (const auto* life = std::get_if<LifetimeAnswer>(&answer))
    return life->outcome.recommendation.row.has_value();
  if (const auto* front = std::get_if<FrontAnswer>(&answer)) return !front->points.empty();
  return true;
}

Result<StepAnswer> answerShared(const Project& project, const ProjectStep& step,
                                const StepSetting& setting) {
  auto answer = std::visit(StepAnswerer{project, step.name, setting}, step.question);
  // What a workflow returns after a stop may be cut short.
  if (setting.stop.stop_requested())
    return fail(ErrorKind::kCancelled, stepId(step), "interrupted");
  return answer;
}

Result<StepAnswer> answerStep(const Project& project, const ProjectStep& step, const LawFiles& laws,
                              std::stop_token stop, const ProgressSink& progress) {
  SharedInputs shared(project, {&step, 1});
  return answerShared(project, step, {laws, shared, project.threads, std::move(stop), progress});
}

}  // namespace moe
