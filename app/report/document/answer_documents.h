#pragma once

#include <span>
#include <vector>

#include "app/report/document/document.h"
#include "app/workflows/run/answer_step.h"

namespace moe::report {

/// Every answer in full precision: its document "answers/fit.routed/answer.json", as its command
/// prints it with --json but without its time, and the document's tables as CSV beside it.
std::vector<Attachment> answerDocuments(std::span<const AnsweredStep> answers);

}  // namespace moe::report
