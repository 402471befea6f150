#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace moe::test {

/// What every check of the sources reports: "app/cli/x.cpp:3: why".
using Problems = std::vector<std::string>;

/// Sources (.h, .cpp) below a root, relative to it and sorted; hidden folders and build/ left out.
std::vector<std::filesystem::path> sourceFiles(const std::filesystem::path& root);

/// The room that a path from the root lies in ("laws" for "fitting/laws/law.h"), "tests", or empty
/// when it lies in none.
std::string_view roomOf(std::string_view path);

/// Includes that point the wrong way, do not start at the root, or show a library where it must
/// stay hidden. The rules are tables in layering.cpp.
Problems layeringProblems(const std::filesystem::path& root);

}  // namespace moe::test
