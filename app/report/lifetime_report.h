#pragma once

#include <string>

#include "app/workflows/lifetime_workflow.h"

namespace moe::report {

/// What holds an optimum where it is, in words and as a key for programs.
std::string bindingText(Binding binding);
std::string bindingKey(Binding binding);

/// One sentence: which model to train and serve, what it costs, how sure that is and what it would
/// take to choose another; or why none is recommended.
std::string lifetimeSentence(const LifetimeAnswer& answer);

/// The plan for people, at most 120 columns wide: inputs, notes, designs from the best to the
/// infeasible, the real model, and last the recommendation.
std::string lifetimeText(const LifetimeAnswer& answer);

/// The plan for programs: schema moeplan.plan/1.
std::string lifetimeJson(const LifetimeAnswer& answer);

}  // namespace moe::report
