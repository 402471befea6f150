#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "data/error.h"
#include "data/logs/log_reader.h"

namespace moe {

/// All readers, in the order in which a tie between two is decided.
std::span<const LogReader> logReaders();

/// "tensorboard, wandb, ...": for messages.
std::string logReaderNames();

/// The reader of this name. Errors (kUsage) list the names.
Result<const LogReader*> logReaderNamed(std::string_view name);

/// The reader that is surest of what the log is, by its first bytes. Errors (kInput): no reader
/// knows it (with the readers that were asked), an empty file.
Result<const LogReader*> chooseLogReader(ByteSource& source);

/// Reads one file to its end, by content or by the reader of this name. Gives the reader that was
/// used. Errors: those of the functions above and of the reader.
Result<const LogReader*> readLog(ByteSource& source, std::string_view format, LogSink& sink,
                                 std::stop_token stop);

}  // namespace moe
