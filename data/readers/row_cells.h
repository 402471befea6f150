#pragma once

// Internal to the readers of tables whose rows must all be good: cells by the name of their column.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/error.h"
#include "data/readers/raw_table.h"

namespace moe {

/// Cells of one row by the name of their column; remembers the first thing that was wrong. A column
/// that is not there reads as empty.
class RowCells {
 public:
  /// `table` and `row` must outlive it; `where` is file and line.
  RowCells(const RawTable& table, const RawRow& row, std::string where)
      : table_(table), row_(row), where_(std::move(where)) {}

  bool has(std::string_view column) const;
  std::string text(std::string_view column, bool required);
  /// A finite number above `least`; nothing when empty or wrong.
  std::optional<double> positive(std::string_view column, bool required, double least = 0);
  /// A whole number from 1 to 1e6; 1 when empty or wrong.
  int count(std::string_view column, bool required);

  /// "FILE:LINE: COLUMN CAUSE"; only the first is kept.
  void reject(std::string_view column, std::string_view cause);
  const std::optional<Error>& error() const { return error_; }
  const std::string& where() const { return where_; }

 private:
  std::string_view cell(std::string_view column) const;

  const RawTable& table_;
  const RawRow& row_;
  std::string where_;
  std::optional<Error> error_;
};

/// A CSV with all of these columns, without a row that cannot be split. Errors (kInput): as
/// readDelimited; the first bad row, with file and line; a column that is missing, with the
/// nearest.
Result<RawTable> readWholeCsv(std::string_view text, const std::string& file,
                              std::span<const std::string_view> columns);

/// "FILE:LINE".
std::string placeOf(const std::string& file, const RawRow& row);

/// The rows of such a CSV as values; `rowOf` reads one and rejects what is wrong with it. Errors
/// (kInput): as readWholeCsv, and the first thing that was rejected.
template <class Row>
Result<std::vector<Row>> checkRows(std::string_view text, const std::string& file,
                                   std::span<const std::string_view> columns,
                                   Row (*rowOf)(RowCells&)) {
  const auto table = readWholeCsv(text, file, columns);
  if (!table) return tl::unexpected(table.error());
  std::vector<Row> rows;
  for (const RawRow& raw : table->rows) {
    RowCells cells(*table, raw, placeOf(file, raw));
    Row row = rowOf(cells);
    if (cells.error()) return tl::unexpected(*cells.error());
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace moe
