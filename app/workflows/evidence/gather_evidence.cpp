#include "app/workflows/evidence/gather_evidence.h"

#include <algorithm>

#include "app/workflows/cost_sweep.h"
#include "app/workflows/evidence/cost_assumptions.h"
#include "app/workflows/evidence/lifetime_assumptions.h"
#include "app/workflows/evidence/plan_assumptions.h"

namespace moe {
namespace {

using Answers = std::span<const AnsweredStep>;

/// The points that were fitted, in the order of the table.
std::vector<TrainingRun> fittedRunsOf(const FitAnswer& answer, const LawFit& fit) {
  std::vector<std::size_t> rows = fit.data.rows;
  std::sort(rows.begin(), rows.end());
  std::vector<TrainingRun> runs;
  for (const std::size_t row : rows) runs.push_back(answer.points.table.runs[row]);
  return runs;
}

/// The laws of the fit that a plan names, without the one that it takes.
std::vector<Law> otherLaws(Answers answers, const ProjectPlan& plan, const Law& taken) {
  std::vector<Law> others;
  const std::string fit = plan.law.substr(0, plan.law.find(':'));
  for (const AnsweredStep& step : answers) {
    if (fit.empty() || step.step.name != fit || !step.answer) continue;
    const auto* answer = std::get_if<FitAnswer>(&*step.answer);
    if (answer == nullptr) continue;
    for (const LawFit& law : answer->fits)
      if (law.law.family != taken.family) others.push_back(law.law);
  }
  return others;
}

/// Fills the evidence of one step by the kind of its answer.
struct StepGatherer {
  const Project& project;
  Answers answers;
  const AnsweredStep& step;
  const EvidenceOptions& options;
  std::stop_token stop;
  const ProgressSink& progress;
  StepEvidence& evidence;

  void operator()(const FitAnswer& answer) const {
    if (!options.curves) return;
    for (const LawFit& fit : answer.fits) {
      const std::vector<TrainingRun> runs = fittedRunsOf(answer, fit);
      evidence.fits.push_back({lawCurves(fit.law, runs, LawVariable::kParams),
                               lawCurves(fit.law, runs, LawVariable::kTrainTokens),
                               lawCurves(fit.law, runs, LawVariable::kTrainFlop)});
    }
  }

  void operator()(const CompareAnswer&) const {}

  void operator()(const CostOutcome& outcome) const {
    const CostRequest request = costQuestion(project, std::get<CostRequest>(step.step.question));
    if (options.curves)
      if (auto sweep = sweepConcurrency(request, outcome)) evidence.concurrency = *std::move(sweep);
    if (options.assumptions)
      take(costAssumptions(request, outcome, project.threads, stop, progress));
  }

  void operator()(const TrainingCostOutcome& outcome) const {
    const TrainingCostRequest request =
        trainingQuestion(project, std::get<TrainingCostRequest>(step.step.question));
    if (options.assumptions)
      take(trainingAssumptions(request, outcome, project.threads, stop, progress));
  }

  void operator()(const PlanAnswer& answer) const {
    if (options.curves) evidence.plan = planCurves(answer.request);
    const auto& plan = std::get<ProjectPlan>(step.step.question);
    if (options.assumptions)
      take(planAssumptions(answer, otherLaws(answers, plan, answer.request.law), project.threads,
                           stop, progress));
  }

  void operator()(const LifetimeAnswer& answer) const {
    if (options.assumptions) take(lifetimeAssumptions(answer, stop, progress));
  }

  void operator()(const AdaptOutcome&) const {}

  void operator()(const FrontAnswer&) const {
    evidence.no_assumptions =
        "a front has no single answer to be moved; a plan with mode lifetime has one";
  }

  void take(Result<AssumptionStudy> study) const {
    if (study)
      evidence.assumptions = *std::move(study);
    else
      evidence.no_assumptions = describe(study.error());
  }
};

/// Whether an answer rests on the engine model that measured serving is held against; published
/// rooflines do not.
struct UsesEngineModel {
  bool operator()(const FitAnswer&) const { return false; }
  bool operator()(const CompareAnswer&) const { return false; }
  bool operator()(const TrainingCostOutcome&) const { return false; }
  bool operator()(const AdaptOutcome&) const { return false; }
  bool operator()(const CostOutcome& outcome) const { return outcome.interval_known; }
  bool operator()(const PlanAnswer& answer) const { return !answer.request.served.empty(); }
  template <class Answer>
  bool operator()(const Answer& answer) const {
    return answer.question.cost_preset.empty() && answer.question.flop_prices.empty();
  }
};

bool restsOnServing(const AnsweredStep& step) {
  return step.answer && std::visit(UsesEngineModel{}, *step.answer);
}

/// Formula prices and a given MFU leave the measured rows alone.
struct UsesTrainingSpeed {
  bool operator()(const FitAnswer&) const { return false; }
  bool operator()(const CompareAnswer&) const { return false; }
  bool operator()(const CostOutcome&) const { return false; }
  bool operator()(const PlanAnswer&) const { return false; }
  bool operator()(const TrainingCostOutcome& outcome) const {
    return outcome.cost.speed.has_value();
  }
  bool operator()(const AdaptOutcome& outcome) const {
    return std::any_of(outcome.rows.begin(), outcome.rows.end(),
                       [](const AdaptRow& row) { return row.cost && row.cost->basis; });
  }
  template <class Answer>
  bool operator()(const Answer& answer) const {
    return UsesEngineModel{}(answer) && !answer.question.training_mfu;
  }
};

bool restsOnTraining(const AnsweredStep& step) {
  return step.answer && restsOnTrainingSpeed(*step.answer);
}

Result<std::optional<CostModelAccuracy>> accuracyFor(Answers answers, std::stop_token stop,
                                                     const ProgressSink& progress) {
  const bool serving = std::any_of(answers.begin(), answers.end(), restsOnServing);
  const bool training = std::any_of(answers.begin(), answers.end(), restsOnTraining);
  if (!serving && !training) return std::nullopt;
  CostModelAccuracy accuracy;
  if (serving) {
    auto validated = runValidate({}, stop, progress);
    if (!validated) return tl::unexpected(validated.error());
    accuracy.serving = *std::move(validated);
  }
  if (training) {
    const auto speed = shippedTrainingSpeedModel();
    if (!speed) return tl::unexpected(speed.error());
    accuracy.training = trainingAccuracy(*speed, {LeftOut::kConfiguration});
  }
  return accuracy;
}

}  // namespace

bool restsOnTrainingSpeed(const StepAnswer& answer) {
  return std::visit(UsesTrainingSpeed{}, answer);
}

Result<ReportEvidence> gatherEvidence(const Project& project,
                                      const std::filesystem::path& project_file, Answers answers,
                                      const EvidenceOptions& options, std::stop_token stop,
                                      const ProgressSink& progress) {
  ReportEvidence evidence;
  evidence.files = inputFiles(project, project_file);
  evidence.steps.resize(answers.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i].answer) continue;
    std::visit(
        StepGatherer{project, answers, answers[i], options, stop, progress, evidence.steps[i]},
        *answers[i].answer);
    if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "", "");
  }
  if (options.accuracy) {
    auto accuracy = accuracyFor(answers, stop, progress);
    if (!accuracy) return tl::unexpected(accuracy.error());
    evidence.accuracy = *std::move(accuracy);
  }
  return evidence;
}

}  // namespace moe
