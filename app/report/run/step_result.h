#pragma once

#include <string>

#include "app/report/document/report_drawing.h"
#include "app/workflows/run/run_project.h"

namespace moe::report {

/// An answer's document as the single command prints it with --json, without its time: equal
/// answers are equal bytes.
std::string answerDocument(const StepAnswer& answer);

/// What a step's answer leaves in the folder of results: `answer.json`, as the single command
/// prints it with --json but without its time, `answer.txt`, as it prints it, every table of the
/// document as CSV, a fit's residuals, and of every plot KEY.csv with its data below plots/ and,
/// where it can be drawn, KEY.svg. Equal answers give equal bytes. A plot that cannot be drawn, as
/// its font is missing, has its data alone.
RunMakers::StepResult stepResult(const ProjectStep& step, const StepAnswer& answer,
                                 const ReportDrawing& drawing = {});

}  // namespace moe::report
