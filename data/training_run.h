#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/error.h"

namespace moe {

/// Which parameters a count means. A law declares one; a table of runs states one when it can.
enum class ParameterKind {
  kUnstated,
  kDense,   ///< of the corresponding dense model: same layers and width [Yun2024]
  kActive,  ///< that one token uses
  kTotal,   ///< in memory
};

/// "unstated", "dense", "active", "total".
std::string_view name(ParameterKind kind);

/// Bits of a number in training and after it; 0: not quantised.
struct PrecisionBits {
  double weights = 0;
  double activations = 0;
  double kv_cache = 0;
  double after_training = 0;  ///< of weights quantised when training is over

  bool operator==(const PrecisionBits&) const = default;
};

/// One point of the loss surface: a finished training run, or one evaluation on the way.
struct TrainingRun {
  std::string run_id;
  double params = 0;        ///< N, in the table's `parameter_kind`
  double train_tokens = 0;  ///< D, tokens seen with repeats
  double experts = 1;       ///< E per MoE layer; 1 is dense
  double top_k = 1;
  double granularity = 1;    ///< G = d_ff / d_expert [Krajewski2024]
  double unique_tokens = 0;  ///< D without repeats; 0: as many as `train_tokens`
  PrecisionBits precision = {};
  double loss = 0;  ///< validation cross-entropy, nats per token
  std::optional<double> step;
  std::size_t line = 0;    ///< in its file, from 1
  std::size_t source = 0;  ///< its file: index into `RunTable::sources`
};

/// A further column of the table, kept as it was written, row by row beside `RunTable::runs`.
struct TagColumn {
  std::string name;
  std::vector<std::string> values;
};

/// The column of a file that was read as a role: {"loss", "final_loss"}.
struct ColumnChoice {
  std::string role;  ///< as in --map and filters: params, train_tokens, experts, top_k, ...
  std::string column;
};

struct RunSource {
  std::string path;
  std::string format;                 ///< "csv", "tsv", "json", "jsonl"; with ".gz" when compressed
  std::size_t rows = 0;               ///< runs that were read from it
  std::vector<ColumnChoice> columns;  ///< in the order of the roles
};

struct SkippedRow {
  std::string path;
  std::size_t line = 0;
  std::string reason;
};

/// Runs with their tags and where they came from. Invariant: every tag column is as long as `runs`.
struct RunTable {
  std::vector<TrainingRun> runs;
  std::vector<TagColumn> tags;
  ParameterKind parameter_kind = ParameterKind::kUnstated;
  std::vector<RunSource> sources;
  std::vector<SkippedRow> skipped;  ///< bad rows left out on request (--skip-bad)
  std::vector<Warning> warnings;

  const TagColumn* tag(std::string_view name) const;

  /// Where a row was read: "runs.csv:17".
  std::string place(std::size_t row) const;

  /// The rows at these indices in this order, with their tags, the sources and the warnings.
  RunTable select(const std::vector<std::size_t>& rows) const;
};

}  // namespace moe
