#pragma once

#include <string>

#include "app/workflows/plan_workflow.h"

namespace moe::report {

/// One sentence: which configuration to take, what it gains, how sure that is and what comes next;
/// or why none is recommended.
std::string recommendationSentence(const PlanAnswer& answer);

/// The plan for people, at most 120 columns wide: inputs, warnings, what other fits and the paper
/// say, and last the table of configurations with the recommendation.
std::string planText(const PlanAnswer& answer);

/// The plan for programs: schema moeplan.plan/1.
std::string planJson(const PlanAnswer& answer);

}  // namespace moe::report
