#pragma once

// Internal to the readers of tables and JSON.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/logs/log_sink.h"

namespace moe {

/// A cell of a row: a number, or else a text.
struct LogCell {
  std::string_view key;
  std::optional<double> number;
  std::string_view text;
};

/// Turns rows of named cells into what a sink takes:
///
///   step        the first of `_step`, `step`, `global_step`, `iteration`, ... (log_table.cpp has
///   the
///               list) that a row has; from then on only this one
///   run         `run_id`, `run`, `run_name`, `name`, likewise; a text for the last two
///   wall time   `_timestamp`, `timestamp`, `wall_time`, in seconds since 1970
///   part        a text such as "val" under `split`, `phase` or the like, and the data set under
///               `val_data`: it goes before the names of the values, "val/loss"
///   long form   columns `metric` and `value`: one value by that name
///   settings    all other texts, once and when they change, up to 256 times a run (what changes
///               more often is data); they start anew with each run
///   values      all other numbers
class LogTable {
 public:
  explicit LogTable(LogSink& sink) : sink_(sink) {}

  void row(std::span<const LogCell> cells, std::size_t place);

  /// All cells as settings, and the run if one is named; true then.
  bool settings(std::span<const LogCell> cells, std::size_t place);

 private:
  enum class Meaning { kValue, kStep, kRun, kWallTime, kPart, kDataSet, kMetric, kMetricValue };
  struct Column {
    std::string key;
    Meaning meaning = Meaning::kValue;
    int rank = 0;
    std::string last_text;
    int changes = 0;
  };

  static Column columnNamed(std::string_view key);
  void findColumns(std::span<const LogCell> cells);
  std::optional<std::size_t> chosen(std::span<const LogCell> cells, Meaning meaning,
                                    std::string& key) const;
  std::string partOf(std::span<const LogCell> cells) const;
  void changeRun(std::string_view id);
  void handTextOn(std::size_t index, const LogCell& cell, std::size_t place);
  void addValue(std::string_view name, double value);
  void addMetric(std::span<const LogCell> cells);
  void record(LogRecord record, const std::string& part);

  LogSink& sink_;
  std::vector<Column> columns_;  ///< by place in the row; found anew where a key differs
  std::string step_key_;
  std::string run_key_;
  std::optional<std::string> run_;
  std::vector<LogValue> values_;
  std::vector<std::string> names_;  ///< of values with a part
};

}  // namespace moe
