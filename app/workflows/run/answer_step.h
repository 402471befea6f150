#pragma once

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "app/workflows/adapt_workflow.h"
#include "app/workflows/compare_workflow.h"
#include "app/workflows/cost_workflow.h"
#include "app/workflows/fit_workflow.h"
#include "app/workflows/front_workflow.h"
#include "app/workflows/lifetime_workflow.h"
#include "app/workflows/plan_workflow.h"
#include "app/workflows/project/project.h"
#include "app/workflows/training_cost_workflow.h"
#include "data/error.h"
#include "data/progress.h"
#include "data/units.h"

namespace moe {

/// What a step of a project answers: one of the answers of the single commands.
using StepAnswer = std::variant<FitAnswer, CompareAnswer, CostOutcome, TrainingCostOutcome,
                                PlanAnswer, LifetimeAnswer, FrontAnswer, AdaptOutcome>;

/// Files with the laws of finished fits, by "NAME" (the fit's first law) and by "NAME:law".
using LawFiles = std::map<std::string, std::filesystem::path>;

/// A step with its answer, or why there is none.
struct AnsweredStep {
  ProjectStep step;
  Result<StepAnswer> answer;
  std::string skipped;  ///< why it was not tried: the step that it rests on failed; else empty
  std::vector<std::filesystem::path> law_files;  ///< of a fit, in the order of its laws
  Seconds timing;
};

/// "fit.main": how a step is named in messages, in --only and in the folder of results.
std::string stepId(const ProjectStep& step);

/// The step whose law a plan rests on, "fit.main"; empty for a step that rests on none.
std::string stepNeeded(const ProjectStep& step);

/// Whether the answer says yes: a fit that converged, a plan that recommends something, an
/// adaptation that fits on its machine.
bool saysYes(const StepAnswer& answer);

/// Answers one step as its command does. `laws` holds the laws of the fits that it names. Nothing
/// is written; a fit's law is in its answer. Errors: as the step's workflow; kInput when a law that
/// the step names is not in `laws`.
Result<StepAnswer> answerStep(const Project& project, const ProjectStep& step, const LawFiles& laws,
                              std::stop_token stop = {}, const ProgressSink& progress = {});

/// Answers every step, plans after the fits whose laws they name, and writes each fit's laws into
/// `law_folder` as NAME.json (NAME-law.json where a fit has several laws). Independent steps run at
/// the same time on the project's threads; the answers come in the order of the project and do not
/// depend on the number of threads. A step that fails does not stop others; one that rests on it is
/// skipped. When stopped, the steps that were not finished hold a kCancelled error.
std::vector<AnsweredStep> answerProject(const Project& project,
                                        const std::filesystem::path& law_folder,
                                        std::stop_token stop = {},
                                        const ProgressSink& progress = {});

}  // namespace moe
