#pragma once

#include <optional>
#include <vector>

#include "app/workflows/fit_workflow.h"
#include "data/curves.h"
#include "data/readers/read_runs.h"
#include "data/run_filter.h"

namespace moe {

/// A FitQuestion with its words understood.
struct FitPlan {
  std::vector<const LawFamily*> families;
  ReadOptions read;
  std::vector<RunFilter> filters;
  CurveRule curve;
  FitOptions fit;
  std::optional<double> hold_out_share;
  std::optional<RunFilter> hold_out_filter;
};

/// Errors: kUsage, naming the option, its value and what it may be.
Result<FitPlan> understand(const FitQuestion& question);

}  // namespace moe
