#include "app/workflows/run/run_project.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "app/workflows/elapsed.h"
#include "app/workflows/run/step_needs.h"
#include "app/workflows/run/step_runner.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

/// Steps with results that the project no longer has.
std::vector<std::string> leftoverSteps(const Project& project, const RunOutcome& outcome,
                                       bool chosen) {
  std::set<std::string> known;
  for (const ProjectStep& step : project.steps) known.insert(stepId(step));
  for (const StepRow& row : outcome.rows) known.insert(row.step);
  if (chosen) known.insert(kReportStep);  // of a run of all steps
  std::vector<std::string> steps = stepsWithResults(outcome.results);
  std::erase_if(steps, [&](const std::string& step) { return known.contains(step); });
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

StepRow rowOfEarlierRun(const PlannedStep& planned, const fs::path& results) {
  StepRow row;
  row.step = planned.step;
  const auto stamp = stampOf(results, planned.step);
  row.kept = planned.keep && stamp;
  if (row.kept) {
    row.headline = stamp->headline;
    row.status = stamp->headline.yes ? StepStatus::kDone : StepStatus::kNo;
  } else {
    row.why = planned.why;
  }
  return row;
}

/// The rows of a run with those of the steps that were not chosen, in the order of the project.
Result<std::vector<StepRow>> wholeRows(RunRequest request, const RunOutcome& outcome) {
  if (request.only.empty()) return outcome.rows;
  request.only.clear();
  const auto planned = plannedRun(request);
  if (!planned) return tl::unexpected(planned.error());
  std::vector<StepRow> rows;
  for (const PlannedStep& step : *planned) {
    const auto row = std::find_if(outcome.rows.begin(), outcome.rows.end(),
                                  [&](const StepRow& done) { return done.step == step.step; });
    rows.push_back(row != outcome.rows.end() ? *row : rowOfEarlierRun(step, outcome.results));
  }
  return rows;
}

void throwAwayEarlier(const RunRequest& request, const std::vector<ProjectStep>& steps,
                      const ResultsFolder& folder) {
  if (request.only.empty()) return folder.removeAll();
  for (const ProjectStep& step : steps) folder.remove(stepId(step));
}

/// So that folders and files of the user are found before the work, not after it.
Result<void> placesAreFree(const ResultsFolder& folder, const std::vector<ProjectStep>& steps,
                           const RunMakers& makers) {
  for (const ProjectStep& step : steps)
    if (auto free = folder.isFree(stepId(step)); !free) return free;
  if (makers.report)
    if (auto free = folder.isFree(kReportStep); !free) return free;
  return folder.areFree(makers.summary_beginnings);
}

/// The report as the steps would leave it: it holds when all of them are kept and it shows the
/// same.
PlannedStep plannedReport(const RunRequest& request, const RunMakers& makers,
                          const StepStamper& stamper, const std::vector<PlannedStep>& steps) {
  const fs::path results = resultsPath(request);
  PlannedStep report;
  report.step = kReportStep;
  std::vector<HashedFile> shown;
  for (const PlannedStep& step : steps) {
    if (!step.keep) {
      report.why = "after " + step.step;
      return report;
    }
    shown.push_back({step.step, stampDigest(*stampOf(results, step.step))});
  }
  const EarlierStep earlier =
      earlierStep(results, kReportStep, askedOfReport(request, makers, stamper, std::move(shown)));
  report.keep = earlier.stamp.has_value();
  report.why = earlier.why_not;
  return report;
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

Result<RunOutcome> runProject(const RunRequest& request, const RunMakers& given_makers,
                              std::stop_token stop, const ProgressSink& progress) {
  const auto begin = std::chrono::steady_clock::now();
  const fs::path results = resultsPath(request);
  auto steps = stepsToRun(request);
  if (!steps) return tl::unexpected(steps.error());
  if (auto may = mayWrite(request, results); !may) return tl::unexpected(may.error());
  const auto folder = ResultsFolder::open(results);
  if (!folder) return tl::unexpected(folder.error());
  RunMakers makers = given_makers;
  if (!request.only.empty()) makers.report = {};  // it shows all steps
  if (auto free = placesAreFree(*folder, *steps, makers); !free)
    return tl::unexpected(free.error());
  if (request.earlier == EarlierResults::kOverwrite) throwAwayEarlier(request, *steps, *folder);
  RunOutcome outcome;
  outcome.title = request.project.title;
  outcome.results = results;
  outcome.rows =
      StepRunner(request, makers, *folder, *std::move(steps), std::move(stop), progress).rows();
  outcome.leftover = leftoverSteps(request.project, outcome, !request.only.empty());
  auto whole = wholeRows(request, outcome);
  if (!whole) return tl::unexpected(whole.error());
  outcome.whole = *std::move(whole);
  outcome.timing = elapsedSince(begin);
  if (auto written = folder->write(makers.summary(outcome)); !written)
    return tl::unexpected(written.error());
  return outcome;
}

Result<std::vector<PlannedStep>> plannedRun(const RunRequest& request, const RunMakers& makers) {
  const fs::path results = resultsPath(request);
  const auto steps = stepsToRun(request);
  if (!steps) return tl::unexpected(steps.error());
  StepStamper stamper(request.project, request.project_file.parent_path(), request.program, {});
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
    const EarlierStep earlier = earlierStep(results, planned[i].step, stamper.asked(step, laws));
    planned[i].keep = earlier.stamp.has_value();
    planned[i].why = earlier.why_not;
    if (earlier.stamp && stepKind(step.question) == "fit")
      laws.add(step.name, earlier.stamp->outputs);
  };
  for (const bool first : {true, false})  // what others need comes first
    for (std::size_t i = 0; i < steps->size(); ++i)
      if (needs[i].empty() == first) look(i);
  if (makers.report && request.only.empty())
    planned.push_back(plannedReport(request, makers, stamper, planned));
  return planned;
}

}  // namespace moe
