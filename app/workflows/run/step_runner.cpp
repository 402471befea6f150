#include "app/workflows/run/step_runner.h"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <iterator>
#include <system_error>
#include <utility>

#include "app/workflows/elapsed.h"
#include "app/workflows/run/step_needs.h"
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

Error bugWhileRunning(const std::exception& error) {
  return {ErrorKind::kInput, "",
          fmt::format("this is our bug, please report it: {}", error.what())};
}

}  // namespace

StepStamp askedOfReport(const RunRequest& request, const RunMakers& makers,
                        const StepStamper& stamper, std::vector<HashedFile> shown) {
  StepStamp stamp = stamper.ofProgram();
  stamp.asked =
      projectText(request.project, request.project_file.parent_path()) + makers.report_setting;
  stamp.inputs = makers.report_files;
  std::move(shown.begin(), shown.end(), std::back_inserter(stamp.inputs));
  return stamp;
}

EarlierStep earlierStep(const fs::path& results, const std::string& step, const StepStamp& asked) {
  std::error_code ignored;
  if (!fs::exists(results / step, ignored)) return {std::nullopt, "no results yet"};
  auto found = stampOf(results, step);
  if (!found) return {std::nullopt, describe(found.error())};
  if (std::string why = whyOutdated(*found, asked); !why.empty()) return {std::nullopt, why};
  if (std::string why = whyDamaged(results, step, *found); !why.empty()) return {std::nullopt, why};
  return {*std::move(found), ""};
}

StepRunner::StepRunner(const RunRequest& request, const RunMakers& makers,
                       const ResultsFolder& folder, std::vector<ProjectStep> steps,
                       std::stop_token stop, const ProgressSink& progress)
    : request_(request),
      project_(request.project),
      makers_(makers),
      folder_(folder),
      steps_(std::move(steps)),
      needs_(stepNeeds(steps_)),
      shared_(project_, steps_),
      stamper_(project_, request.project_file.parent_path(), request.program, stop),
      progress_(progress, steps_.size()),
      stop_(std::move(stop)),
      rows_(steps_.size()),
      digests_(steps_.size()),
      answers_(steps_.size()) {
  for (std::size_t i = 0; i < steps_.size(); ++i) rows_[i].step = stepId(steps_[i]);
}

std::vector<StepRow> StepRunner::rows() {
  runSchedule(needs_, project_.threads, stop_,
              [this](std::size_t i, int threads) { run(i, threads); });
  std::vector<StepRow> rows = rows_;
  if (makers_.report) rows.push_back(reportRow());
  return rows;
}

void StepRunner::run(std::size_t i, int threads) {
  const auto begin = std::chrono::steady_clock::now();
  StepRow& row = rows_[i];
  try {
    if (!skip(i)) keepOrAnswer(i, threads);
  } catch (const std::exception& error) {  // one broken step does not stop the rest
    noAnswer(row, bugWhileRunning(error));
  }
  if (!row.kept) row.timing = elapsedSince(begin);
  shared_.finish(steps_[i]);
  progress_.finished();
}

/// Whether a step that it needs has no answer.
bool StepRunner::skip(std::size_t i) {
  for (const std::size_t needed : needs_[i]) {
    if (rows_[needed].answered()) continue;
    const bool stopped = rows_[needed].status == StepStatus::kCancelled;
    rows_[i].status = stopped ? StepStatus::kCancelled : StepStatus::kSkipped;
    rows_[i].why = rows_[needed].step + " has no answer";
    if (!stopped) folder_.remove(rows_[i].step);
    return true;
  }
  return false;
}

void StepRunner::keepOrAnswer(std::size_t i, int threads) {
  StepRow& row = rows_[i];
  const StepStamp asked = stamper_.asked(steps_[i], laws_);
  if (auto earlier = earlierStep(folder_.path(), row.step, asked); earlier.stamp) {
    row.kept = true;
    return take(i, *earlier.stamp);
  }
  auto answer = answerOf(steps_[i], threads);
  if (!answer) return noAnswer(row, answer.error());
  const auto stamp = write(i, *answer, asked);
  if (!stamp) return noAnswer(row, stamp.error());
  take(i, *stamp);
  if (makers_.report) answers_[i] = *std::move(answer);
}

Result<StepAnswer> StepRunner::answerOf(const ProjectStep& step, int threads) {
  const LawFiles laws = laws_.files(folder_.path());
  const std::string id = stepId(step);
  auto answer = answerShared(project_, step, {laws, shared_, threads, stop_, progress_.of(id)});
  if (answer) nameFilesFromResults(id, folder_.path(), *answer);
  return answer;
}

