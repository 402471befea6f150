#include "data/catalog/published_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/embedded_tables.h"
#include "data/numbers.h"
#include "data/readers/raw_table.h"

namespace moe {
namespace {

constexpr const char* kFiguresFile = "published/published_figures.csv";
constexpr MatchKind kMatchKinds[] = {
    MatchKind::kExact,  MatchKind::kInferred, MatchKind::kTolerance,    MatchKind::kNotDerivable,
    MatchKind::kFitted, MatchKind::kCircular, MatchKind::kSelfMeasured, MatchKind::kNegativeControl,
};

/// Cells of one figure by column; the first thing that is wrong is kept.
class FigureReader {
 public:
  FigureReader(const RawTable& table, const RawRow& row, std::string where)
      : table_(table), row_(row), where_(std::move(where)) {}

  std::string text(std::string_view column, bool required = false) {
    const auto found = std::find(table_.columns.begin(), table_.columns.end(), column);
    if (found == table_.columns.end()) {
      reject(column, "is missing as a column");
      return {};
    }
    const auto index = static_cast<std::size_t>(found - table_.columns.begin());
    std::string value(trimmed(row_.cell(index)));
    if (required && value.empty()) reject(column, "is empty");
    return value;
  }

  double positive(std::string_view column) {
    const std::string value = text(column);
    if (value.empty()) return 0;
    const auto number = parseNumber(value);
    if (number && std::isfinite(*number) && *number > 0) return *number;
    reject(column, fmt::format("is '{}'; a number above 0 is expected", value));
    return 0;
  }

  void reject(std::string_view column, std::string_view why) {
    if (!error_) error_ = Error{ErrorKind::kInput, where_, fmt::format("{} {}", column, why)};
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  const RawTable& table_;
  const RawRow& row_;
  std::string where_;
  std::optional<Error> error_;
};

/// One of the last digit: 0.1 of "2.4", 1 of "450".
double lastDigit(std::string_view printed) {
  const auto point = printed.find('.');
  if (point == std::string_view::npos) return 1;
  return std::pow(10.0, -static_cast<double>(printed.size() - point - 1));
}

MatchKind readKind(FigureReader& reader) {
  const std::string text = reader.text("match_kind", true);
  for (const MatchKind kind : kMatchKinds)
    if (name(kind) == text) return kind;
  reader.reject("match_kind", fmt::format("is '{}', which is no kind of match", text));
  return MatchKind::kNotDerivable;
}

/// "model=Mixtral-8x7B; experts=8".
void readArguments(FigureReader& reader, PublishedFigure& figure) {
  const std::string text = reader.text("arguments");
  std::string_view left = text;
  while (!left.empty()) {
    const auto end = left.find(';');
    const std::string_view part = trimmed(left.substr(0, end));
    left = end == std::string_view::npos ? std::string_view() : left.substr(end + 1);
    const auto sign = part.find('=');
    if (sign == std::string_view::npos || sign == 0)
      return reader.reject("arguments", fmt::format("has '{}'; NAME=VALUE is expected", part));
    figure.arguments.emplace_back(trimmed(part.substr(0, sign)), trimmed(part.substr(sign + 1)));
  }
}

Result<PublishedFigure> figureOf(FigureReader reader, const std::string& where) {
  PublishedFigure figure;
  figure.where = where;
  figure.system = reader.text("system", true);
  figure.quantity = reader.text("quantity", true);
  figure.published = reader.text("published", true);
  if (!parseNumber(figure.published))
    reader.reject("published", fmt::format("is '{}', which is no number", figure.published));
  figure.unit = reader.text("unit", true);
  figure.rounded_to = reader.positive("rounded_to");
  if (figure.rounded_to == 0) figure.rounded_to = lastDigit(figure.published);
  figure.kind = readKind(reader);
  figure.tolerance_percent = reader.positive("tolerance_percent");
  if ((figure.kind == MatchKind::kTolerance) != (figure.tolerance_percent > 0))
    reader.reject("tolerance_percent", "belongs to the kind tolerance, and to no other");
  figure.derivation = reader.text("derivation");
  readArguments(reader, figure);
  figure.convention = reader.text("convention");
  figure.source = reader.text("source", true);
  figure.note = reader.text("note");
  if (reader.error()) return tl::unexpected(*reader.error());
  return figure;
}

}  // namespace

std::string_view name(MatchKind kind) {
  switch (kind) {
    case MatchKind::kExact:
      return "exact";
    case MatchKind::kInferred:
      return "inferred";
    case MatchKind::kTolerance:
      return "tolerance";
    case MatchKind::kNotDerivable:
      return "not-derivable";
    case MatchKind::kFitted:
      return "fitted";
    case MatchKind::kCircular:
      return "circular";
    case MatchKind::kSelfMeasured:
      return "self-measured";
    case MatchKind::kNegativeControl:
      return "negative-control";
  }
  require(false, "unknown kind of match");
  return {};
}

double publishedValue(const PublishedFigure& figure) {
  return parseNumber(figure.published).value_or(0);
}

Result<std::vector<PublishedFigure>> parsePublishedFigures(std::string_view text,
                                                           const std::string& file) {
  const auto table = readDelimited(text, ',', file);
  if (!table) return tl::unexpected(table.error());
  if (!table->bad_rows.empty())
    return fail(ErrorKind::kInput, fmt::format("{}:{}", file, table->bad_rows.front().line),
                table->bad_rows.front().reason);
  std::vector<PublishedFigure> figures;
  for (const RawRow& raw : table->rows) {
    const std::string where = fmt::format("{}:{}", file, raw.line);
    auto figure = figureOf(FigureReader(*table, raw, where), where);
    if (!figure) return tl::unexpected(figure.error());
    figures.push_back(*std::move(figure));
  }
  return figures;
}

std::vector<PublishedFigure> shippedPublishedFigures() {
  auto figures = parsePublishedFigures(embeddedTable(kFiguresFile), kFiguresFile);
  require(figures.has_value(), "the shipped published figures can be read");
  return *std::move(figures);
}

}  // namespace moe
