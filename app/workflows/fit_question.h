#pragma once

#include <optional>
#include <vector>

#include "app/workflows/fit_workflow.h"
#include "app/workflows/run_points.h"

namespace moe {

/// A FitQuestion with its words understood.
struct FitPlan {
  std::vector<const LawFamily*> families;
  PointsPlan points;
  FitOptions fit;
  StudyDepth study = StudyDepth::kAuto;
  std::optional<LawPoint> target;
  HoldOutRule hold_out;
};

/// Errors: kUsage, naming the option, its value and what it may be.
Result<FitPlan> understand(const FitQuestion& question);

}  // namespace moe
