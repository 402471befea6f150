#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/workflows/run/run_project.h"

namespace moe::report {

/// The table of steps with status, result, seconds and why there is none, for people.
std::string runText(const RunOutcome& outcome);

/// Schema moeplan.run/1, with times.
std::string runJson(const RunOutcome& outcome);

/// What lies beside the folders of the steps: summary.json and summary.csv, which depend on the
/// answers alone and tell all steps of the project, and run.json with what this run did and how
/// long it took.
std::vector<ResultFile> runSummary(const RunOutcome& outcome);

/// How the files of runSummary begin, by which earlier ones are known.
std::vector<ResultFile> summaryBeginnings();

/// What a run would do.
std::string plannedRunText(const std::vector<PlannedStep>& steps);
std::string plannedRunJson(const std::vector<PlannedStep>& steps);

}  // namespace moe::report
