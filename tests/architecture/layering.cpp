#include "tests/architecture/layering.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <optional>
#include <set>

namespace moe::test {
namespace {

namespace fs = std::filesystem;

struct Room {
  std::string_view name;
  std::string_view folder;
  std::vector<std::string_view> may_include;  // beside itself
};

/// From the deepest folder up: the first that fits a path is its room.
const std::vector<Room>& rooms() {
  static const std::vector<Room> kRooms{
      {"laws", "fitting/laws/", {"data"}},
      {"fitting", "fitting/", {"laws", "data"}},
      {"kernels", "costmodel/kernels/", {"costmodel", "data"}},
      {"verify", "costmodel/verify/", {"kernels", "costmodel", "data"}},
      {"planner", "costmodel/planner/", {"laws", "costmodel", "data"}},
      {"costmodel", "costmodel/", {"data"}},
      {"data", "data/", {}},
      {"workflows",
       "app/workflows/",
       {"planner", "verify", "kernels", "fitting", "laws", "costmodel", "data"}},
      {"report",
       "app/report/",
       {"workflows", "planner", "verify", "kernels", "fitting", "laws", "costmodel", "data"}},
      // Of the workflows it needs write_file.h.
      {"plot", "app/plot/", {"report", "workflows", "data"}},
      {"cli",
       "app/cli/",
       {"report", "plot", "workflows", "planner", "verify", "kernels", "fitting", "laws",
        "costmodel", "data"}},
      {"presenters",
       "app/gui/presenters/",
       {"report", "workflows", "planner", "verify", "kernels", "fitting", "laws", "costmodel",
        "data"}},
      {"gui",
       "app/gui/",
       {"presenters", "report", "plot", "workflows", "planner", "verify", "kernels", "fitting",
        "laws", "costmodel", "data"}},
  };
  return kRooms;
}

const Room* findRoom(std::string_view path) {
  const auto found = std::find_if(rooms().begin(), rooms().end(),
                                  [&](const Room& room) { return path.starts_with(room.folder); });
  return found == rooms().end() ? nullptr : &*found;
}

/// Libraries that stay inside .cpp files. A header that shows one is internal: only .cpp files of
/// its own room may include it, and headers of that room that show one themselves.
constexpr std::array<std::string_view, 6> kHiddenLibraries{"ceres/", "nlohmann/", "CLI/",
                                                           "toml++", "oneapi/",   "kainjow/"};

/// Headers that the build writes.
constexpr std::array<std::string_view, 1> kGeneratedHeaders{"embedded_tables_list.h"};

template <std::size_t count>
bool startsWithOneOf(std::string_view text, const std::array<std::string_view, count>& starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return text.starts_with(start); });
}

bool isQt(std::string_view target) {
  return (target.size() > 1 && target[0] == 'Q' && target[1] >= 'A' && target[1] <= 'Z') ||
         target.starts_with("Qt") || target.starts_with("qcustomplot");
}

struct Include {
  std::string file;  // who includes, from the root
  int line = 0;
  std::string target;
  bool quoted = false;
};

std::optional<Include> parseInclude(const std::string& text) {
  std::size_t at = text.find_first_not_of(" \t");
  if (at == std::string::npos || text[at] != '#') return std::nullopt;
  at = text.find_first_not_of(" \t", at + 1);
  if (at == std::string::npos || text.compare(at, 7, "include") != 0) return std::nullopt;
  const std::size_t open = text.find_first_of("\"<", at);
  if (open == std::string::npos) return std::nullopt;
  const std::size_t close = text.find_first_of("\">", open + 1);
  if (close == std::string::npos) return std::nullopt;
  return Include{{}, 0, text.substr(open + 1, close - open - 1), text[open] == '"'};
}

std::vector<Include> includesOf(const fs::path& root, const fs::path& file) {
  std::vector<Include> includes;
  std::ifstream stream(root / file);
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    std::optional<Include> include = parseInclude(line);
    if (!include) continue;
    include->file = file.generic_string();
    include->line = number;
    includes.push_back(*include);
  }
  return includes;
}

std::string roomProblem(const Include& include) {
  if (startsWithOneOf(include.target, kGeneratedHeaders)) return {};
  const Room* from = findRoom(include.file);
  const std::string_view to = roomOf(include.target);
  if (to.empty()) return "does not start at a room of the root";
  if (from == nullptr || from->name == to) return {};
  const auto& allowed = from->may_include;
  if (std::find(allowed.begin(), allowed.end(), to) != allowed.end()) return {};
  return fmt::format("{} must not include {}", from->name, to);
}

std::string libraryProblem(const Include& include) {
  const std::string_view room = roomOf(include.file);
  if (room == "laws" && include.target.starts_with("ceres/")) return "laws know no solver";
  if (isQt(include.target) && room != "gui" && room != "plot") return "only gui and plot know Qt";
  return {};
}

using Headers = std::set<std::string, std::less<>>;

Headers internalHeaders(const std::vector<Include>& includes) {
  Headers headers;
  for (const Include& include : includes) {
    const bool shows = !include.quoted && startsWithOneOf(include.target, kHiddenLibraries);
    if (shows && include.file.ends_with(".h")) headers.insert(include.file);
  }
  return headers;
}

std::string internalHeaderProblem(const Include& include, const Headers& internal) {
  if (!internal.contains(include.target)) return {};
  const bool hidden = include.file.ends_with(".cpp") || internal.contains(include.file);
  if (hidden && roomOf(include.file) == roomOf(include.target)) return {};
  return "shows a library that stays inside the .cpp files of its room";
}

std::string problem(const Include& include, const Headers& internal) {
  if (roomOf(include.file) == "tests") return {};  // tests may look at everything
  if (!include.quoted || isQt(include.target)) return libraryProblem(include);
  std::string why = roomProblem(include);
  return why.empty() ? internalHeaderProblem(include, internal) : why;
}

}  // namespace

std::vector<fs::path> sourceFiles(const fs::path& root) {
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator at(root), end; at != end; ++at) {
    const std::string name = at->path().filename().string();
    if (at->is_directory() && (name == "build" || name.starts_with('.'))) {
      at.disable_recursion_pending();
    } else if (name.ends_with(".h") || name.ends_with(".cpp")) {
      files.push_back(fs::relative(at->path(), root));
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string_view roomOf(std::string_view path) {
  if (path.starts_with("tests/")) return "tests";
  const Room* room = findRoom(path);
  return room == nullptr ? std::string_view{} : room->name;
}

Problems layeringProblems(const fs::path& root) {
  Problems problems;
  std::vector<Include> includes;
  for (const fs::path& file : sourceFiles(root)) {
    if (roomOf(file.generic_string()).empty()) {
      problems.push_back(file.generic_string() + ":1: lies in no room");
    }
    const std::vector<Include> found = includesOf(root, file);
    includes.insert(includes.end(), found.begin(), found.end());
  }
  const Headers internal = internalHeaders(includes);
  for (const Include& include : includes) {
    const std::string why = problem(include, internal);
    if (why.empty()) continue;
    problems.push_back(
        fmt::format("{}:{}: {}: {}", include.file, include.line, include.target, why));
  }
  return problems;
}

}  // namespace moe::test
