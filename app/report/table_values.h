#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/report/text_table.h"

namespace moe::report {

/// A column of a table for programs, with the unit of every figure in it; empty: a pure number,
/// text, or a unit that differs by row and stands in the column after it.
struct ValueColumn {
  std::string heading;
  std::string unit = {};
};

/// Nothing, a figure in full precision, or a text.
using TableValue = std::variant<std::monostate, double, std::string>;

struct ValueTable {
  std::vector<ValueColumn> columns;
  std::vector<std::vector<TableValue>> rows;  ///< each as long as `columns`
};

/// What a table holds, for programs: one figure a column. A column of the table becomes one of its
/// values and, where there are intervals, "HEADING low" and "HEADING high"; where its texts show
/// several figures, these of each, "HEADING NAME". Where the unit differs by row a column "HEADING
/// unit" follows. Columns of text keep it before their figures. In a column of figures a cell
/// without one keeps its text; "-" is nothing, and so is a figure that is not finite.
ValueTable valuesOf(const TextTable& table);

/// "HEADING (unit)".
std::string headingOf(const ValueColumn& column);

/// The values as CSV [RFC4180]: a heading line with units, then one line a row; lines within a text
/// are joined by blanks. Figures are as short as they can be without losing a bit.
std::string tableCsv(const TextTable& table);

}  // namespace moe::report
