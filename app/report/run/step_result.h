#pragma once

#include <functional>
#include <string>

#include "app/report/plot_spec.h"
#include "app/workflows/run/run_project.h"

namespace moe::report {

/// How plots become pictures, from who can draw (app/plot); empty: plots are written as CSV alone.
struct RunDrawing {
  std::function<std::string(const PlotSpec&)> svg;
};

/// An answer's document as the single command prints it with --json, without its time: equal
/// answers are equal bytes.
std::string answerDocument(const StepAnswer& answer);

/// What a step's answer leaves in the folder of results: `answer.json`, as the single command
/// prints it with --json but without its time, `answer.txt`, as it prints it, every table of the
/// document as CSV, a fit's residuals, and the plots as CSV (and SVG) below plots/. Equal answers
/// give equal bytes.
RunMakers::StepResult stepResult(const ProjectStep& step, const StepAnswer& answer,
                                 const RunDrawing& drawing = {});

}  // namespace moe::report
