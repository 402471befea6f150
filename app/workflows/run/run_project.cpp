#include "app/workflows/run/run_project.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "app/workflows/elapsed.h"
#include "app/workflows/run/answer_shared.h"
#include "app/workflows/run/run_progress.h"
#include "app/workflows/run/step_needs.h"
#include "app/workflows/run/step_record.h"
#include "app/workflows/run/step_schedule.h"
#include "fitting/laws/law_file.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

/// Paths in an answer are told as seen from the folder of results, so that equal results have equal
/// bytes wherever the folder lies.
void nameFilesFromResults(const std::string& step, const fs::path& results, StepAnswer& answer) {
  const auto seen = [&](std::string& path) {
    if (const fs::path inside = fs::path(path).lexically_relative(results);
        !inside.empty() && *inside.begin() != "..")
      path = inside.generic_string();
  };
  if (auto* fit = std::get_if<FitAnswer>(&answer))
    for (LawFit& law : fit->fits) law.saved_to = step + "/" + lawFileName(law.fit.family->name);
  if (auto* plan = std::get_if<PlanAnswer>(&answer)) seen(plan->question.law_file);
  if (auto* life = std::get_if<LifetimeAnswer>(&answer)) seen(life->question.law_file);
  if (auto* front = std::get_if<FrontAnswer>(&answer)) seen(front->question.law_file);
}

std::vector<ResultFile> lawsOf(const StepAnswer& answer) {
  std::vector<ResultFile> files;
  if (const auto* fit = std::get_if<FitAnswer>(&answer))
    for (const LawFit& law : fit->fits)
      files.push_back({lawFileName(law.fit.family->name), lawToJson(law.law)});
  return files;
}

/// Why a step's results in the folder do not hold, or the stamp of those that do.
struct Earlier {
  std::string why_not;
  std::optional<StepStamp> stamp;
};

Earlier earlierResults(const fs::path& results, const std::string& step, const StepStamp& asked) {
  std::error_code ignored;
  if (!fs::exists(results / step, ignored)) return {"no results yet", std::nullopt};
  auto found = stampOf(results, step);
  if (!found) return {describe(found.error()), std::nullopt};
  if (std::string why = whyOutdated(*found, asked); !why.empty()) return {why, std::nullopt};
  if (std::string why = whyDamaged(results, step, *found); !why.empty()) return {why, std::nullopt};
  return {"", *std::move(found)};
}

fs::path folderOf(const fs::path& file) { return file.parent_path(); }

/// The steps of a run while several threads answer them.
class ProjectRun {
 public:
  ProjectRun(const RunRequest& request, const RunMakers& makers, const ResultsFolder& folder,
             std::vector<ProjectStep> steps, std::stop_token stop, const ProgressSink& progress)
      : project_(request.project),
        makers_(makers),
        folder_(folder),
        steps_(std::move(steps)),
        needs_(stepNeeds(steps_)),
        shared_(project_, steps_),
        stamper_(project_, folderOf(request.project_file), request.program, stop),
        progress_(progress, steps_.size()),
        stop_(std::move(stop)) {
    for (const ProjectStep& step : steps_) {
      rows_.emplace_back();
      rows_.back().step = stepId(step);
    }
  }

  std::vector<StepRow> rows() && {
    runSchedule(needs_, project_.threads, stop_,
                [this](std::size_t i, int threads) { run(i, threads); });
    return std::move(rows_);
  }

 private:
  void run(std::size_t i, int threads) {
    const auto begin = std::chrono::steady_clock::now();
    StepRow& row = rows_[i];
    try {
      if (!skip(i)) keepOrAnswer(steps_[i], row, threads);
    } catch (const std::exception& error) {  // one broken step does not stop the rest
      fail(row, {ErrorKind::kInput, "",
                 fmt::format("this is our bug, please report it: {}", error.what())});
    }
    if (!row.kept) row.timing = elapsedSince(begin);
    shared_.finish(steps_[i]);
    progress_.finished();
  }

  /// Whether a step that it needs has no answer.
  bool skip(std::size_t i) {
    for (const std::size_t needed : needs_[i]) {
      if (rows_[needed].answered()) continue;
      const StepStatus status = rows_[needed].status;
      rows_[i].status = status == StepStatus::kCancelled ? status : StepStatus::kSkipped;
      rows_[i].why = rows_[needed].step + " has no answer";
      if (rows_[i].status == StepStatus::kSkipped) folder_.remove(rows_[i].step);
      return true;
    }
    return false;
  }

  void keepOrAnswer(const ProjectStep& step, StepRow& row, int threads) {
    const StepStamp asked = stamper_.asked(step, laws_);
    if (auto earlier = earlierResults(folder_.path(), row.step, asked); earlier.stamp) {
      row.kept = true;
      return take(step, *earlier.stamp, row);
    }
    const LawFiles laws = laws_.files(folder_.path());
    auto answer =
        answerShared(project_, step, {laws, shared_, threads, stop_, progress_.of(row.step)});
    if (!answer) return fail(row, answer.error());
    nameFilesFromResults(row.step, folder_.path(), *answer);
    const auto stamp = write(step, row, *answer, asked);
    if (!stamp) return fail(row, stamp.error());
    take(step, *stamp, row);
  }

  Result<StepStamp> write(const ProjectStep& step, const StepRow& row, const StepAnswer& answer,
                          StepStamp stamp) {
    std::vector<ResultFile> files = lawsOf(answer);
    RunMakers::StepResult made = makers_.result(step, answer);
    std::move(made.files.begin(), made.files.end(), std::back_inserter(files));
    stamp.headline = std::move(made.headline);
    stamp.headline.yes = saysYes(answer);
    return folder_.replace(row.step, files, std::move(stamp));
  }

