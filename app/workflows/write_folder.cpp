#include "app/workflows/write_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <set>
#include <sstream>

#include "app/workflows/write_file.h"
#include "data/readers/file_text.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

constexpr const char* kListSchema = "moeplan.folder/1";

tl::unexpected<Error> cannotWriteFolder(const fs::path& path, const std::string& cause) {
  return fail(ErrorKind::kInput, path.string(), "cannot write: " + cause);
}

/// Without a slash at the end, which would name an empty file in the folder, and without links.
fs::path folderTarget(const fs::path& path) {
  const fs::path target = path.filename().empty() ? path.parent_path() : path;
  std::error_code error;
  const fs::path linked = fs::canonical(target, error);
  return error ? target : linked;
}

std::string folderListText(const std::vector<FolderFile>& files) {
  std::string text = std::string(kListSchema) + '\n';
  for (const FolderFile& file : files) text += file.name + '\n';
  return text;
}

/// The files that an earlier writing listed. Names that lead out of the folder are no names.
std::optional<std::set<std::string>> listedFiles(const fs::path& folder) {
  const auto text = readFileBytes(folder / kFolderList);
  if (!text) return std::nullopt;
  std::istringstream lines(*text);
  std::string line;
  if (!std::getline(lines, line) || line != kListSchema) return std::nullopt;
  std::set<std::string> names{kFolderList};
  while (std::getline(lines, line)) {
    const fs::path name = fs::path(line).lexically_normal();
    if (!name.empty() && name.is_relative() && *name.begin() != "..")
      names.insert(name.generic_string());
  }
  return names;
}

/// What is below the folder and no folder itself, as names below it.
std::vector<fs::path> entriesBelow(const fs::path& folder, std::error_code& error) {
  std::vector<fs::path> names;
  fs::recursive_directory_iterator entries(folder, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    const bool folder_itself = entries->is_directory() && !entries->is_symlink();
    if (!folder_itself) names.push_back(entries->path().lexically_relative(folder));
  }
  return names;
}

/// Whether what stands at the target may be replaced.
Result<void> mayReplace(const fs::path& target, const std::vector<FolderFile>& files) {
  std::error_code error;
  if (!fs::exists(target, error)) return {};
  if (!fs::is_directory(target, error)) return cannotWriteFolder(target, "it is no folder");
  const bool empty = fs::is_empty(target, error);
  if (error) return cannotWriteFolder(target, error.message());
  if (empty) return {};
  const auto listed = listedFiles(target);
  if (!listed)
    return cannotWriteFolder(target, fmt::format("the folder holds other files (no {}); name a "
                                                 "new folder",
                                                 kFolderList));
  for (const FolderFile& file : files)
    if (!listed->contains(file.name) && fs::exists(target / file.name, error))
      return cannotWriteFolder(target / file.name,
                               "a file of yours stands there; move it, or name a new folder");
  return {};
}

Result<void> fillFolder(const fs::path& folder, const fs::path& shown,
                        const std::vector<FolderFile>& files) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return cannotWriteFolder(shown, error.message());
  for (const FolderFile& file : files) {
    const fs::path path = folder / file.name;
    fs::create_directories(path.parent_path(), error);
    if (error) return cannotWriteFolder(shown, error.message());
    if (auto written = writeFile(path, file.content); !written) return written;
  }
  return writeFile(folder / kFolderList, folderListText(files));
}

/// Moves what is not listed from the old folder to the new one, then removes the old one.
Result<void> keepOthers(const fs::path& old, const fs::path& target) {
  std::error_code error;
  if (!fs::exists(old, error)) return {};
  const auto listed = listedFiles(old);
  for (const fs::path& name : entriesBelow(old, error)) {
    if (listed && listed->contains(name.generic_string())) continue;
    fs::create_directories((target / name).parent_path(), error);
    if (!error) fs::rename(old / name, target / name, error);
    if (error) break;
  }
  if (error)
    return cannotWriteFolder(
        target, fmt::format("{}; files of yours are in {} now", error.message(), old.string()));
  fs::remove_all(old, error);
  return {};
}

}  // namespace

std::error_code exchangeFolder(const fs::path& fresh, const fs::path& target, const fs::path& old) {
  std::error_code error;
  if (fs::exists(target, error)) fs::rename(target, old, error);
  if (error) return error;
  fs::rename(fresh, target, error);
  std::error_code ignored;
  if (error && fs::exists(old, ignored) && !fs::exists(target, ignored))
    fs::rename(old, target, ignored);
  return error;
}

Result<void> writeFolder(const fs::path& path, const std::vector<FolderFile>& files) {
  const fs::path target = folderTarget(path);
  if (target.empty()) return fail(ErrorKind::kInput, "output folder", "the name is empty");
  if (auto may = mayReplace(target, files); !may) return may;
  const std::string base = fmt::format("{}.{}", target.string(), ::getpid());
  const fs::path fresh = base + ".part";
  const fs::path old = base + ".old";
  auto filled = fillFolder(fresh, path, files);
  if (filled)
    if (const std::error_code error = exchangeFolder(fresh, target, old); error)
      filled = cannotWriteFolder(path, error.message());
  std::error_code ignored;
  fs::remove_all(fresh, ignored);
  return filled ? keepOthers(old, target) : filled;
}

}  // namespace moe
