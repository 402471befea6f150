#pragma once

// Internal to the readers.

#include "data/readers/column_roles.h"
#include "data/readers/raw_table.h"
#include "data/readers/read_runs.h"

namespace moe {

/// What a file is called and how its rows are counted.
struct RawSource {
  std::string path;
  std::string format;
  bool rows_are_lines = true;  ///< false in JSON: "runs.json:1 (row 3)"
};

/// Understands the cells of a table that was split. Errors as readRuns, except those about several
/// rows of one run.
Result<RunTable> buildRuns(const RawTable& raw, const RawSource& source,
                           const ReadOptions& options);

/// Refuses, or with skip_bad moves to `skipped`, rows that contradict an earlier row of the same
/// run: the same (run_id, step), without steps the same (run_id, D); another N, E, k or G.
Result<RunTable> withoutContradictions(RunTable table, bool skip_bad);

}  // namespace moe
