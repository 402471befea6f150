#pragma once

#include <vector>

#include "costmodel/planner/plan.h"

namespace moe {

/// A request that can be planned: expert counts sorted, without repeats, the base among them.
struct CheckedRequest {
  PlanRequest request;
  std::size_t base = 0;  ///< index of the base in request.experts
  std::vector<Warning> warnings;
};

/// Refuses what makes no sense (kUsage) and what the law cannot answer (kUnanswered). A base that
/// is not among the expert counts is added with a warning.
Result<CheckedRequest> checkedRequest(const PlanRequest& request);

}  // namespace moe