  void take(const ProjectStep& step, const StepStamp& stamp, StepRow& row) {
    row.headline = stamp.headline;
    row.status = stamp.headline.yes ? StepStatus::kDone : StepStatus::kNo;
    if (std::holds_alternative<ProjectFit>(step.question)) laws_.add(step.name, stamp.outputs);
  }

  /// Results of another question must not pass for an answer, so they go.
  void fail(StepRow& row, const Error& error) {
    row.status = error.kind == ErrorKind::kCancelled    ? StepStatus::kCancelled
                 : error.kind == ErrorKind::kInfeasible ? StepStatus::kNo
                                                        : StepStatus::kFailed;
    row.why = describe(error);
    if (row.status != StepStatus::kCancelled) folder_.remove(row.step);
  }

  const Project& project_;
  const RunMakers& makers_;
  const ResultsFolder& folder_;
  std::vector<ProjectStep> steps_;
  std::vector<std::vector<std::size_t>> needs_;
  SharedInputs shared_;
  StepStamper stamper_;
  LawShelf laws_;
  RunProgress progress_;
  std::stop_token stop_;
  std::vector<StepRow> rows_;
};

/// Steps with results that the project does not have.
std::vector<std::string> leftoverSteps(const Project& project, const fs::path& results) {
  std::vector<std::string> steps = stepsWithResults(results);
  std::erase_if(steps, [&](const std::string& id) {
    return std::any_of(project.steps.begin(), project.steps.end(),
                       [&](const ProjectStep& step) { return stepId(step) == id; });
  });
  return steps;
}

Result<std::vector<ProjectStep>> stepsToRun(const RunRequest& request) {
  if (request.project.steps.empty())
    return fail(ErrorKind::kInput, request.project_file.generic_string(),
                "the project asks nothing: it has no [fit.NAME], [plan.NAME] or the like");
  return chosenSteps(request.project, request.only);
}

Result<void> mayWrite(const RunRequest& request, const fs::path& results) {
  if (request.earlier != EarlierResults::kRefuse) return {};
  const std::size_t steps = stepsWithResults(results).size();
  if (steps == 0) return {};
  return fail(ErrorKind::kUsage, results.string(),
              fmt::format("holds the results of {} step{}; --resume keeps those that are "
                          "unchanged, --overwrite answers everything anew",
                          steps, steps == 1 ? "" : "s"));
}

}  // namespace

std::string_view name(StepStatus status) {
  constexpr std::string_view kNames[] = {"done", "no", "failed", "skipped", "cancelled"};
  return kNames[static_cast<std::size_t>(status)];
}

bool StepRow::answered() const {
  return why.empty() && (status == StepStatus::kDone || status == StepStatus::kNo);
}

bool RunOutcome::allYes() const {
  return std::all_of(rows.begin(), rows.end(),
                     [](const StepRow& row) { return row.status == StepStatus::kDone; });
}

fs::path resultsPath(const RunRequest& request) {
  if (!request.results.empty()) return request.results.lexically_normal();
  fs::path path = request.project_file;
  return path.replace_extension(".results");
}

Result<RunOutcome> runProject(const RunRequest& request, const RunMakers& makers,
                              std::stop_token stop, const ProgressSink& progress) {
  const auto begin = std::chrono::steady_clock::now();
  const fs::path results = resultsPath(request);
  auto steps = stepsToRun(request);
  if (!steps) return tl::unexpected(steps.error());
  if (auto may = mayWrite(request, results); !may) return tl::unexpected(may.error());
  const auto folder = ResultsFolder::open(results);
  if (!folder) return tl::unexpected(folder.error());
  if (request.earlier == EarlierResults::kOverwrite) folder->removeAll();
  RunOutcome outcome;
  outcome.title = request.project.title;
  outcome.results = results;
  outcome.rows =
      ProjectRun(request, makers, *folder, *std::move(steps), std::move(stop), progress).rows();
  outcome.leftover = leftoverSteps(request.project, results);
  outcome.timing = elapsedSince(begin);
  if (auto written = folder->write(makers.summary(outcome)); !written)
    return tl::unexpected(written.error());
  return outcome;
}

Result<std::vector<PlannedStep>> plannedRun(const RunRequest& request) {
  const fs::path results = resultsPath(request);
  const auto steps = stepsToRun(request);
  if (!steps) return tl::unexpected(steps.error());
  StepStamper stamper(request.project, folderOf(request.project_file), request.program, {});
  LawShelf laws;
  std::vector<PlannedStep> planned(steps->size());
  const auto needs = stepNeeds(*steps);
  const auto look = [&](std::size_t i) {
    const ProjectStep& step = (*steps)[i];
    planned[i].step = stepId(step);
    for (const std::size_t needed : needs[i])
      if (!planned[needed].keep) {
        planned[i].why = "after " + planned[needed].step;
        return;
      }
    const Earlier earlier = earlierResults(results, planned[i].step, stamper.asked(step, laws));
    planned[i].keep = earlier.stamp.has_value();
    planned[i].why = earlier.why_not;
    if (earlier.stamp && stepKind(step.question) == "fit")
      laws.add(step.name, earlier.stamp->outputs);
  };
  for (const bool first : {true, false})  // what others need comes first
    for (std::size_t i = 0; i < steps->size(); ++i)
      if (needs[i].empty() == first) look(i);
  return planned;
}

}  // namespace moe
