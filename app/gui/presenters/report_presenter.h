#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/report/document/report_document.h"

namespace moe {

/// A project with its answers and the evidence that goes with them, made beside the window.
struct ReportAnswers {
  Project project;
  std::filesystem::path file;  ///< of the project; empty: not saved yet
  std::vector<AnsweredStep> answers;
  ReportEvidence evidence;
};

/// Answers every step and gathers what all parts show. Laws of fits are written to `law_folder`.
/// Errors: kCancelled; a step without an answer is part of the report.
Result<std::shared_ptr<const ReportAnswers>> reportAnswers(const Project& project,
                                                           const std::filesystem::path& file,
                                                           const std::filesystem::path& law_folder,
                                                           std::stop_token stop,
                                                           const ProgressSink& progress);

/// A part of the report, to be ticked.
struct ReportPart {
  std::string key;
  std::string label;
  bool chosen = true;
};

/// What the report page shows.
class ReportView {
 public:
  virtual ~ReportView() = default;
  virtual void showQuestion() = 0;
  virtual void showHeadline(const std::string& headline, const std::string& detail) = 0;
  virtual void showDocument(const report::Document& document) = 0;
  virtual void clearDocument() = 0;                        ///< it is not made yet
  virtual void showLesson(const std::string& lesson) = 0;  ///< nothing to report yet
  virtual void showWarnings(const std::vector<Warning>& warnings) = 0;
  virtual void showProblem(const std::string& problem) = 0;
};

/// Decides what the report page shows: which parts, of which answers, and whether the project has
/// moved on since they were made.
class ReportPresenter {
 public:
  ReportPresenter(ReportView& view, std::string program)
      : view_(view), program_(std::move(program)) {}

  void opened();
  void projectChanged(const Project& project, const std::filesystem::path& file);

  ProjectReport& question() { return project_.report; }
  std::vector<ReportPart> parts() const;
  void choosePart(const std::string& key, bool chosen);
  /// The project with title, question and parts as they are now.
  Project withQuestion(Project project) const;

  bool hasSteps() const { return !project_.steps.empty(); }
  bool hasDocument() const { return answers_ != nullptr; }
  bool canMake() const { return hasSteps() && stale_; }
  const Project& project() const { return project_; }
  const std::filesystem::path& file() const { return file_; }

  void answered(const Result<std::shared_ptr<const ReportAnswers>>& answers);
  /// The document as it is shown; none before there are answers.
  std::optional<report::Document> document() const;

 private:
  void show();
  void showTitle(const std::string& title);
  bool isShown() const;

  ReportView& view_;
  std::string program_;
  Project project_;
  std::filesystem::path file_;
  std::shared_ptr<const ReportAnswers> answers_;
  bool stale_ = true;  ///< the answers are not those of the project
  /// What the view shows: answers, and what the project says of their report.
  std::shared_ptr<const ReportAnswers> shown_answers_;
  ProjectReport shown_report_;
  std::filesystem::path shown_file_;
  std::string shown_title_;
};

}  // namespace moe
