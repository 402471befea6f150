#pragma once

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/workflows/run/answer_shared.h"
#include "app/workflows/run/results_folder.h"
#include "app/workflows/run/run_progress.h"
#include "app/workflows/run/run_project.h"
#include "app/workflows/run/step_record.h"

namespace moe {

/// Results of a step that still hold, or why there are none.
struct EarlierStep {
  std::optional<StepStamp> stamp;
  std::string why_not;
};
EarlierStep earlierStep(const std::filesystem::path& results, const std::string& step,
                        const StepStamp& asked);

/// The folder of the report, the last step.
inline constexpr const char* kReportStep = "report";

/// What the report says, what it shows of files and setting, and every step in `shown`: the digest
/// of its stamp, or why it has no answer.
StepStamp askedOfReport(const RunRequest& request, const RunMakers& makers,
                        const StepStamper& stamper, std::vector<HashedFile> shown);

/// The steps of a run while several threads answer them.
class StepRunner {
 public:
  /// Everything given must outlive the run.
  StepRunner(const RunRequest& request, const RunMakers& makers, const ResultsFolder& folder,
             std::vector<ProjectStep> steps, std::stop_token stop, const ProgressSink& progress);

  /// Answers the steps, or keeps their results, and last writes the report where one is asked for.
  std::vector<StepRow> rows();

 private:
  void run(std::size_t i, int threads);
  bool skip(std::size_t i);
  void keepOrAnswer(std::size_t i, int threads);
  Result<StepAnswer> answerOf(const ProjectStep& step, int threads);
  Result<StepStamp> write(std::size_t i, const StepAnswer& answer, StepStamp stamp);
  void take(std::size_t i, const StepStamp& stamp);
  void noAnswer(StepRow& row, const Error& error);

  StepRow reportRow();
  void keepOrWriteReport(StepRow& row);
  std::vector<HashedFile> shownSteps() const;
  Result<StepStamp> writeReport(StepStamp asked);
  std::vector<AnsweredStep> allAnswers();

  const RunRequest& request_;
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
  std::vector<std::string> digests_;                // of each step's stamp
  std::vector<std::optional<StepAnswer>> answers_;  // when a report is asked for
};

}  // namespace moe
