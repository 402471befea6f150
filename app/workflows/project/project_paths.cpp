#include "app/workflows/project/project_paths.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace moe {

namespace fs = std::filesystem;

bool isPath(PathKind kind, const std::string& text) {
  if (text.empty() || kind == PathKind::kNone) return false;
  if (kind == PathKind::kFile) return true;
  std::string_view name = text;
  if (name.ends_with(".gz")) name.remove_suffix(3);
  constexpr std::array<std::string_view, 3> kEndings{".toml", ".json", ".csv"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
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
  if (path.is_absolute() && outside) return text;
  return relative.empty() ? target.generic_string() : relative.generic_string();
}

}  // namespace moe
