#pragma once

#include <string>

namespace moe {

/// What a file that is dropped on the window holds, told from its beginning rather than from its
/// name alone.
enum class DroppedKind {
  kProject,
  kMachine,       ///< an entry of `moeplan calibrate`
  kVerification,  ///< a document of `moeplan verify --json`
  kServing,       ///< measured serving points
  kLogs,          ///< a folder, or a log that is no table
  kRuns,          ///< anything else: perhaps a table of runs
};

/// Reads at most a few kilobytes. Rows of CSV and JSON count as a table of runs, whoever wrote
/// them. A file that cannot be read counts as kRuns, whose reader says why.
DroppedKind droppedKind(const std::string& file);

}  // namespace moe
