#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace moe {

struct LibraryVersion {
  std::string name;
  std::string version;
};

struct TableVersion {
  std::string_view name;  ///< below data/tables: "models.toml"
  std::string sha256;
  std::size_t bytes = 0;
};

/// Which program this is: what a report or a message about a bug must say so that its numbers can
/// be made again.
struct ProgramVersion {
  std::string version;      ///< "0.1.0"
  std::string commit;       ///< "c174dda41a2b"; empty: not built from a repository
  std::string commit_date;  ///< "2026-11-26"
  bool changed = false;     ///< the sources differed from the commit
  std::string build_type;   ///< "Release"
  std::string compiler;     ///< "GNU 12.2.0"
  std::vector<LibraryVersion> libraries;
  std::vector<TableVersion> tables;  ///< built in, in the order of their list
  std::string tables_sha256;         ///< of all of them: names, lengths and bytes
  std::filesystem::path shipped;     ///< see shippedTables(); empty: not there
};

/// "0.1.0 c174dda41a2b", with " changed" where the sources differed from the commit: two programs
/// that may give different numbers differ here. Stands in stamps and shards.
std::string programId();

/// Hashes the tables that are built in: some milliseconds.
ProgramVersion programVersion();

}  // namespace moe
