#pragma once

#include <optional>

#include "costmodel/kernels/routing/router_rule.h"

namespace moe {

/// Slots of an expert for a group of tokens (the equation stands at CapacityRule); none: no limit.
/// More than the largest int is that. Not checked: a factor below 0 or no number, see checkRule.
std::optional<int> expertCapacity(const CapacityRule& rule, int tokens, int experts, int top_k);

}  // namespace moe
