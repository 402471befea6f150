#pragma once

#include <stop_token>
#include <string_view>

#include "data/error.h"
#include "data/logs/byte_source.h"
#include "data/logs/log_sink.h"

namespace moe {

/// How one kind of log is told and read. A reader works in memory that does not grow with the log.
struct LogReader {
  std::string_view name;         ///< "tensorboard", "megatron", ...: for --format and provenance
  std::string_view description;  ///< one line, for people

  /// 0: not this kind; 1: certainly. `head` is the first 64 KiB of the (unpacked) log or less.
  double (*recognises)(std::string_view head);

  /// Reads to the end. What is damaged is handed to `LogSink::skip`; a last record that is cut off
  /// (a log that is being written) too. Errors (kInput): nothing of it can be read as this kind,
  /// with file, place and cause; kCancelled when stopped.
  Result<void> (*read)(ByteSource& source, LogSink& sink, std::stop_token stop);
};

}  // namespace moe
