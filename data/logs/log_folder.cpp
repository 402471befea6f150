#include "data/logs/log_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "data/logs/mlflow_reader.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

bool isDigit(char letter) { return letter >= '0' && letter <= '9'; }

/// The digits at the start of `text` without leading zeros, and how many characters they took.
std::pair<std::string_view, std::size_t> leadingNumber(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && isDigit(text[end])) ++end;
  std::string_view digits = text.substr(0, end);
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return {digits, end};
}

std::string lowerCase(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return lower;
}

/// Endings that say how a log is written, not which run it is.
constexpr std::array<std::string_view, 14> kEndings{".gz",   ".zst",   ".zstd",   ".csv", ".tsv",
                                                    ".json", ".jsonl", ".ndjson", ".log", ".txt",
                                                    ".out",  ".err",   ".wandb",  ".tmp"};

std::string withoutEndings(std::string_view name) {
  const std::string lower = lowerCase(name);
  std::size_t size = name.size();
  for (bool cut = true; cut;) {
    cut = false;
    for (const std::string_view ending : kEndings) {
      if (size <= ending.size() || !std::string_view(lower).substr(0, size).ends_with(ending))
        continue;
      size -= ending.size();
      cut = true;
    }
  }
  return std::string(name.substr(0, size));
}

/// File names that every run has.
bool saysNothing(std::string_view stem) {
  static constexpr std::array<std::string_view, 12> kNames{
      "trainer_state", "main",   "log",    "train",         "history",  "metrics",
      "output",        "stdout", "stderr", "wandb-history", "training", "logs"};
  return std::find(kNames.begin(), kNames.end(), stem) != kNames.end();
}

std::string folderOf(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return std::string(slash == std::string_view::npos ? std::string_view() : name.substr(0, slash));
}

std::string parentOf(const LogFile& file) {
  const std::string folder = folderOf(file.name);
  if (!folder.empty()) return folder;
  std::error_code ignored;
  return fs::absolute(file.path, ignored).lexically_normal().parent_path().filename().string();
}

bool isEventFile(std::string_view format) { return format == "tensorboard"; }

std::string runName(const LogFile& file, std::string_view format) {
  const std::string stem = withoutEndings(file.name);
  const std::string last =
      stem.substr(stem.rfind('/') == std::string::npos ? 0 : stem.rfind('/') + 1);
  if (format == "mlflow") {
    if (const auto run = mlflowRunFolder(file.path)) return run->filename().string();
  }
  if (isEventFile(format) || saysNothing(lowerCase(last))) {
    const std::string parent = parentOf(file);
    return parent.empty() ? stem : parent;
  }
  return stem;
}

/// Files with one key are pieces of one run.
std::string pieceKey(const LogFile& file, std::string_view format, PieceRule rule) {
  const std::string folder = file.path.parent_path().string();
  switch (rule) {
    case PieceRule::kAll:
      return "";
    case PieceRule::kFolder:
      return folder;
    case PieceRule::kFile:
      return file.path.string();
    case PieceRule::kAuto:
      break;
  }
  if (isEventFile(format)) return folder + "/events";
  if (format == "mlflow") {
    if (const auto run = mlflowRunFolder(file.path)) return run->string();
  }
  if (format == "wandb") return file.path.filename().string();  // run-ID.wandb
  return folder + "/" + withoutRestartSuffix(withoutEndings(file.path.filename().string()));
}

Result<void> addFolder(const fs::path& folder, std::vector<LogFile>& files) {
  std::error_code error;
  std::vector<LogFile> found;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const fs::path& path = at->path();
    std::error_code ignored;
    if (path.filename().string().starts_with('.')) {
      if (at->is_directory(ignored)) at.disable_recursion_pending();
    } else if (at->is_regular_file(ignored)) {
      found.push_back({path, path.lexically_relative(folder).generic_string(), false});
    }
  }
  if (error) return fail(ErrorKind::kInput, folder.string(), "cannot read: " + error.message());
  if (found.empty()) return fail(ErrorKind::kInput, folder.string(), "there is no file in it");
  std::sort(found.begin(), found.end(),
            [](const LogFile& a, const LogFile& b) { return naturallyBefore(a.name, b.name); });
  files.insert(files.end(), found.begin(), found.end());
  return {};
}

