#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/error.h"
#include "data/readers/column_map.h"

namespace moe {

/// One column of a table nobody has understood yet.
struct PreviewColumn {
  std::string name;
  std::vector<std::string> samples;  ///< of the first rows
  std::optional<Role> role;          ///< that its name suggests
};

struct TablePreview {
  std::string format;
  std::size_t rows = 0;
  std::vector<PreviewColumn> columns;
};

/// What a table of runs holds, for choosing its columns by hand. Errors (kInput): cannot be read or
/// split.
Result<TablePreview> previewTable(const std::filesystem::path& path, std::size_t samples = 5);

/// The --map text that reads the columns as these roles: "n=params,loss=val/loss".
std::string columnMapText(const std::vector<PreviewColumn>& columns);

}  // namespace moe
