#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "app/report/text_table.h"

namespace moe::report {

/// Tables made for a terminal have intervals in a row of their own, below the values. Here they go
/// into the cells of the row above, as a second line.
TextTable intervalsInCells(TextTable table);

/// States units of columns that leave them to the reader ("Devices" -> "count"), by heading.
TextTable withUnits(TextTable table,
                    std::initializer_list<std::pair<const char*, const char*>> units);

/// Columns and footnotes whose numbers lack a unit in heading and cell, "Table / Heading: 12"; a
/// column called "Unit" gives one to the other columns of its row. Empty: all have one.
std::vector<std::string> numbersWithoutUnit(const TextTable& table);

/// Cells in columns of figures that show a number and keep none for programs, "Table / Heading:
/// 12".
std::vector<std::string> numbersAsTextAlone(const TextTable& table);

}  // namespace moe::report
