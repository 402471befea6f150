#pragma once

#include <string>

#include "app/report/text_table.h"
#include "app/workflows/fit_workflow.h"

namespace moe::report {

std::string fitText(const FitAnswer& answer);

/// Each parameter with its error, its intervals and what it means.
TextTable parameterTable(const LawFit& fit);

/// The same fit on other windows of the curves, with the size that each calls optimal at the runs'
/// own largest compute; no rows without other windows or for a law that does not depend on tokens.
TextTable windowTable(const LawFit& fit);

std::string fitJson(const FitAnswer& answer);

}  // namespace moe::report
