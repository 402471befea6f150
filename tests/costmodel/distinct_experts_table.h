#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "data/numbers.h"
#include "data/readers/file_text.h"
#include "data/readers/raw_table.h"

namespace moe::test {

/// data/tables/routing/distinct_experts.csv, by name of column.
inline std::map<std::string, std::vector<double>> distinctExpertsTable() {
  const auto file =
      readFileText(std::string(MOEPLAN_SOURCE_DIR) + "/data/tables/routing/distinct_experts.csv");
  const auto table = readDelimited(file.value().text, ',', "distinct_experts.csv");
  std::map<std::string, std::vector<double>> columns;
  for (const RawRow& row : table.value().rows) {
    for (std::size_t i = 0; i < table->columns.size(); ++i)
      columns[table->columns[i]].push_back(parseNumber(row.cell(i)).value());
  }
  EXPECT_EQ(columns["B"].size(), 10u);
  return columns;
}

}  // namespace moe::test
