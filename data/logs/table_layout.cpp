#include "data/logs/table_layout.h"

#include <algorithm>
#include <array>

#include "data/logs/csv_rows.h"
#include "data/numbers.h"

namespace moe {
namespace {

constexpr int kRowsLookedAt = 50;

bool isNumberStart(std::string_view text) {
  return tableNumber(text, DecimalSign::kPoint) || tableNumber(text, DecimalSign::kComma);
}

/// Names are texts, all but a few of them.
bool isHeader(std::span<const std::string_view> fields) {
  if (fields.size() < 2) return false;
  const auto numbers = std::count_if(fields.begin(), fields.end(), isNumberStart);
  const auto long_ones = std::count_if(fields.begin(), fields.end(),
                                       [](std::string_view field) { return field.size() > 1000; });
  const auto unprintable = std::count_if(fields.begin(), fields.end(), [](std::string_view field) {
    return std::any_of(field.begin(), field.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
  });
  return 2 * static_cast<std::size_t>(numbers) < fields.size() && long_ones == 0 &&
         unprintable == 0;
}

/// How numbers are written in the rows looked at. Three digits behind a sign may be a group of
/// thousands.
struct RowCounts {
  int rows = 0;
  int fitting = 0;  ///< as many fields as the header
  int with_numbers = 0;
  int comma_decimals = 0;   ///< "2,5"
  int comma_groups = 0;     ///< "1,234"
  int point_decimals = 0;   ///< "2.5"
  int point_groups = 0;     ///< "1.234"
  int comma_thousands = 0;  ///< "1,234,567"
};

void countField(std::string_view field, RowCounts& counts) {
  const std::string_view number = trimmed(field);
  const std::size_t sign = number.find_first_of(".,");
  if (sign == std::string_view::npos) return;
  const bool digits = number.find_first_not_of("+-0123456789,.") == std::string_view::npos;
  const bool group = digits && number.size() - sign == 4;
  if (digits && number.find(',') != number.rfind(',')) ++counts.comma_thousands;
  if (number[sign] == ',' && tableNumber(number, DecimalSign::kComma)) {
    ++(group ? counts.comma_groups : counts.comma_decimals);
  }
  if (number[sign] == '.' && tableNumber(number, DecimalSign::kPoint)) {
    ++(group ? counts.point_groups : counts.point_decimals);
  }
}

RowCounts countRows(CsvRows& rows, std::size_t columns) {
  RowCounts counts;
  while (counts.rows < kRowsLookedAt && rows.next() == CsvRows::Found::kRow) {
    if (!rows.ended() && counts.rows > 0) break;  // the head may end inside a row
    const auto& fields = rows.fields();
    ++counts.rows;
    if (fields.size() == columns) ++counts.fitting;
    if (std::any_of(fields.begin(), fields.end(), isNumberStart)) ++counts.with_numbers;
    for (const std::string_view field : fields) countField(field, counts);
  }
  return counts;
}

/// Where semicolons delimit, the comma is the decimal sign by convention; where tabs do, "1,234"
/// alone may be a thousand.
bool commaIsDecimal(char delimiter, const RowCounts& counts) {
  if (delimiter == ',' || counts.point_decimals > 0 || counts.comma_thousands > 0) return false;
  if (counts.comma_decimals > 0) return true;
  return delimiter == ';' && counts.comma_groups > 0 && counts.point_groups == 0;
}

}  // namespace

std::string_view fromHeader(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  for (;;) {
    const std::size_t newline = head.find('\n');
    const std::string_view line = trimmed(head.substr(0, newline));
    if (newline == std::string_view::npos || (!line.empty() && !line.starts_with('#'))) return head;
    head.remove_prefix(newline + 1);
  }
}

std::optional<TableLayout> tableLayout(std::string_view head) {
  constexpr std::array<char, 3> kDelimiters{'\t', ';', ','};
  std::optional<TableLayout> best;
  std::size_t most_columns = 1;
  for (const char delimiter : kDelimiters) {
    ByteWindow window(fromHeader(head));
    CsvRows rows(window, delimiter);
    if (rows.next() != CsvRows::Found::kRow || !isHeader(rows.fields())) continue;
    const std::vector<std::string> header(rows.fields().begin(), rows.fields().end());
    const RowCounts counts = countRows(rows, header.size());
    const bool table = counts.rows == 0 ||
                       (2 * counts.fitting > counts.rows && 2 * counts.with_numbers >= counts.rows);
    if (!table || header.size() <= most_columns) continue;
    most_columns = header.size();
    const bool comma = commaIsDecimal(delimiter, counts);
    best = TableLayout{delimiter, comma ? DecimalSign::kComma : DecimalSign::kPoint, header};
  }
  return best;
}

}  // namespace moe