Result<StepStamp> StepRunner::write(std::size_t i, const StepAnswer& answer, StepStamp stamp) {
  std::vector<ResultFile> files = lawsOf(answer);
  RunMakers::StepResult made = makers_.result(steps_[i], answer);
  std::move(made.files.begin(), made.files.end(), std::back_inserter(files));
  stamp.headline = std::move(made.headline);
  stamp.headline.yes = saysYes(answer);
  return folder_.replace(rows_[i].step, files, std::move(stamp));
}

void StepRunner::take(std::size_t i, const StepStamp& stamp) {
  StepRow& row = rows_[i];
  row.headline = stamp.headline;
  row.status = stamp.headline.yes ? StepStatus::kDone : StepStatus::kNo;
  digests_[i] = stampDigest(stamp);
  if (std::holds_alternative<ProjectFit>(steps_[i].question))
    laws_.add(steps_[i].name, stamp.outputs);
}

/// Results of another question must not pass for an answer, so they go.
void StepRunner::noAnswer(StepRow& row, const Error& error) {
  row.status = error.kind == ErrorKind::kCancelled    ? StepStatus::kCancelled
               : error.kind == ErrorKind::kInfeasible ? StepStatus::kNo
                                                      : StepStatus::kFailed;
  row.why = describe(error);
  if (row.status != StepStatus::kCancelled) folder_.remove(row.step);
}

/// The report comes last, as it shows all answers; it holds as long as none of them changes.
StepRow StepRunner::reportRow() {
  const auto begin = std::chrono::steady_clock::now();
  StepRow row;
  row.step = kReportStep;
  if (stop_.stop_requested()) return row;
  try {
    keepOrWriteReport(row);
  } catch (const std::exception& error) {  // the summary is written in any case
    noAnswer(row, bugWhileRunning(error));
  }
  if (!row.kept) row.timing = elapsedSince(begin);
  return row;
}

void StepRunner::keepOrWriteReport(StepRow& row) {
  StepStamp asked = askedOfReport(request_, makers_, stamper_, shownSteps());
  auto earlier = earlierStep(folder_.path(), row.step, asked);
  row.kept = earlier.stamp.has_value();
  const auto stamp =
      row.kept ? Result<StepStamp>(*std::move(earlier.stamp)) : writeReport(std::move(asked));
  if (!stamp) {
    noAnswer(row, stamp.error());
  } else {
    row.status = StepStatus::kDone;
    row.headline = stamp->headline;
  }
}

std::vector<HashedFile> StepRunner::shownSteps() const {
  std::vector<HashedFile> shown;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    shown.push_back({rows_[i].step, rows_[i].answered() ? digests_[i] : rows_[i].why});
  return shown;
}

Result<StepStamp> StepRunner::writeReport(StepStamp asked) {
  const std::vector<AnsweredStep> answers = allAnswers();
  if (stop_.stop_requested()) return fail(ErrorKind::kCancelled, kReportStep, "interrupted");
  const auto files = makers_.report(project_, answers);
  if (!files) return tl::unexpected(files.error());
  for (const ResultFile& file : *files)
    if (file.name.find('/') == file.name.npos)
      asked.headline.text += (asked.headline.text.empty() ? "" : ", ") + file.name;
  return folder_.replace(kReportStep, *files, std::move(asked));
}

/// What was kept is not in memory; it is answered again, which gives the same.
std::vector<AnsweredStep> StepRunner::allAnswers() {
  runSchedule(needs_, project_.threads, stop_, [this](std::size_t i, int threads) {
    if (!rows_[i].answered() || answers_[i]) return;
    if (auto answer = answerOf(steps_[i], threads)) answers_[i] = *std::move(answer);
  });
  std::vector<AnsweredStep> all;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const StepRow& row = rows_[i];
    AnsweredStep step{steps_[i], fail(ErrorKind::kInput, "", row.why), {}, {}, row.timing};
    if (row.status == StepStatus::kSkipped) step.skipped = row.why;
    if (answers_[i]) step.answer = *std::move(answers_[i]);
    if (const auto* fit = step.answer ? std::get_if<FitAnswer>(&*step.answer) : nullptr)
      for (const LawFit& law : fit->fits) step.law_files.push_back(folder_.path() / law.saved_to);
    all.push_back(std::move(step));
  }
  return all;
}

}  // namespace moe
