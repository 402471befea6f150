#include "app/workflows/project/project_paths.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace moe {

namespace fs = std::filesystem;

bool isPath(PathKind kind, const std::string& text) {
  if (text.empty() || kind == PathKind::kNone) return false;
  if (kind == PathKind::kFile) return true;
  if (kind == PathKind::kRouting)
    return text != "even" && text != "power-law" && !text.starts_with("power-law:");
  std::string_view name = text;
  if (name.ends_with(".gz")) name.remove_suffix(3);
  constexpr std::array<std::string_view, 3> kEndings{".toml", ".json", ".csv"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

std::vector<std::string> filesAt(const std::string& path) {
  std::vector<std::string> files;
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  for (fs::recursive_directory_iterator at(path, error), end; !error && at != end;
       at.increment(error))
    if (std::error_code ignored; at->is_regular_file(ignored))
      files.push_back(at->path().generic_string());
  std::sort(files.begin(), files.end());
  return files;
}

std::string pathFromProject(const fs::path& folder, const std::string& text) {
  const fs::path path(text);
  if (path.is_absolute() || folder.empty()) return text;
  return (folder / path).lexically_normal().generic_string();
}

std::string pathForProject(const fs::path& folder, const std::string& text) {
  const fs::path path(text);
  const fs::path base = fs::absolute(folder.empty() ? fs::path(".") : folder).lexically_normal();
  const fs::path target = fs::absolute(path).lexically_normal();
  const fs::path relative = target.lexically_relative(base);
  const bool outside = relative.empty() || *relative.begin() == "..";
  if (path.is_absolute() && outside && !folder.is_absolute()) return text;
  return relative.empty() ? target.generic_string() : relative.generic_string();
}

std::string pathOfFile(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(path, error);
  const fs::path here = error ? fs::path() : fs::current_path(error);
  const fs::path seen = error ? fs::path() : real.lexically_relative(here);
  return seen.empty() ? path : seen.generic_string();
}

}  // namespace moe
