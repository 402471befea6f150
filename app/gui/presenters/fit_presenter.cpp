#include "app/gui/presenters/fit_presenter.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/report/number_text.h"

namespace moe {
namespace {

constexpr const char* kLesson =
    "Drop a table of training runs here: CSV, TSV, JSON or JSONL with the model size N, the "
    "training tokens D and the validation loss of each run; experts E where they differ.\n\n"
    "Or drop training logs, or a folder of them: a table is made of what they say.\n\n"
    "Or look around in the example: published runs of routed language models.";

std::string countOf(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// Points as text, so that any change of them is seen.
std::string textOfPoints(const PointsQuestion& points) {
  Project project;
  project.runs.push_back({"runs", points, 0});
  return projectText(project, {});
}

std::string fitHeadline(const LawFit& fit) {
  const FitResult& result = fit.fit;
  return fmt::format("{}: {} parameters on {} points, rms error {} of the loss",
                     result.family->name, result.freeParameters(), result.points,
                     report::percentText(result.rms_log_residual));
}

std::string fitDetail(const LawFit& fit) {
  std::string detail = fmt::format("Intervals: {}.", fit.fit.interval_method);
  if (fit.hold_out)
    detail += fmt::format(" Unseen runs are predicted within {} (mean).",
                          report::percentText(fit.hold_out->mean_abs_log_error));
  if (!fit.fit.converged) detail += " The search did not converge: " + fit.fit.termination + ".";
  return detail;
}

}  // namespace

const std::vector<std::string_view>& FitPresenter::basicPointKeys() {
  static const std::vector<std::string_view> kKeys{"filters", "curve"};
  return kKeys;
}

const std::vector<std::string_view>& FitPresenter::furtherPointKeys() {
  static const std::vector<std::string_view> kKeys{"map", "n_is", "exclude_runs",
                                                   "drop_highest_loss", "skip_bad"};
  return kKeys;
}

const std::vector<std::string_view>& FitPresenter::basicFitKeys() {
  static const std::vector<std::string_view> kKeys{"laws", "bootstrap", "hold_out"};
  return kKeys;
}

const std::vector<std::string_view>& FitPresenter::furtherFitKeys() {
  static const std::vector<std::string_view> kKeys{"objective",
                                                   "delta",
                                                   "unbounded",
                                                   "fix",
                                                   "reduce",
                                                   "search",
                                                   "confirm",
                                                   "study",
                                                   "bootstrap_by",
                                                   "suggest_runs",
                                                   "suggest_budget_flop",
                                                   "target"};
  return kKeys;
}

void FitPresenter::projectChanged(const Project& project) {
  const auto step = std::find_if(project.steps.begin(), project.steps.end(), [](const auto& s) {
    return std::holds_alternative<ProjectFit>(s.question);
  });
  const ProjectFit* fit =
      step == project.steps.end() ? nullptr : &std::get<ProjectFit>(step->question);
  fit_name_ = fit != nullptr ? step->name : "law";
  fit_ = fit != nullptr ? fit->question : FitQuestion{};
  const ProjectRuns* runs = fit != nullptr          ? project.findRuns(fit->runs)
                            : !project.runs.empty() ? &project.runs.front()
                                                    : nullptr;
  runs_name_ = runs != nullptr ? runs->name : "runs";
  points_ = runs != nullptr ? runs->points : PointsQuestion{};
  seed_ = project.seed;
  threads_ = project.threads;
  view_.showQuestion();
  if (!hasRuns()) {
    read_.reset();
    view_.showLesson(kLesson);
  }
}

Project FitPresenter::withQuestion(Project project) const {
  const auto runs = std::find_if(project.runs.begin(), project.runs.end(),
                                 [&](const ProjectRuns& r) { return r.name == runs_name_; });
  if (runs == project.runs.end())
    project.runs.push_back({runs_name_, points_, 0});
  else
    runs->points = points_;
  for (ProjectStep& step : project.steps) {
    auto* fit = std::get_if<ProjectFit>(&step.question);
    if (fit == nullptr || step.name != fit_name_) continue;
    fit->question = fit_;
    return project;
  }
  project.steps.insert(project.steps.begin(), {fit_name_, ProjectFit{runs_name_, fit_}, 0});
  return project;
}

bool FitPresenter::addFiles(const std::vector<std::string>& files) {
  bool added = false;
  for (const std::string& file : files) {
    if (std::find(points_.files.begin(), points_.files.end(), file) != points_.files.end())
      continue;
    points_.files.push_back(file);
    added = true;
  }
  return added;
}

void FitPresenter::setFiles(std::vector<std::string> files) { points_.files = std::move(files); }

void FitPresenter::setIncluded(const std::string& run_id, bool included) {
  auto& excluded = points_.exclude_runs;
  std::erase(excluded, run_id);
  if (!included) excluded.push_back(run_id);
}

void FitPresenter::setColumns(const std::vector<PreviewColumn>& columns) {
  points_.map = columnMapText(columns);
}

bool FitPresenter::runsChanged() const { return read_ != textOfPoints(points_); }

PointsQuestion FitPresenter::pointsToRead() {
  read_ = textOfPoints(points_);
  return points_;
}

FitQuestion FitPresenter::questionToFit(const std::string& law_file) const {
  FitQuestion question = fit_;
  question.points = points_;
  question.seed = seed_;
  question.threads = threads_;
  question.save = law_file;
  return question;
}

void FitPresenter::offerColumns(const Error& error) {
  const bool about_columns = error.kind == ErrorKind::kInput && points_.map.empty() &&
                             error.message.find("column") != std::string::npos;
  if (!about_columns) return;
  const std::string& file = points_.files.front();
  if (const auto preview = previewTable(file)) view_.askColumns(file, *preview);
}

void FitPresenter::runsRead(const Result<RunsPicture>& picture) {
  if (!picture) {
    if (picture.error().kind == ErrorKind::kCancelled) return;
    view_.showProblem(describe(picture.error()));
    return offerColumns(picture.error());
  }
  const std::size_t excluded = points_.exclude_runs.size();
  view_.showRuns(*picture);
  view_.showHeadline(
      countOf(picture->runs, "run") + ", " + countOf(picture->rows, "point"),
      excluded == 0 ? "Choose a law and fit it (Ctrl+Enter)."
                    : fmt::format("{} left out. Choose a law and fit it (Ctrl+Enter).", excluded));
  view_.showWarnings(picture->warnings);
}

void FitPresenter::fitted(const Result<FitPicture>& picture) {
  if (!picture) {
    if (picture.error().kind != ErrorKind::kCancelled) view_.showProblem(describe(picture.error()));
    return;
  }
  const LawFit& fit = picture->answer->fits.front();
  view_.showFit(*picture);
  view_.showHeadline(fitHeadline(fit), fitDetail(fit));
  std::vector<Warning> warnings = picture->answer->points.warnings;
  warnings.insert(warnings.end(), fit.warnings.begin(), fit.warnings.end());
  view_.showWarnings(warnings);
}

}  // namespace moe
