#pragma once

#include <string>

#include "app/report/text_table.h"
#include "app/workflows/compare_workflow.h"

namespace moe::report {

/// The laws, the best first, with their errors on unseen runs and a verdict.
TextTable compareTable(const CompareAnswer& answer);

/// The answer in a sentence or two.
std::string compareSentence(const CompareAnswer& answer);

std::string compareText(const CompareAnswer& answer);
std::string compareJson(const CompareAnswer& answer);

}  // namespace moe::report
