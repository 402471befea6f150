#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "data/error.h"

namespace moe {

/// Text that has to live as long as a table: what cannot be pointed at in the file itself.
class TextStore {
 public:
  std::string_view keep(std::string_view text);

 private:
  std::deque<std::string> chunks_;
};

/// One row as text. Cells that the row lacks are missing at its end, or have no data pointer.
struct RawRow {
  std::size_t line = 0;
  std::vector<std::string_view> cells;

  /// The cell, or a view without data when the row has none in this column.
  std::string_view cell(std::size_t column) const {
    return column < cells.size() ? cells[column] : std::string_view();
  }
};

/// A row that cannot even be split into cells.
struct BadRow {
  std::size_t line = 0;
  std::string reason;
};

/// A file split into named columns, nothing understood yet. Its cells point into the text that was
/// read and into `store`: it lives shorter than the text.
struct RawTable {
  std::vector<std::string> columns;
  std::vector<RawRow> rows;
  std::vector<BadRow> bad_rows;  ///< in the order of their lines
  std::size_t header_line = 0;   ///< 0 when the format has no header
  TextStore store;
};

enum class TableFormat { kCsv, kTsv, kJson, kJsonLines };

/// "csv", "tsv", "json", "jsonl".
std::string_view name(TableFormat format);

/// What the text looks like: a first '[' or '{' is JSON, lines that are objects each JSONL, tabs in
/// the first line TSV, all else CSV.
TableFormat detectFormat(std::string_view text);

/// Splits the text. `where` (the path) starts the messages. Errors (kInput): broken JSON with its
/// line, a shape that holds no table, a header that names a column twice, a quote never closed.
Result<RawTable> readDelimited(std::string_view text, char delimiter, const std::string& where);
Result<RawTable> readJson(std::string_view text, const std::string& where);
Result<RawTable> readJsonLines(std::string_view text, const std::string& where);

/// The same by format.
Result<RawTable> readTableText(std::string_view text, TableFormat format, const std::string& where);

}  // namespace moe
