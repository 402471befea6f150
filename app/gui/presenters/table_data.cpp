#include "app/gui/presenters/table_data.h"

#include <charconv>
#include <numeric>

namespace moe {
namespace {

/// What countText, bytesText and the like append: "1.27 B" is sorted as 1.27e9.
double scaleOfLetter(char letter) {
  switch (letter) {
    case 'k':
      return 1e3;
    case 'M':
      return 1e6;
    case 'B':
    case 'G':
      return 1e9;
    case 'T':
      return 1e12;
    default:
      return 1;
  }
}

TableData::Cell cellOf(const std::string& text) {
  TableData::Cell cell{text, 0, false};
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, cell.order);
  if (error != std::errc{}) return cell;
  cell.is_number = true;
  if (end - stop >= 2 && *stop == ' ') cell.order *= scaleOfLetter(stop[1]);
  return cell;
}

std::string headingOf(const report::TableColumn& column) {
  return column.unit.empty() ? column.heading : column.heading + " (" + column.unit + ")";
}

template <class Items, class Text>
void appendLine(std::string& lines, const Items& items, Text text) {
  bool first = true;
  for (const auto& item : items) {
    if (!first) lines += '\t';
    first = false;
    lines += text(item);
  }
  lines += '\n';
}

}  // namespace

TableData tableData(const report::TextTable& table) {
  TableData data;
  data.columns = table.columns;
  for (const auto& texts : table.rows) {
    TableData::Row row;
    for (const report::TableCell& cell : texts) row.cells.push_back(cellOf(cell.text));
    data.rows.push_back(std::move(row));
  }
  return data;
}

std::string tabSeparated(const TableData& table, const std::vector<std::size_t>& rows) {
  std::string lines;
  appendLine(lines, table.columns, headingOf);
  std::vector<std::size_t> chosen = rows;
  if (chosen.empty()) {
    chosen.resize(table.rows.size());
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  }
  for (const std::size_t row : chosen)
    appendLine(lines, table.rows[row].cells, [](const TableData::Cell& cell) { return cell.text; });
  return lines;
}

}  // namespace moe
