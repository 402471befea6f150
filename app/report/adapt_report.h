#pragma once

#include <string>

#include "app/workflows/adapt_workflow.h"
#include "data/units.h"

namespace moe::report {

/// The answer in words and tables; every number with its unit and what it rests on.
std::string adaptText(const AdaptOutcome& outcome);

/// Schema moeplan.adapt/1.
std::string adaptDocument(const AdaptOutcome& outcome, Seconds timing);

}  // namespace moe::report
