#include "app/report/table_values.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "data/csv_field.h"
#include "data/numbers.h"

namespace moe::report {
namespace {

TableValue valueOf(const std::optional<double>& figure) {
  if (!figure || !std::isfinite(*figure)) return {};
  return *figure;
}

TableValue textValue(const std::string& text) {
  if (text.empty() || text == kNothing) return {};
  return text;
}

/// The figures of one name in one column of a table.
struct FigureColumn {
  std::string name;
  bool values = false;
  bool spans = false;
  std::vector<std::string> units = {};  ///< each once

  bool oneUnit() const { return units.size() < 2; }
};

const TableNumber* figureNamed(const TableCell& cell, const std::string& name) {
  const auto found = std::find_if(cell.numbers.begin(), cell.numbers.end(),
                                  [&](const TableNumber& one) { return one.name == name; });
  return found == cell.numbers.end() ? nullptr : &*found;
}

std::string unitIn(const TableColumn& column, const TableNumber& number) {
  return number.unit.empty() ? column.unit : number.unit;
}

std::vector<FigureColumn> figuresOf(const TextTable& table, std::size_t at) {
  std::vector<FigureColumn> figures;
  for (const TableRow& row : table.rows)
    for (const TableNumber& number : row[at].numbers) {
      auto found = std::find_if(figures.begin(), figures.end(),
                                [&](const FigureColumn& one) { return one.name == number.name; });
      if (found == figures.end()) found = figures.insert(found, FigureColumn{number.name});
      found->values = found->values || number.value;
      found->spans = found->spans || number.low || number.high;
      const std::string unit = unitIn(table.columns[at], number);
      if (std::find(found->units.begin(), found->units.end(), unit) == found->units.end())
        found->units.push_back(unit);
    }
  return figures;
}

/// Turns one column of a table after the other into columns of values.
class ValueWriter {
 public:
  explicit ValueWriter(const TextTable& table) : table_(table) {
    values_.rows.resize(table.rows.size());
  }

  ValueTable write() && {
    for (std::size_t at = 0; at < table_.columns.size(); ++at) {
      const std::vector<FigureColumn> figures = figuresOf(table_, at);
      if (figures.empty() || table_.columns[at].align == Align::kLeft) addTexts(at);
      for (const FigureColumn& figure : figures) addFigures(at, figure);
    }
    return std::move(values_);
  }

 private:
  template <class ValueOfCell>
  void add(ValueColumn column, std::size_t at, const ValueOfCell& value) {
    values_.columns.push_back(std::move(column));
    for (std::size_t row = 0; row < table_.rows.size(); ++row)
      values_.rows[row].push_back(value(table_.rows[row][at]));
  }

  void addTexts(std::size_t at) {
    const TableColumn& column = table_.columns[at];
    add({column.heading, column.unit}, at,
        [](const TableCell& cell) { return textValue(cell.text); });
  }

  void addFigures(std::size_t at, const FigureColumn& figure) {
    const TableColumn& column = table_.columns[at];
    const std::string heading =
        figure.name.empty() ? column.heading : column.heading + " " + figure.name;
    const std::string unit = figure.oneUnit() ? figure.units.front() : "";
    const bool texts = figure.name.empty() && column.align == Align::kRight;
    const auto part = [&](auto member, bool or_text) {
      return [&figure, member, or_text](const TableCell& cell) -> TableValue {
        if (const TableNumber* number = figureNamed(cell, figure.name))
          return valueOf(number->*member);
        return or_text ? textValue(cell.text) : TableValue();
      };
    };
    if (figure.values) add({heading, unit}, at, part(&TableNumber::value, texts));
    if (figure.spans) {
      add({heading + " low", unit}, at, part(&TableNumber::low, false));
      add({heading + " high", unit}, at, part(&TableNumber::high, false));
    }
    if (figure.oneUnit()) return;
    add({heading + " unit"}, at, [&](const TableCell& cell) -> TableValue {
      const TableNumber* number = figureNamed(cell, figure.name);
      return number == nullptr ? TableValue() : textValue(unitIn(column, *number));
    });
  }

  const TextTable& table_;
  ValueTable values_;
};

/// Lines of a text joined by blanks: some readers of CSV take a row for a line.
std::string inOneLine(std::string text) {
  for (char& letter : text)
    if (letter == '\n' || letter == '\r') letter = ' ';
  return text;
}

struct CsvText {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(double figure) const { return exactNumber(figure); }
  std::string operator()(const std::string& text) const { return csvField(inOneLine(text)); }
};

}  // namespace

ValueTable valuesOf(const TextTable& table) { return ValueWriter(table).write(); }

std::string headingOf(const ValueColumn& column) {
  return column.unit.empty() ? column.heading : column.heading + " (" + column.unit + ")";
}

std::string tableCsv(const TextTable& table) {
  const ValueTable values = valuesOf(table);
  std::string csv;
  for (std::size_t i = 0; i < values.columns.size(); ++i)
    csv += (i == 0 ? "" : ",") + csvField(headingOf(values.columns[i]));
  csv += "\r\n";
  for (const auto& row : values.rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      csv += (i == 0 ? "" : ",") + std::visit(CsvText{}, row[i]);
    csv += "\r\n";
  }
  return csv;
}

}  // namespace moe::report
