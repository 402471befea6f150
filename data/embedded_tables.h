#pragma once

#include <string_view>

namespace moe {

/// The text of a table that was built into the program ("models.toml"), so that it needs no files.
/// Lives as long as the program. Only names listed in data/CMakeLists.txt exist; any other is our
/// own bug.
std::string_view embeddedTable(std::string_view name);

}  // namespace moe
