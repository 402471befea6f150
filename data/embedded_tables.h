#pragma once

#include <string_view>
#include <vector>

namespace moe {

/// The bytes of a table that was built into the program, so that it needs no files: its path below
/// data/tables ("models.toml"). Lives as long as the program. Only names listed in
/// data/CMakeLists.txt exist; any other is our own bug.
std::string_view embeddedTable(std::string_view name);
bool hasEmbeddedTable(std::string_view name);
/// All of them, in the order of that list.
std::vector<std::string_view> embeddedTableNames();

/// Of all of them, in a fixed order.
std::vector<std::string_view> embeddedTableNames();

}  // namespace moe
