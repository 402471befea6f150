#pragma once

// Internal to the readers of small tables: columns by exact name, cells as whole numbers.

#include <cstddef>
#include <string>
#include <string_view>

#include "data/error.h"
#include "data/readers/raw_table.h"

namespace moe {

/// The column of this name. An error names those that there are.
Result<std::size_t> columnNamed(const RawTable& table, std::string_view column,
                                const std::string& where);

/// A cell as a whole number from `least` to 1e12. An error names line, column and value.
Result<std::size_t> wholeCell(const RawTable& table, const RawRow& row, std::size_t column,
                              std::size_t least, const std::string& where);

/// An error for the first row that could not be split, or for a table without rows.
Result<void> checkRows(const RawTable& table, const std::string& where);

}  // namespace moe
