#pragma once

#include <string>

#include "app/report/text_table.h"
#include "app/workflows/fit_workflow.h"

namespace moe::report {

std::string fitText(const FitAnswer& answer);

/// Each parameter with its error, its intervals and what it means.
TextTable parameterTable(const LawFit& fit);

std::string fitJson(const FitAnswer& answer);

}  // namespace moe::report
