#pragma once

// Internal to the readers of JSON.

#include <stop_token>
#include <string_view>

#include "data/logs/byte_source.h"
#include "data/logs/log_sink.h"

namespace moe {

/// Whether an object's first list or object is a column: {"step": [1, 2]} or {"step": {"0": 1}}.
bool looksLikeJsonColumns(std::string_view json);

/// Reads a table that is written column by column, with plain members as settings:
///
///   {"step": [1, 2], "loss": [2.5, 2.4]}
///   {"step": {"0": 1, "1": 2}, "loss": {"0": 2.5, "1": 2.4}}      as pandas writes it
///
/// It has to be kept in memory. Errors (kInput): more than 64 MiB, broken JSON, columns that differ
/// in length, and as `LogReader::read`.
Result<void> readJsonColumns(ByteSource& source, LogSink& sink, std::stop_token stop);

}  // namespace moe
