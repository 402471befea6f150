#include "data/logs/table_number.h"

#include <algorithm>
#include <array>

#include "data/numbers.h"

namespace moe {

std::optional<double> tableNumber(std::string_view cell, DecimalSign sign) {
  cell = trimmed(cell);
  if (sign == DecimalSign::kPoint) return parseNumber(cell);
  constexpr std::size_t kLongest = 400;
  if (cell.size() > kLongest || cell.find('.') != std::string_view::npos) return std::nullopt;
  const std::size_t comma = cell.find(',');
  if (comma == std::string_view::npos) return parseNumber(cell);
  std::array<char, kLongest> text{};
  std::copy(cell.begin(), cell.end(), text.begin());
  text[comma] = '.';
  return parseNumber({text.data(), cell.size()});
}

bool isMissing(std::string_view cell) {
  static constexpr std::array<std::string_view, 12> kWords{
      "", "-", "null", "NULL", "None", "none", "N/A", "n/a", "NA", "<NA>", "#N/A", "--"};
  return std::find(kWords.begin(), kWords.end(), trimmed(cell)) != kWords.end();
}

}  // namespace moe
