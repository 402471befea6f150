#pragma once

// Internal to the JSON readers.

#include <string>
#include <string_view>
#include <unordered_map>

#include "data/readers/json_tape.h"

namespace moe {

/// Adds rows to a table whose columns appear as they are met.
class RowWriter {
 public:
  explicit RowWriter(RawTable& table) : table_(table) {}

  /// A new row; cells are set on the last one.
  void start(std::size_t line);

  /// Sets a cell of a row; null leaves it missing, nested objects become "outer.inner" columns and
  /// arrays their text.
  void set(std::size_t row, std::string_view column, const JsonTape& tape, std::size_t value);

  /// Every member of an object as a cell of the last row.
  void setMembers(const JsonTape& tape, std::size_t object);

  void setText(std::size_t row, std::string_view column, std::string_view text);

 private:
  std::size_t columnIndex(std::string_view column);

  RawTable& table_;
  std::unordered_map<std::string, std::size_t> index_;
  std::size_t expected_ = 0;  ///< rows mostly repeat the order of their columns
};

}  // namespace moe
