#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/workflows/adapt_request.h"
#include "app/workflows/compare_workflow.h"
#include "app/workflows/cost_workflow.h"
#include "app/workflows/fit_workflow.h"
#include "app/workflows/lifetime_question.h"
#include "app/workflows/plan_workflow.h"
#include "app/workflows/run_points.h"
#include "app/workflows/training_cost_workflow.h"

namespace moe {

/// A table of runs under a name: [runs.NAME].
struct ProjectRuns {
  std::string name;
  PointsQuestion points;
  std::size_t line = 0;  ///< of the project file; 0: not from a file
};

/// A plan of any mode. The loss-optimal, min-cost and min-loss plans ask `plan`, lifetime and
/// pareto `lifetime`.
struct ProjectPlan {
  std::string law;  ///< a fit of this project, "NAME" or "NAME:law"; empty: the question's own law
  std::string mode = "min-cost";
  std::variant<PlanQuestion, LifetimeQuestion> question;

  bool operator==(const ProjectPlan&) const = default;
};

struct ProjectFit {
  std::string runs;  ///< name of a [runs.NAME]
  FitQuestion question;
};

struct ProjectComparison {
  std::string runs;
  CompareQuestion question;
};

using StepQuestion = std::variant<ProjectFit, ProjectComparison, CostRequest, TrainingCostRequest,
                                  ProjectPlan, AdaptRequest>;

/// One question of a project, [KIND.NAME].
struct ProjectStep {
  std::string name;
  StepQuestion question;
  std::size_t line = 0;
};

/// "fit", "compare", "cost", "training", "plan" or "adapt".
std::string_view stepKind(const StepQuestion& question);

/// What the report of a project shows.
struct ProjectReport {
  std::string title;
  std::string question;            ///< what is to be decided, in a sentence
  std::vector<std::string> parts;  ///< empty: all
};

/// A project file: everything that is asked, no answers. Equal projects give equal answers.
struct Project {
  std::string file;  ///< name of the file that it was read from, for messages; may be empty
  std::string title;
  std::string notes;
  std::uint64_t seed = 0;
  int threads = 0;
  std::string catalog_dir;
  std::vector<ProjectRuns> runs;
  std::vector<ProjectStep> steps;
  ProjectReport report;

  const ProjectRuns* findRuns(std::string_view name) const;
  const ProjectStep* findStep(std::string_view kind, std::string_view name) const;
};

/// The step's question as its workflow takes it: with the points of its runs, seed, threads and
/// catalog of the project. A plan's law file is left to the caller, who knows where the law of a
/// fit lies. The references must hold, as they do in a project that was read.
FitQuestion fitQuestion(const Project& project, const ProjectFit& fit);
CompareQuestion compareQuestion(const Project& project, const ProjectComparison& comparison);
CostRequest costQuestion(const Project& project, CostRequest request);
TrainingCostRequest trainingQuestion(const Project& project, TrainingCostRequest request);
ProjectPlan planQuestion(const Project& project, ProjectPlan plan);
AdaptRequest adaptQuestion(const Project& project, AdaptRequest request);

/// Reads a project. Paths become relative to the working folder: those in the file are relative to
/// the file's. A table with `each` becomes one step (or table of runs) for every combination of the
/// values listed there, NAME-VALUE-VALUE. Errors (kInput) with file and line: what is not TOML; a
/// key or table that is not known (with the likeliest meant); a value of another kind; a name that
/// is not there; a name that is no file name (letters, digits, '-', '_', '.'); two steps of one
/// name.
Result<Project> readProject(const std::filesystem::path& path);
Result<Project> parseProject(std::string_view text, const std::filesystem::path& path);

/// The text of a project file that is read back as the same project; values that equal the
/// defaults are left out. Paths are written relative to `folder`.
std::string projectText(const Project& project, const std::filesystem::path& folder);

/// The keys of one [runs.NAME] and of one step as projectText writes them. Equal questions have
/// equal texts and the other way round.
std::string pointsText(const PointsQuestion& points, const std::filesystem::path& folder);
std::string questionText(const StepQuestion& question, const std::filesystem::path& folder);

/// A page on every key of a project file, for people: Markdown.
std::string projectKeysPage();

}  // namespace moe
