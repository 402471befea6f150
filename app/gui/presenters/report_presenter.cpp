#include "app/gui/presenters/report_presenter.h"

#include <fmt/format.h>

#include <algorithm>

namespace moe {
namespace {

constexpr const char* kReportLesson =
    "A report answers every question of the project and writes them down with intervals, warnings, "
    "sources and what was not known: for someone who was not there.\n\n"
    "This project asks nothing yet. Fit runs, price a model or make a plan on the other pages, or "
    "open the example: File > Open the example.";

/// "Cost model", "What is not known": what a reader calls a part.
std::string partLabel(const std::string& key) {
  static const std::pair<const char*, const char*> kLabels[] = {
      {"answer", "Question and answer"},
      {"data", "Data"},
      {"fit", "Fits"},
      {"plan", "Plans"},
      {"cost", "Costs"},
      {"adapt", "Adaptation"},
      {"accuracy", "Accuracy of the cost model"},
      {"assumptions", "Assumptions, moved one by one"},
      {"unknown", "What is not known"},
      {"origin", "Versions, hashes and commands"}};
  for (const auto& [known, label] : kLabels)
    if (key == known) return label;
  return key;
}

/// Everything that answers depend on: the project without what its report shows of them.
std::string askedText(Project project) {
  project.report = {};
  return projectText(project, {});
}

std::string reportCommand(const std::filesystem::path& file) {
  const std::string name = file.empty() ? "PROJECT" : file.filename().string();
  return fmt::format("moeplan report {} --out report.html", name);
}

}  // namespace

Result<std::shared_ptr<const ReportAnswers>> reportAnswers(const Project& project,
                                                           const std::filesystem::path& file,
                                                           const std::filesystem::path& law_folder,
                                                           std::stop_token stop,
                                                           const ProgressSink& progress) {
  constexpr double kAnswered = 0.7;
  const auto partOfWhole = [&](double from, double to) -> ProgressSink {
    return [&progress, from, to](std::string_view what, double fraction) {
      if (progress) progress(what, from + (to - from) * fraction);
    };
  };
  auto made = std::make_shared<ReportAnswers>();
  made->project = project;
  made->file = file;
  made->answers = answerProject(project, law_folder, stop, partOfWhole(0, kAnswered));
  if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "report", "stopped");
  auto evidence = gatherEvidence(project, file, made->answers, {}, stop, partOfWhole(kAnswered, 1));
  if (!evidence) return tl::unexpected(evidence.error());
  made->evidence = *std::move(evidence);
  return made;
}

void ReportPresenter::opened() {
  answers_.reset();
  shown_answers_.reset();
  stale_ = true;
}

void ReportPresenter::projectChanged(const Project& project, const std::filesystem::path& file) {
  project_ = project;
  file_ = file;
  stale_ = !answers_ || askedText(project_) != askedText(answers_->project);
  view_.showQuestion();
  if (!hasSteps()) return view_.showLesson(kReportLesson);
  show();
}

std::vector<ReportPart> ReportPresenter::parts() const {
  const std::vector<std::string>& asked = project_.report.parts;
  std::vector<ReportPart> parts;
  for (const std::string& key : report::reportPartNames())
    parts.push_back({key, partLabel(key),
                     asked.empty() || std::find(asked.begin(), asked.end(), key) != asked.end()});
  return parts;
}

void ReportPresenter::choosePart(const std::string& key, bool chosen) {
  std::vector<ReportPart> all = parts();
  std::vector<std::string> kept;
  for (ReportPart& part : all) {
    if (part.key == key) part.chosen = chosen;
    if (part.chosen) kept.push_back(part.key);
  }
  if (kept.empty())
    return view_.showQuestion();  // a report of nothing is none: the tick comes back
  project_.report.parts = kept.size() == all.size() ? std::vector<std::string>{} : kept;
}

Project ReportPresenter::withQuestion(Project project) const {
  project.report = project_.report;
  return project;
}

std::optional<report::Document> ReportPresenter::document() const {
  if (!answers_) return std::nullopt;
  Project project = answers_->project;
  project.report = project_.report;
  const auto asked = report::reportParts(project.report.parts, "report.parts");
  if (!asked) return std::nullopt;
  return report::reportDocument(
      {project,
       answers_->answers,
       answers_->evidence,
       {program_, report::buildText(programVersion()), reportCommand(file_), file_, {}}},
      *asked);
}

void ReportPresenter::answered(const Result<std::shared_ptr<const ReportAnswers>>& answers) {
  if (!answers) {
    if (answers.error().kind != ErrorKind::kCancelled) view_.showProblem(describe(answers.error()));
    return;
  }
  answers_ = *answers;
  stale_ = askedText(project_) != askedText(answers_->project);
  show();
}

/// A document takes tens of milliseconds to lay out, and any slider of another page changes the
/// project.
bool ReportPresenter::isShown() const {
  return answers_ && shown_answers_ == answers_ && shown_file_ == file_ &&
         shown_report_.title == project_.report.title &&
         shown_report_.question == project_.report.question &&
         shown_report_.parts == project_.report.parts;
}

void ReportPresenter::show() {
  if (isShown()) return showTitle(shown_title_);
  const auto shown = document();
  if (!shown) {
    view_.showHeadline("Not made yet",
                       fmt::format("{} question{} of the project will be answered anew, as moeplan "
                                   "run does.",
                                   project_.steps.size(), project_.steps.size() == 1 ? "" : "s"));
    view_.clearDocument();
    return;
  }
  shown_answers_ = answers_;
  shown_report_ = project_.report;
  shown_file_ = file_;
  shown_title_ = shown->title;
  showTitle(shown->title);
  view_.showDocument(*shown);
  view_.showWarnings({});
}

/// The headline, and whether the answers are still those of the project.
void ReportPresenter::showTitle(const std::string& title) {
  const auto without = std::count_if(answers_->answers.begin(), answers_->answers.end(),
                                     [](const AnsweredStep& step) { return !step.answer; });
  view_.showHeadline(
      title, fmt::format("{} of {} questions have an answer.{}",
                         answers_->answers.size() - static_cast<std::size_t>(without),
                         answers_->answers.size(),
                         stale_ ? " The project has changed since: make the report anew." : ""));
}

}  // namespace moe
