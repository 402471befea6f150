#pragma once

#include <nlohmann/json.hpp>

#include "app/workflows/fit_workflow.h"

// Only .cpp files of app/report include this header.

namespace moe::report {

/// Adds "trade_offs", "profiles", "residual_study", "influence", "allocation", "iso_flop",
/// "suggested_runs" and "better_law" to a fit's object, each null or empty when there is none.
void addStudy(const FitAnswer& answer, const LawFit& fit, nlohmann::ordered_json& json);

}  // namespace moe::report
