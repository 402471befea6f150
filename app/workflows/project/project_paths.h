#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/workflows/project/question_field.h"

namespace moe {

/// Whether the text of a field of this kind is a path.
bool isPath(PathKind kind, const std::string& text);

/// The files that a path stands for: itself, also where it is missing, or every file below it,
/// sorted.
std::vector<std::string> filesAt(const std::string& path);

/// A path that a project states, seen from the working folder.
std::string pathFromProject(const std::filesystem::path& folder, const std::string& text);

/// A path seen from the working folder as a project in `folder` states it: relative to the folder,
/// with forward slashes. An absolute path that lies outside the folder stays as it is, unless the
/// folder is absolute too: every path seen from there is, whatever the file said.
std::string pathForProject(const std::filesystem::path& folder, const std::string& text);

/// One spelling for every way to name a file: without links, "." and "..", and seen from the
/// working folder. For what tells whether two names are one file, never for what people read.
std::string pathOfFile(const std::string& path);

}  // namespace moe
