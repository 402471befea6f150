#include "data/readers/row_cells.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "data/nearest_name.h"
#include "data/numbers.h"

namespace moe {

bool RowCells::has(std::string_view column) const {
  return std::find(table_.columns.begin(), table_.columns.end(), column) != table_.columns.end();
}

std::string_view RowCells::cell(std::string_view column) const {
  const auto found = std::find(table_.columns.begin(), table_.columns.end(), column);
  if (found == table_.columns.end()) return {};
  return row_.cell(static_cast<std::size_t>(found - table_.columns.begin()));
}

std::string RowCells::text(std::string_view column, bool required) {
  const std::string value{trimmed(cell(column))};
  if (value.empty() && required) reject(column, "is empty");
  return value;
}

std::optional<double> RowCells::positive(std::string_view column, bool required, double least) {
  const std::string_view value = trimmed(cell(column));
  if (value.empty()) {
    if (required) reject(column, "is empty");
    return std::nullopt;
  }
  const auto number = parseNumber(value);
  if (number && std::isfinite(*number) && *number > least) return number;
  reject(column, fmt::format("is '{}'; it must be a number above {}", value, least));
  return std::nullopt;
}

int RowCells::count(std::string_view column, bool required) {
  const auto number = positive(column, required);
  if (!number) return 1;
  if (*number == std::floor(*number) && *number <= 1e6) return static_cast<int>(*number);
  reject(column, fmt::format("is {}; it must be a whole number up to 1e6", *number));
  return 1;
}

void RowCells::reject(std::string_view column, std::string_view cause) {
  if (!error_) error_ = Error{ErrorKind::kInput, where_, fmt::format("{} {}", column, cause)};
}

Result<RawTable> readWholeCsv(std::string_view text, const std::string& file,
                              std::span<const std::string_view> columns) {
  auto table = readDelimited(text, ',', file);
  if (!table) return table;
  if (!table->bad_rows.empty())
    return fail(ErrorKind::kInput, fmt::format("{}:{}", file, table->bad_rows.front().line),
                table->bad_rows.front().reason);
  for (const std::string_view column : columns)
    if (std::find(table->columns.begin(), table->columns.end(), column) == table->columns.end())
      return fail(ErrorKind::kInput, file,
                  fmt::format("has no column '{}'; the columns are {}; {}", column,
                              fmt::join(table->columns, ", "), didYouMean(column, table->columns)));
  return table;
}

std::string placeOf(const std::string& file, const RawRow& row) {
  return fmt::format("{}:{}", file, row.line);
}

}  // namespace moe
