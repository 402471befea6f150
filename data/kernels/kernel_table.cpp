#include "data/kernels/kernel_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "data/numbers.h"

namespace moe {
namespace {

std::vector<std::string_view> cellsOf(std::string_view line) {
  std::vector<std::string_view> cells;
  while (true) {
    const auto comma = line.find(',');
    cells.push_back(trimmed(line.substr(0, comma)));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

/// Splits the text into lines and remembers where it stands.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  /// The next line that is neither empty nor a remark.
  bool next(std::string_view& line) {
    while (!rest_.empty()) {
      const auto end = rest_.find('\n');
      line = trimmed(rest_.substr(0, end));
      rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
      ++number_;
      if (!line.empty() && line.front() != '#') return true;
    }
    return false;
  }
  std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

/// Words and numbers of a row's keys: "64" and "64.0" are the same shape.
using Shape = std::pair<std::vector<std::string_view>, std::vector<double>>;

/// The only key that is not a size.
constexpr std::string_view kMayBeZero = "skew";

class TableParser {
 public:
  TableParser(KernelTable& table, std::size_t numbers) : table_(table), numbers_(numbers) {}

  Result<void> header(std::string_view line, std::size_t number) {
    const std::vector<std::string_view> cells = cellsOf(line);
    const std::size_t keys = table_.keys.size();
    if (cells.size() <= keys || !std::equal(table_.keys.begin(), table_.keys.end(), cells.begin()))
      return wrong(number, fmt::format("the header must begin with {} and go on with the values of "
                                       "the axis",
                                       fmt::join(table_.keys, ",")));
    for (std::size_t i = keys; i < cells.size(); ++i) {
      const auto value = parseNumber(cells[i]);
      const bool rises = value && *value > 0 && std::isfinite(*value) &&
                         (table_.axis.empty() || *value > table_.axis.back());
      if (!rises)
        return wrong(number,
                     fmt::format("the axis must rise from above 0; '{}' does not", cells[i]));
      table_.axis.push_back(*value);
    }
    return {};
  }

  Result<void> row(std::string_view line, std::size_t number) {
    const std::vector<std::string_view> cells = cellsOf(line);
    const std::size_t keys = table_.keys.size();
    if (cells.size() < keys || cells.size() > keys + table_.axis.size())
      return wrong(number, fmt::format("has {} cells; the header has {}", cells.size(),
                                       keys + table_.axis.size()));
    KernelTable::Row row;
    row.line = number;
    row.shape.assign(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(keys));
    row.seconds.assign(table_.axis.size(), std::numeric_limits<double>::quiet_NaN());
    Shape shape{{row.shape.begin(), row.shape.end() - static_cast<std::ptrdiff_t>(numbers_)}, {}};
    for (std::size_t key = keys - numbers_; key < keys; ++key) {
      const bool may_be_zero = table_.keys[key] == kMayBeZero;
      const auto value = parseNumber(row.shape[key]);
      if (!value || !std::isfinite(*value) || *value < 0 || (*value == 0 && !may_be_zero))
        return wrong(number,
                     fmt::format("{} is '{}'; it must be {}a positive number", table_.keys[key],
                                 row.shape[key], may_be_zero ? "0 or " : ""));
      shape.second.push_back(*value);
    }
    for (std::size_t i = keys; i < cells.size(); ++i) {
      if (cells[i].empty()) continue;
      const auto value = parseNumber(cells[i]);
      if (!value || !(*value > 0) || !std::isfinite(*value))
        return wrong(number, fmt::format("a time is '{}'; it must be a positive number of "
                                         "microseconds",
                                         cells[i]));
      row.seconds[i - keys] = *value * 1e-6;
    }
    if (std::all_of(row.seconds.begin(), row.seconds.end(), [](double s) { return std::isnan(s); }))
      return wrong(number, "holds no time");
    if (!shapes_.insert(std::move(shape)).second)
      return wrong(number, "this shape stands in an earlier line too");
    table_.rows.push_back(std::move(row));
    return {};
  }

 private:
  tl::unexpected<Error> wrong(std::size_t line, std::string message) const {
    return fail(ErrorKind::kInput, fmt::format("{}:{}", table_.where, line), std::move(message));
  }

  KernelTable& table_;
  std::size_t numbers_;
  std::set<Shape> shapes_;
};

}  // namespace

double KernelTable::number(const Row& row, std::size_t key) const {
  const auto value = parseNumber(row.shape[key]);
  require(value.has_value(), "this key of a kernel table was not checked to be a number");
  return *value;
}

Result<KernelTable> parseKernelTable(std::string text, const std::string& where,
                                     const std::vector<std::string>& keys, std::size_t numbers) {
  KernelTable table;
  table.where = where;
  table.keys = keys;
  table.text = std::make_shared<const std::string>(std::move(text));
  TableParser parser(table, numbers);
  Lines lines(*table.text);
  std::string_view line;
  if (!lines.next(line)) return fail(ErrorKind::kInput, where, "holds no table");
  if (const auto good = parser.header(line, lines.number()); !good)
    return tl::unexpected(good.error());
  while (lines.next(line))
    if (const auto good = parser.row(line, lines.number()); !good)
      return tl::unexpected(good.error());
  if (table.rows.empty()) return fail(ErrorKind::kInput, where, "holds no rows");
  return table;
}

}  // namespace moe
