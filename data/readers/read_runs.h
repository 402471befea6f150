#pragma once

#include <filesystem>
#include <optional>
#include <span>

#include "data/error.h"
#include "data/readers/column_map.h"
#include "data/training_run.h"

namespace moe {

struct ReadOptions {
  ColumnMap columns;      ///< --map; what it leaves open is found by known names
  bool skip_bad = false;  ///< --skip-bad: a bad row goes to RunTable::skipped, else it is an error
  /// What N counts, for a table whose column name does not say it.
  std::optional<ParameterKind> parameter_kind;
};

/// Reads CSV, TSV, JSON or JSONL, each also in gzip, told apart by content. Columns without a role
/// are tags, nested JSON objects joined by '.'. Without a column for them E, k and G are 1, and
/// runs are called "row-<line>" ("row-<number>" in JSON, where lines mean nothing).
///
/// Loss is in nats per token; a perplexity column p stands for it as ln p, with the warning
/// `loss_from_perplexity`, a training loss with `training_loss`.
///
/// Errors (kInput, "path:line: column is value; cause"): what cannot be read or split; no column
/// for N, D or loss; no rows; a value that is missing, not a number or not finite; loss, N, D, k
/// or G not positive; E < 1; a loss in bits, or with a median above 30, which is a sum over
/// tokens; one run_id with two model sizes; the same (run_id, step) twice, or without steps the
/// same (run_id, D).
Result<RunTable> readRuns(const std::filesystem::path& path, const ReadOptions& options);

/// One table of several files, in their order. A tag that one file lacks is empty text there.
/// Runs without an id are called "<path>:row-<line>". Errors: as above, over all rows; no file;
/// files that count N differently. A file that does not say what N is takes the others' meaning,
/// with the warning `parameter_kind_assumed`.
Result<RunTable> readRunFiles(std::span<const std::filesystem::path> paths,
                              const ReadOptions& options);

}  // namespace moe
