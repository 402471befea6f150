#pragma once

#include <string>

#include "app/report/text_table.h"
#include "app/workflows/validate_workflow.h"
#include "data/units.h"

namespace moe::report {

/// Errors of all, clean and core rows.
TextTable accuracySetTable(const ValidateOutcome& outcome);

/// Errors by the outcome's keys, with those of core rows beside.
TextTable accuracyGroupTable(const ValidateOutcome& outcome);

/// Errors over all rows, row sets and groups, the rows that are predicted worst, and what was
/// skipped.
std::string validateText(const ValidateOutcome& outcome);

/// Schema moeplan.validate/1: every row, "overall", "sets", "groups" and "skipped"; fractions, not
/// percent. `accuracy_page`: the file that was written beside; empty: none.
std::string validateJson(const ValidateOutcome& outcome, const std::string& accuracy_page,
                         Seconds timing);

}  // namespace moe::report
