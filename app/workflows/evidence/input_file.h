#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/workflows/project/project.h"

namespace moe {

/// A file that a project's answers rest on.
struct InputFile {
  std::string role;  ///< "runs clark", "law of plan cheap"
  std::string path;  ///< as the project states it, relative to its folder
  std::uint64_t bytes = 0;
  std::string sha256;     ///< empty: the file cannot be read
  std::string origin;     ///< heading of a SOURCE.md in its folder; empty: there is none
  std::string licence;    ///< as that file states it; empty: it does not
  bool imported = false;  ///< its table was made by `moeplan import`, with a provenance beside
};

/// Every file that the project's steps name and that exists, each once, in the order of the
/// project. `project_file` itself comes first unless it is empty; paths are stated relative to its
/// folder.
std::vector<InputFile> inputFiles(const Project& project,
                                  const std::filesystem::path& project_file);

/// What a SOURCE.md says: its first heading, and the cell beside "Licence" (or "License") in a
/// table or the rest of a line that begins so. Either may be empty.
struct SourceNote {
  std::string origin;
  std::string licence;
};
SourceNote sourceNote(const std::string& markdown);

}  // namespace moe
