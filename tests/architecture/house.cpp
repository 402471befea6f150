#include "tests/architecture/house.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <regex>
#include <set>
#include <string>

namespace moe::test {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> kTextEndings{".h",  ".cpp",  ".cmake", ".txt", ".md",
                                                       ".sh", ".json", ".toml",  ".yml"};

constexpr std::array<std::string_view, 56> kRoomsWithReadme{".",
                                                            "app",
                                                            "app/cli",
                                                            "app/cli/shell",
                                                            "app/cluster",
                                                            "app/gui",
                                                            "app/gui/presenters",
                                                            "app/package",
                                                            "app/plot",
                                                            "app/report",
                                                            "app/report/document",
                                                            "app/report/plots",
                                                            "app/report/run",
                                                            "app/workflows",
                                                            "app/workflows/evidence",
                                                            "app/workflows/import",
                                                            "app/workflows/project",
                                                            "app/workflows/run",
                                                            "app/workflows/shard",
                                                            "costmodel",
                                                            "costmodel/accounting",
                                                            "costmodel/adaptation",
                                                            "costmodel/advice",
                                                            "costmodel/engine",
                                                            "costmodel/kernels",
                                                            "costmodel/kernels/reference",
                                                            "costmodel/kernels/routing",
                                                            "costmodel/operators",
                                                            "costmodel/planner",
                                                            "costmodel/price",
                                                            "costmodel/routing",
                                                            "costmodel/traffic",
                                                            "costmodel/training",
                                                            "costmodel/verify",
                                                            "costmodel/verify/layers",
                                                            "costmodel/verify/measure",
                                                            "data",
                                                            "data/catalog",
                                                            "data/kernels",
                                                            "data/logs",
                                                            "data/logs/text",
                                                            "data/routing",
                                                            "data/tables",
                                                            "fitting",
                                                            "fitting/laws",
                                                            "fitting/trust",
                                                            "tests",
                                                            "tests/bench",
                                                            "tests/faulty",
                                                            "tests/fuzz",
                                                            "tests/golden/help",
                                                            "tests/golden/import",
                                                            "tests/golden/logs",
                                                            "tests/golden/report",
                                                            "tests/gui",
                                                            "tests/plot"};

bool isText(const fs::path& path) {
  const std::string name = path.filename().string();
  if (path.parent_path().filename() == ".ci") return true;
  return std::any_of(kTextEndings.begin(), kTextEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

bool isSkippedFolder(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name == "build" || name == "tables" || (name.starts_with('.') && name != ".ci");
}

std::vector<fs::path> textFiles(const fs::path& root) {
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator at(root), end; at != end; ++at) {
    if (at->is_directory() && isSkippedFolder(at->path())) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file() && isText(at->path())) {
      files.push_back(at->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void forEachLine(const fs::path& file, const std::function<void(int, const std::string&)>& visit) {
  std::ifstream stream(file);
  int number = 0;
  for (std::string line; std::getline(stream, line);) visit(++number, line);
}

/// Broken into pieces, so that this file does not find itself.
const std::regex& machinePath() {
  static const std::regex kPattern(R"((^|[\s"'(=`:])/(work|tmp|home|root)(/|\b))"
                                   R"(|\.\./)"
                                   "shared");
  return kPattern;
}

}  // namespace

Problems machinePathProblems(const fs::path& root) {
  Problems problems;
  for (const fs::path& file : textFiles(root)) {
    forEachLine(file, [&](int number, const std::string& line) {
      std::smatch match;
      if (!std::regex_search(line, match, machinePath())) return;
      problems.push_back(fmt::format("{}:{}: names a place of one machine: {}",
                                     fs::relative(file, root).generic_string(), number,
                                     match.str()));
    });
  }
  return problems;
}

Problems citationProblems(const fs::path& root) {
  static const std::regex kCitation(R"(\[([A-Z][A-Za-z]+(19|20)\d\d)\b)");
  static const std::regex kHeading(R"(^## ([A-Z][A-Za-z]+\d{4})$)");
  std::set<std::string> known;
  forEachLine(root / "data/REFERENCES.md", [&](int, const std::string& line) {
    std::smatch match;
    if (std::regex_match(line, match, kHeading)) known.insert(match[1]);
  });
  Problems problems;
  for (const fs::path& file : textFiles(root)) {
    forEachLine(file, [&](int number, const std::string& line) {
      for (std::sregex_iterator match(line.begin(), line.end(), kCitation), end; match != end;
           ++match) {
        const std::string key = (*match)[1];
        if (known.contains(key)) continue;
        problems.push_back(fmt::format("{}:{}: {} is not in data/REFERENCES.md",
                                       fs::relative(file, root).generic_string(), number, key));
      }
    });
  }
  return problems;
}

Problems readmeProblems(const fs::path& root) {
  Problems problems;
  for (const std::string_view room : kRoomsWithReadme) {
    const fs::path folder = root / room;
    if (!fs::is_directory(folder) || fs::is_empty(folder)) continue;
    if (!fs::is_regular_file(folder / "README.md")) {
      problems.push_back(fmt::format("{}: has no README.md", room));
    }
  }
  return problems;
}

}  // namespace moe::test
