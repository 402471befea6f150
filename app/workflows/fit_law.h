#pragma once

#include <optional>
#include <stop_token>

#include "app/workflows/fit_question.h"
#include "app/workflows/fit_workflow.h"

namespace moe {

struct FitParts;

/// Least and largest of each variable over a table that is not empty.
DataSummary summaryOf(const RunTable& table, std::span<const std::size_t> run_of_row);

/// Fits one law to the answer's points and says all that its question asks about it. `rivals` holds
/// the other families on the same points, when they were tried; `given` the long parts when they
/// were made before. Errors: as fitLaw, holdOut, suggestRuns; kInput for parts of another fit.
Result<LawFit> fitOneLaw(const LawFamily& family, const FitPlan& plan, const FitAnswer& answer,
                         const std::optional<Comparison>& rivals, const FitParts* given,
                         std::stop_token stop, const ProgressSink& progress);

}  // namespace moe
