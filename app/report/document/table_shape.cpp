#include "app/report/document/table_shape.h"

#include <algorithm>
#include <cctype>

namespace moe::report {
namespace {

bool isIntervalCell(const TableCell& cell) {
  const std::size_t at = cell.text.find_first_not_of(' ');
  return at == std::string::npos || cell.text[at] == '[' ||
         cell.text.compare(at, 7, "best in") == 0;
}

bool continuesRowAbove(const TableRow& row) {
  return std::all_of(row.begin(), row.end(), isIntervalCell);
}

std::string withoutIndent(const std::string& cell) {
  const std::size_t at = cell.find_first_not_of(' ');
  return at == std::string::npos ? "" : cell.substr(at);
}

bool isDigit(char letter) { return letter >= '0' && letter <= '9'; }

bool isLetter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '%' ||
         static_cast<unsigned char>(letter) >= 0x80;
}

/// Letters that stand alone behind a number: "12 ms", "[3 GB, 4 GB]". Those of counts (M, B, T) say
/// how many, not of what; the e of 1e21 says nothing.
bool namesUnit(const std::string& cell) {
  for (std::size_t at = 0; at < cell.size();) {
    if (!isLetter(cell[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < cell.size() && isLetter(cell[end])) ++end;
    const std::string word = cell.substr(at, end - at);
    const bool exponent = word == "e" && end < cell.size() && at > 0 && isDigit(cell[at - 1]);
    if (!exponent && word != "M" && word != "B" && word != "T" && word != "to") return true;
    at = end;
  }
  return false;
}

bool startsWithNumber(const std::string& cell) {
  const std::size_t at = cell.find_first_not_of(" [+-");
  return at != std::string::npos && isDigit(cell[at]);
}

}  // namespace

TextTable intervalsInCells(TextTable table) {
  std::vector<TableRow> rows;
  for (const TableRow& row : table.rows) {
    if (rows.empty() || !continuesRowAbove(row)) {
      rows.push_back(row);
      continue;
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      TableCell& above = rows.back()[i];
      if (const std::string more = withoutIndent(row[i].text); !more.empty())
        above.text += "\n" + more;
      above.numbers.insert(above.numbers.end(), row[i].numbers.begin(), row[i].numbers.end());
    }
  }
  table.rows = std::move(rows);
  return table;
}

TextTable withUnits(TextTable table,
                    std::initializer_list<std::pair<const char*, const char*>> units) {
  for (TableColumn& column : table.columns)
    for (const auto& [heading, unit] : units)
      if (column.heading == heading && column.unit.empty()) column.unit = unit;
  return table;
}

std::vector<std::string> numbersWithoutUnit(const TextTable& table) {
  const auto unit_column =
      std::find_if(table.columns.begin(), table.columns.end(),
                   [](const TableColumn& column) { return column.heading == "Unit"; });
  const auto unit_at = static_cast<std::size_t>(unit_column - table.columns.begin());
  std::vector<std::string> problems;
  for (const TableRow& row : table.rows) {
    if (unit_at < row.size() && !row[unit_at].text.empty()) continue;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string& text = row[i].text;
      if (table.columns[i].unit.empty() && startsWithNumber(text) && !namesUnit(text))
        problems.push_back(table.title + " / " + table.columns[i].heading + ": " + text);
    }
  }
  return problems;
}

std::vector<std::string> numbersAsTextAlone(const TextTable& table) {
  std::vector<std::string> problems;
  for (const TableRow& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      if (table.columns[i].align == Align::kRight && startsWithNumber(row[i].text) &&
          row[i].numbers.empty())
        problems.push_back(table.title + " / " + table.columns[i].heading + ": " + row[i].text);
  return problems;
}

}  // namespace moe::report
