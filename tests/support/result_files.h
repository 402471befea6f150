#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "tests/support/temporary_folder.h"

namespace moe::test {

/// Every file below a folder of results with its bytes, but what tells of one run alone: its times
/// and its lock.
inline std::map<std::string, std::string> resultsIn(const std::filesystem::path& results) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(results)) {
    const std::string name = entry.path().lexically_relative(results).generic_string();
    if (entry.is_directory() || name == "run.json" || name == ".lock") continue;
    files[name] = fileText(entry.path());
  }
  return files;
}

}  // namespace moe::test
