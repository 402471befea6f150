#include "app/workflows/write_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "app/workflows/write_file.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> cannotWriteFolder(const fs::path& path, const std::error_code& cause) {
  return fail(ErrorKind::kInput, path.string(), "cannot write: " + cause.message());
}

/// Without a slash at the end, which would name an empty file in the folder.
fs::path withoutSlash(const fs::path& path) {
  return path.filename().empty() ? path.parent_path() : path;
}

/// Whether what stands at the target may be replaced.
Result<void> mayReplace(const fs::path& target, const std::string& mark) {
  std::error_code error;
  if (!fs::exists(target, error)) return {};
  if (!fs::is_directory(target, error))
    return fail(ErrorKind::kInput, target.string(), "cannot write: it is no folder");
  const bool empty = fs::is_empty(target, error);
  if (error) return cannotWriteFolder(target, error);
  if (empty || fs::exists(target / mark, error)) return {};
  return fail(
      ErrorKind::kInput, target.string(),
      fmt::format("cannot write: the folder holds other files (no {}); name a new folder", mark));
}

Result<void> fillFolder(const fs::path& folder, const fs::path& shown,
                        const std::vector<FolderFile>& files) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return cannotWriteFolder(shown, error);
  for (const FolderFile& file : files) {
    const fs::path path = folder / file.name;
    fs::create_directories(path.parent_path(), error);
    if (error) return cannotWriteFolder(shown, error);
    if (auto written = writeFile(path, file.content); !written) return written;
  }
  return {};
}

}  // namespace

Result<void> writeFolder(const fs::path& path, const std::vector<FolderFile>& files,
                         const std::string& mark) {
  const fs::path target = withoutSlash(path);
  if (target.empty()) return fail(ErrorKind::kInput, "output folder", "the name is empty");
  if (auto may = mayReplace(target, mark); !may) return may;
  const std::string base = fmt::format("{}.{}", target.string(), ::getpid());
  const fs::path fresh = base + ".part";
  const fs::path old = base + ".old";
  std::error_code error;
  auto filled = fillFolder(fresh, path, files);
  if (filled && fs::exists(target, error)) fs::rename(target, old, error);
  if (filled && !error) fs::rename(fresh, target, error);
  if (filled && error) filled = cannotWriteFolder(path, error);
  std::error_code ignored;
  if (!filled && fs::exists(old, ignored) && !fs::exists(target, ignored))
    fs::rename(old, target, ignored);
  fs::remove_all(fresh, ignored);
  fs::remove_all(old, ignored);
  return filled;
}

}  // namespace moe
