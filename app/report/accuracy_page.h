#pragma once

#include <string>

#include "app/workflows/accuracy_workflow.h"

namespace moe::report {

/// The page on accuracy in Markdown: what was held against what, every error, the constants and how
/// they were found, and what nothing was held against.
std::string accuracyPage(const AccuracyOutcome& outcome);

}  // namespace moe::report
