#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "app/workflows/project/project.h"
#include "app/workflows/run/answer_step.h"
#include "app/workflows/run/results_folder.h"
#include "app/workflows/run/step_stamp.h"
#include "data/error.h"
#include "data/progress.h"
#include "data/units.h"

namespace moe {

/// What is done with results that are there already.
enum class EarlierResults {
  kRefuse,     ///< refuse to run, so that nothing is lost
  kResume,     ///< keep what is unchanged, answer the rest
  kOverwrite,  ///< throw them away; where steps are chosen, those of these steps alone
};

/// `moeplan run`: all steps of a project, or some with those that they need.
struct RunRequest {
  Project project;
  std::filesystem::path project_file;
  std::filesystem::path results;  ///< folder; empty: NAME.results beside the project
  std::vector<std::string> only;  ///< patterns of steps, "fit.*"; all when empty
  EarlierResults earlier = EarlierResults::kRefuse;
  std::string program;  ///< version and commit, for the stamps
};

enum class StepStatus {
  kDone,       ///< answered
  kNo,         ///< answered, and the answer is no: a fit that did not converge, nothing feasible
  kFailed,     ///< no answer
  kSkipped,    ///< not tried: a step that it needs has no answer
  kCancelled,  ///< not finished
};
std::string_view name(StepStatus status);

/// One step of a run.
struct StepRow {
  std::string step;  ///< "fit.main"
  StepStatus status = StepStatus::kCancelled;
  StepHeadline headline;  ///< of an answer
  std::string why;        ///< why there is no answer
  bool kept = false;      ///< from an earlier run
  Seconds timing = {};    ///< of this run; 0 for what was kept

  /// Whether there are results, whatever they say.
  bool answered() const;
};

struct RunOutcome {
  std::string title;
  std::filesystem::path results;
  std::vector<StepRow> rows;          ///< the steps that were chosen, in the order of the project
  std::vector<StepRow> whole;         ///< the same, and what earlier runs left of all others
  std::vector<std::string> leftover;  ///< with results of an earlier run, but no longer steps
  Seconds timing;

  bool allYes() const;  ///< every step is done
};

/// What answers are turned into. They are given to the run, since words, tables and pictures are
/// made elsewhere (app/report).
struct RunMakers {
  struct StepResult {
    StepHeadline headline;
    std::vector<ResultFile> files;
  };
  /// Of one step. Equal answers must give equal bytes: no times. Called by several threads.
  std::function<StepResult(const ProjectStep&, const StepAnswer&)> result;
  /// Of the whole project, rewritten at the end of a run.
  std::function<std::vector<ResultFile>(const RunOutcome&)> summary;
  /// How each of its files begins, by which an earlier one is known as ours and may be replaced.
  std::vector<ResultFile> summary_beginnings = {};
  /// The project's report, from all answers in the order of the project; no report where it is
  /// empty. Its files go into the folder `report`.
  std::function<Result<std::vector<ResultFile>>(const Project&, std::span<const AnsweredStep>)>
      report = {};
  /// What the report shows beside the answers: files, and in words its date, command and pictures.
  std::vector<HashedFile> report_files = {};
  std::string report_setting = {};
};

/// Answers the steps and writes a folder for each into the folder of results, as soon as it is
/// answered: the maker's files, a fit's laws as law-FAMILY.json, and a stamp of what they rest on.
/// Independent steps run at the same time on the project's threads. What is written does not
/// depend on the number of threads or on interruptions. A step that fails does not stop others.
/// Where only some steps are chosen, those of others and the report stay as they are.
/// When stopped, what is finished stays and the others are kCancelled.
///
/// Errors: kUsage for a pattern that no step matches, and for results that are there already
/// unless they are resumed or overwritten; kInput for a project without steps, a folder that
/// cannot be written, or a folder in a step's place or a file in the summary's that no run wrote.
Result<RunOutcome> runProject(const RunRequest& request, const RunMakers& makers,
                              std::stop_token stop = {}, const ProgressSink& progress = {});

/// What a run would do, without doing it: a line for every step and, where the makers have one, for
/// the report.
struct PlannedStep {
  std::string step;
  bool keep = false;  ///< the results that are there still hold
  std::string why;    ///< why it would be answered
};
Result<std::vector<PlannedStep>> plannedRun(const RunRequest& request,
                                            const RunMakers& makers = {});

/// NAME.results beside NAME.toml, unless the request names a folder.
std::filesystem::path resultsPath(const RunRequest& request);

}  // namespace moe
