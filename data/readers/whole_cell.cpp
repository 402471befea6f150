#include "data/readers/whole_cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/numbers.h"

namespace moe {

Result<std::size_t> columnNamed(const RawTable& table, std::string_view column,
                                const std::string& where) {
  const auto found = std::find(table.columns.begin(), table.columns.end(), column);
  if (found != table.columns.end()) return static_cast<std::size_t>(found - table.columns.begin());
  return fail(
      ErrorKind::kInput, fmt::format("{}:{}", where, table.header_line),
      fmt::format("there is no column {} (columns: {})", column, fmt::join(table.columns, ", ")));
}

Result<std::size_t> wholeCell(const RawTable& table, const RawRow& row, std::size_t column,
                              std::size_t least, const std::string& where) {
  constexpr double kMost = 1e12;
  const std::string_view text = row.cell(column);
  const auto number = parseNumber(text);
  if (number && std::floor(*number) == *number && *number >= static_cast<double>(least) &&
      *number <= kMost) {
    return static_cast<std::size_t>(*number);
  }
  return fail(ErrorKind::kInput, fmt::format("{}:{}", where, row.line),
              fmt::format("{} is \"{}\"; a whole number from {} is needed", table.columns[column],
                          trimmed(text), least));
}

Result<void> checkRows(const RawTable& table, const std::string& where) {
  if (!table.bad_rows.empty()) {
    const BadRow& bad = table.bad_rows.front();
    return fail(ErrorKind::kInput, fmt::format("{}:{}", where, bad.line), bad.reason);
  }
  if (table.rows.empty())
    return fail(ErrorKind::kInput, where, "the table has a header but no rows");
  return {};
}

}  // namespace moe
