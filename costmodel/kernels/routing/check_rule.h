#pragma once

#include "costmodel/kernels/routing/router_rule.h"
#include "data/error.h"

namespace moe {

/// What makes a rule impossible for a batch; the errors of `route`.
Result<void> checkRule(const RouterRule& rule, int tokens, int experts);

}  // namespace moe
