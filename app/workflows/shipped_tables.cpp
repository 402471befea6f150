#include "app/workflows/shipped_tables.h"

#include <cstdlib>
#include <string_view>
#include <system_error>

namespace moe {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWritten = "data/tables/";

bool isThere(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(path, unreadable);
}

}  // namespace

fs::path shippedTables() {
  if (const char* told = std::getenv("MOEPLAN_DATA_DIR"); told != nullptr && *told != '\0')
    return told;
  std::error_code error;
  const fs::path program = fs::canonical("/proc/self/exe", error);
  if (error) return {};
  // The program that draws lies a folder deeper, in libexec/moeplan.
  for (const fs::path& from : {program.parent_path(), program.parent_path().parent_path()}) {
    const fs::path tables = fs::canonical(from / MOEPLAN_TABLES_FROM_PROGRAM, error);
    if (!error) return tables;
  }
  return {};
}

std::string findShipped(const std::string& file, const fs::path& tables) {
  if (tables.empty() || !file.starts_with(kWritten) || isThere(file)) return file;
  const fs::path shipped = tables / file.substr(kWritten.size());
  return isThere(shipped) ? shipped.string() : file;
}

}  // namespace moe
