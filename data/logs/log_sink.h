#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace moe {

/// One value that a log gives at one place: a metric of a step. `name` is as the log writes it
/// ("lm loss", "eval_loss", "train/ce"). NaN and infinite values are handed on: that a loss became
/// NaN is something a log says.
struct LogValue {
  std::string_view name;
  double value = 0;
};

/// The values that belong together: a line of text, a row of a table, a record of an event file.
struct LogRecord {
  std::span<const LogValue> values;
  std::optional<double> step;
  std::size_t place = 0;  ///< line of a text, row of a table, record of a binary file, from 1
  std::optional<double> wall_time_s = {};  ///< seconds since 1970, where the log says so
};

/// Something a log says once: an argument, an entry of a configuration, a count of parameters.
/// Nested keys are joined by '.'.
struct LogSetting {
  std::string_view key;
  std::string_view value;
  std::size_t place = 0;
};

/// What could not be used, and why: a damaged record, a line cut off at the end of the file.
struct LogSkip {
  std::size_t place = 0;
  std::string reason;
};

/// Takes a log as it is read; nothing is kept by the reader. Views are valid during the call only.
/// A reader calls `run` when a file holds several runs and another one begins (its name as
/// written), or goes on: rows of two runs may alternate. A file with one run need not call it.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void run(std::string_view id) = 0;
  virtual void setting(const LogSetting& setting) = 0;
  virtual void record(const LogRecord& record) = 0;
  virtual void skip(LogSkip skip) = 0;
};

}  // namespace moe
