#pragma once

#include <string>

#include "app/workflows/import/import_outcome.h"
#include "data/units.h"

namespace moe::report {

/// What an import made: the runs with N, D, E and loss, what is odd about each, what was left out
/// and why, and what was written.
std::string importText(const ImportOutcome& outcome);

/// What an import would make: of every run the numbers that were found and where, its series with
/// first and last values, and what is missing with the option that gives it.
std::string importPreviewText(const ImportOutcome& outcome);

/// The `--json` document of both, schema moeplan.import/1.
std::string importJson(const ImportOutcome& outcome, Seconds time);

}  // namespace moe::report
