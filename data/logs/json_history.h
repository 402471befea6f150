#pragma once

// Internal to the readers of JSON.

#include <deque>
#include <string_view>

#include "data/logs/json_row.h"
#include "data/logs/log_table.h"
#include "data/logs/reading.h"

namespace moe {

/// Reads rows out of JSON documents of any of these shapes, in memory for one row:
///
///   {"step": 1, "loss": 2.5} ...                     an object for each row
///   [{"step": 1, "loss": 2.5}, ...]                  a list of rows
///   {"lr": 1e-3, "log_history": [{...}, ...]}        settings and a list of rows, at any depth
///   [{"name": "a", "history": [{...}, ...]}, ...]    a run for each element
class JsonHistory final : public JsonRowsHandler {
 public:
  /// `rows_key`: the only list that holds rows; empty: every list of objects does.
  JsonHistory(Reading& reading, std::string_view rows_key);

  /// Documents in a row. Where one is broken, the rest is not read.
  void readDocuments();

  /// A row a line; a broken line is skipped. Lists in a row are no rows.
  void readLines();

  std::size_t line() const { return stream_.line(); }

  bool wants(std::string_view key) const override;
  bool object(JsonStream& stream) override;

 private:
  struct Level {
    JsonRow row;
    bool holds_rows = false;
  };

  bool list();
  bool lineRow();
  void handSettingsOn(Level& level, std::size_t place);
  std::span<const LogCell> cellsOf(const JsonRow& row);

  Reading& reading_;
  std::string_view rows_key_;
  JsonStream stream_;
  LogTable table_;
  std::deque<Level> levels_;  ///< one for each object that is being read
  std::size_t open_levels_ = 0;
  std::size_t unnamed_runs_ = 0;
  bool in_list_ = false;
  std::vector<LogCell> cells_;
};

}  // namespace moe
