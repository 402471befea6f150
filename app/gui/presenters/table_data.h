#pragma once

#include <string>
#include <vector>

#include "app/report/text_table.h"

namespace moe {

/// A table on a page: texts as people read them, and what they are sorted by.
struct TableData {
  struct Cell {
    std::string text;
    double order = 0;  ///< of numbers; texts are sorted by their letters
    bool is_number = false;
  };
  struct Row {
    std::vector<Cell> cells;  ///< as many as columns
    std::string id;           ///< run or configuration
    bool checked = true;      ///< of tables whose rows can be left out
    bool emphasised = false;  ///< the recommended one
    std::string tooltip;
  };
  std::vector<report::TableColumn> columns;
  std::vector<Row> rows;
  bool checkable = false;
};

/// A report's table; texts that begin with a number are sorted by it.
TableData tableData(const report::TextTable& table);

/// The cells as lines of tab-separated text with a heading line; `rows` in this order, all when
/// empty.
std::string tabSeparated(const TableData& table, const std::vector<std::size_t>& rows = {});

}  // namespace moe
