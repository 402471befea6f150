#pragma once

#include <string>
#include <string_view>

#include "app/report/text_table.h"
#include "app/workflows/verify_workflow.h"
#include "data/units.h"

namespace moe::report {

/// Verdict, errors over all rows and by group, claims, the rows that are predicted worst, what was
/// skipped or mistrusted.
std::string verifyText(const VerifyOutcome& outcome);

/// Errors of all rows, layers, blocks and groups; fractions in percent.
TextTable verifyErrorTable(const LayerStudy& study);

/// Schema moeplan.verify/1: "summary", "groups", "claims" and every row; fractions, not percent.
std::string verifyJson(const VerifyOutcome& outcome, Seconds timing);

/// What a predicted time waits for, in the words of a verification: "bandwidth", "compute" or
/// "overhead".
std::string_view limitWord(std::string_view bound);

}  // namespace moe::report
