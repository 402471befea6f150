#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/error.h"

namespace moe {

/// A file below a folder that is written whole: "tables/prices.csv".
struct FolderFile {
  std::string name;
  std::string content;
};

/// Writes a whole folder or none: beside the target, then renamed to it. A folder that stands there
/// is replaced when it is empty or holds a file `mark`, by which an earlier writing is known; any
/// other is left as it is and refused. `mark` should be among the files. Errors (kInput) name the
/// path and the cause.
Result<void> writeFolder(const std::filesystem::path& path, const std::vector<FolderFile>& files,
                         const std::string& mark);

}  // namespace moe
