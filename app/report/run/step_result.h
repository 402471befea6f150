#pragma once

#include <string>

#include "app/workflows/run/run_project.h"

namespace moe::report {

/// An answer's document as the single command prints it with --json, without its time: equal
/// answers are equal bytes.
std::string answerDocument(const StepAnswer& answer);

/// What a step's answer leaves in the folder of results: `answer.json`, as the single command
/// prints it with --json but without its time, `answer.txt`, as it prints it, every table of the
/// document as CSV, a fit's residuals, and the data of the plots as CSV below plots/; pictures are
/// in the report. Equal answers give equal bytes.
RunMakers::StepResult stepResult(const ProjectStep& step, const StepAnswer& answer);

}  // namespace moe::report
