#pragma once

#include <filesystem>

#include "tests/architecture/layering.h"

namespace moe::test {

/// Text files that name a path of one machine, or data outside the repository. Data tables are not
/// looked at.
Problems machinePathProblems(const std::filesystem::path& root);

/// Citations (a bracket, a name, a year) in sources and documents whose key is not a heading of
/// data/REFERENCES.md.
Problems citationProblems(const std::filesystem::path& root);

/// Rooms without a README.md.
Problems readmeProblems(const std::filesystem::path& root);

}  // namespace moe::test
