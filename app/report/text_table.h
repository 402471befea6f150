#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moe::report {

inline constexpr const char* kNothing = "-";  ///< in a cell that has no value

enum class Align { kLeft, kRight };

/// One column: what it holds, and its unit on a line of its own ("nats", "USD/M tokens").
struct TableColumn {
  std::string heading;
  std::string unit = {};
  Align align = Align::kRight;
};

/// A figure that a text shows rounded, for programs: in full precision and in the unit that is
/// named.
struct TableNumber {
  std::optional<double> value = {};
  std::optional<double> low = {};  ///< ends of its interval
  std::optional<double> high = {};
  std::string unit = {};  ///< "s", "bytes"; in a cell, empty: that of the column
  std::string name = {};  ///< "N", "saving", where one text shows several figures
};

/// What people read, and the figures behind it. A text alone is a cell without figures; cells with
/// figures are made by table_cells.h.
struct TableCell {
  TableCell() = default;
  TableCell(std::string shown) : text(std::move(shown)) {}
  TableCell(const char* shown) : text(shown) {}
  TableCell(std::string shown, std::vector<TableNumber> behind)
      : text(std::move(shown)), numbers(std::move(behind)) {}

  std::string text;
  std::vector<TableNumber> numbers;
};

using TableRow = std::vector<TableCell>;

/// A table for a terminal. Every row is as long as `columns`; rows and columns may be empty.
struct TextTable {
  std::string title = {};
  std::vector<TableColumn> columns = {};
  std::vector<TableRow> rows = {};
  std::vector<std::string> footnotes = {};  ///< whole lines, with the mark that the cells carry
};

/// The table as lines that are at most `width` characters wide where that is possible without
/// cutting a cell: headings wrap between words, then text columns do, and what is still too wide
/// goes into further blocks that repeat the first column.
std::string tableText(const TextTable& table, int width = 100);

/// Text broken between words into lines of at most `width`; lines after the first are indented.
/// A word that is longer keeps its line. Ends with a newline unless the text is empty.
std::string wrappedText(std::string_view text, int width = 100, int indent = 0);

/// Characters as a terminal shows them, for UTF-8 text without wide or combining characters.
int displayWidth(std::string_view text);

}  // namespace moe::report
