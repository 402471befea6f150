#pragma once

#include <filesystem>
#include <string>

namespace moe {

/// The folder with the files that ship beside the program (tables of runs, logs, an example
/// project): the environment variable MOEPLAN_DATA_DIR, else ../share/moeplan as seen from the
/// program's own file, wherever that was moved to. A build keeps a link there to data/tables.
/// Empty: there is none.
std::filesystem::path shippedTables();

/// A file to read, as the user wrote it. When it is not there and is written as in the
/// documentation, data/tables/..., the file of that name in `tables`; else as it was written.
std::string findShipped(const std::string& file, const std::filesystem::path& tables);

}  // namespace moe
