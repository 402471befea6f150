#pragma once

#include <string>

#include "app/workflows/version.h"

namespace moe::report {

/// The version on the first line, "moeplan 0.1.0"; then commit, build, tables and libraries. The
/// last line has no newline: the command line adds it.
std::string versionText(const ProgramVersion& program);

/// The document moeplan.version/1, with the hash of every table.
std::string versionJson(const ProgramVersion& program);

}  // namespace moe::report
