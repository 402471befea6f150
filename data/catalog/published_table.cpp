#include "data/catalog/published_table.h"

#include <fmt/format.h>

#include <cmath>

#include "data/embedded_tables.h"
#include "data/numbers.h"
#include "data/readers/row_cells.h"

namespace moe {
namespace {

constexpr const char* kFiguresFile = "published/published_figures.csv";
constexpr MatchKind kMatchKinds[] = {
    MatchKind::kExact,  MatchKind::kInferred, MatchKind::kTolerance,    MatchKind::kNotDerivable,
    MatchKind::kFitted, MatchKind::kCircular, MatchKind::kSelfMeasured, MatchKind::kNegativeControl,
};

/// One of the last digit: 0.1 of "2.4", 1 of "450".
double lastDigit(std::string_view printed) {
  const auto point = printed.find('.');
  if (point == std::string_view::npos) return 1;
  return std::pow(10.0, -static_cast<double>(printed.size() - point - 1));
}

MatchKind readKind(RowCells& reader) {
  const std::string text = reader.text("match_kind", true);
  for (const MatchKind kind : kMatchKinds)
    if (name(kind) == text) return kind;
  reader.reject("match_kind", fmt::format("is '{}', which is no kind of match", text));
  return MatchKind::kNotDerivable;
}

/// "model=Mixtral-8x7B; experts=8".
void readArguments(RowCells& reader, PublishedFigure& figure) {
  const std::string text = reader.text("arguments", false);
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

PublishedFigure figureOf(RowCells& reader) {
  PublishedFigure figure;
  figure.where = reader.where();
  figure.system = reader.text("system", true);
  figure.quantity = reader.text("quantity", true);
  figure.published = reader.text("published", true);
  if (!parseNumber(figure.published))
    reader.reject("published", fmt::format("is '{}', which is no number", figure.published));
  figure.unit = reader.text("unit", true);
  figure.rounded_to = reader.positive("rounded_to", false).value_or(0);
  if (figure.rounded_to == 0) figure.rounded_to = lastDigit(figure.published);
  figure.kind = readKind(reader);
  figure.tolerance_percent = reader.positive("tolerance_percent", false).value_or(0);
  if ((figure.kind == MatchKind::kTolerance) != (figure.tolerance_percent > 0))
    reader.reject("tolerance_percent", "belongs to the kind tolerance, and to no other");
  figure.derivation = reader.text("derivation", false);
  readArguments(reader, figure);
  figure.convention = reader.text("convention", false);
  figure.source = reader.text("source", true);
  figure.note = reader.text("note", false);
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
  constexpr std::string_view kColumns[] = {
      "system",     "quantity",          "published",  "unit",      "rounded_to", "match_kind",
      "derivation", "tolerance_percent", "convention", "arguments", "source",     "note"};
  return checkRows(text, file, kColumns, figureOf);
}

std::vector<PublishedFigure> shippedPublishedFigures() {
  auto figures = parsePublishedFigures(embeddedTable(kFiguresFile), kFiguresFile);
  require(figures.has_value(), "the shipped published figures can be read");
  return *std::move(figures);
}

}  // namespace moe