/// Two runs of one name are told apart by their whole paths.
void makeNamesUnique(std::vector<LogGroup>& groups, std::span<const LogFile> files) {
  std::map<std::string, int> uses;
  for (const LogGroup& group : groups) ++uses[group.name];
  for (LogGroup& group : groups) {
    if (uses[group.name] > 1) group.name = withoutEndings(files[group.files.front()].path.string());
  }
}

}  // namespace

Result<PieceRule> parsePieceRule(std::string_view text) {
  if (text == "auto") return PieceRule::kAuto;
  if (text == "file") return PieceRule::kFile;
  if (text == "folder") return PieceRule::kFolder;
  if (text == "all") return PieceRule::kAll;
  return fail(ErrorKind::kUsage, "--pieces",
              fmt::format("'{}' is none of auto, file, folder and all", text));
}

bool naturallyBefore(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (isDigit(a[i]) && isDigit(b[j])) {
      const auto [left, left_size] = leadingNumber(a.substr(i));
      const auto [right, right_size] = leadingNumber(b.substr(j));
      if (left.size() != right.size()) return left.size() < right.size();
      if (left != right) return left < right;
      i += left_size;
      j += right_size;
    } else {
      if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
      ++i;
      ++j;
    }
  }
  if ((i < a.size()) != (j < b.size())) return j < b.size();
  return a < b;  // "01" and "1"
}

std::string withoutRestartSuffix(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kMarks{"restart", "restarted", "resume",
                                                          "resumed", "continue",  "continued",
                                                          "cont",    "part",      "attempt"};
  const auto isSeparator = [](char letter) {
    return letter == '.' || letter == '_' || letter == '-' || letter == ' ';
  };
  std::size_t end = name.size();
  while (end > 0 && isDigit(name[end - 1])) --end;
  if (end < name.size() && end > 0 && isSeparator(name[end - 1])) --end;
  const std::string lower = lowerCase(name.substr(0, end));
  for (const std::string_view mark : kMarks) {
    if (!lower.ends_with(mark) || lower.size() < mark.size() + 2) continue;
    const std::size_t start = lower.size() - mark.size();
    if (isSeparator(lower[start - 1])) return std::string(name.substr(0, start - 1));
  }
  return std::string(name);
}

Result<std::vector<LogFile>> findLogFiles(std::span<const std::string> paths) {
  std::vector<LogFile> files;
  for (const std::string& text : paths) {
    const fs::path path(text);
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status))
      return fail(ErrorKind::kInput, text, "there is no such file or folder");
    if (!fs::is_directory(status)) {
      files.push_back({path, path.filename().string(), true});
    } else if (auto added = addFolder(path, files); !added) {
      return tl::unexpected(added.error());
    }
  }
  return files;
}

std::vector<LogGroup> groupLogFiles(std::span<const LogFile> files,
                                    std::span<const std::string_view> formats, PieceRule rule) {
  std::map<std::string, std::size_t> group_of_key;
  std::vector<LogGroup> groups;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto [known, fresh] =
        group_of_key.emplace(pieceKey(files[i], formats[i], rule), groups.size());
    if (fresh)
      groups.push_back(
          {rule == PieceRule::kFolder ? parentOf(files[i]) : runName(files[i], formats[i]), {}});
    groups[known->second].files.push_back(i);
  }
  for (LogGroup& group : groups) {
    if (rule == PieceRule::kAll || group.files.size() < 2) continue;
    std::stable_sort(group.files.begin(), group.files.end(), [&](std::size_t a, std::size_t b) {
      return naturallyBefore(withoutEndings(files[a].name), withoutEndings(files[b].name));
    });
    if (rule == PieceRule::kAuto) {
      group.name =
          withoutRestartSuffix(runName(files[group.files.front()], formats[group.files.front()]));
    }
  }
  makeNamesUnique(groups, files);
  return groups;
}

}  // namespace moe
