#pragma once

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "data/error.h"

namespace moe {

/// A file below a folder that is written whole: "tables/prices.csv".
struct FolderFile {
  std::string name;
  std::string content;
};

/// The list that writeFolder leaves in a folder: its schema, then the names of the files.
inline constexpr const char* kFolderList = ".moeplan-files";

/// Writes a whole folder or none: beside the target, then renamed to it, with a list of the files.
/// A folder that stands there is replaced when it is empty or holds such a list. Only what is
/// listed goes; other files move to the new folder. Refused, and left as it is: a folder without a
/// list, and one where an unlisted file has a name that is to be written. Errors (kInput) name the
/// path and the cause.
Result<void> writeFolder(const std::filesystem::path& path, const std::vector<FolderFile>& files);

/// Puts the folder `fresh` in the place of `target`; what stood there lies at `old` then. When that
/// fails, target is as it was.
std::error_code exchangeFolder(const std::filesystem::path& fresh,
                               const std::filesystem::path& target,
                               const std::filesystem::path& old);

}  // namespace moe
