#include "app/workflows/evidence/input_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "app/workflows/project/project_paths.h"
#include "app/workflows/run/step_inputs.h"
#include "data/numbers.h"
#include "data/readers/file_text.h"
#include "data/sha256.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

/// Text after "Licence" where a line or table row begins with it.
std::string_view licenceOf(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with('|')) line = trimmed(line.substr(1));
  for (const std::string_view word : {"Licence", "License"}) {
    if (!line.starts_with(word)) continue;
    std::string_view rest = trimmed(line.substr(word.size()));
    if (!rest.starts_with('|') && !rest.starts_with(':')) continue;
    rest.remove_prefix(1);
    return trimmed(rest.ends_with('|') ? rest.substr(0, rest.size() - 1) : rest);
  }
  return {};
}

/// Collects files in the order in which they are named.
class FileList {
 public:
  explicit FileList(fs::path project_file) : folder_(project_file.parent_path()) {
    if (!project_file.empty()) add("project", project_file.generic_string());
  }

  void add(std::string role, const std::string& path) {
    std::error_code ignored;
    if (path.empty() || !fs::is_regular_file(path, ignored)) return;
    const auto known = [&](const InputFile& file) {
      return file.path == pathForProject(folder_, path);
    };
    if (std::any_of(files_.begin(), files_.end(), known)) return;
    files_.push_back(described(std::move(role), path));
  }

  std::vector<InputFile> take() && { return std::move(files_); }

 private:
  InputFile described(std::string role, const std::string& path) const {
    InputFile file{std::move(role), pathForProject(folder_, path), 0, "", "", "", false};
    if (const auto bytes = readFileBytes(path)) {
      Sha256 hash;
      hash.add(*bytes);
      file.bytes = bytes->size();
      file.sha256 = hash.hexDigest();
    }
    if (const auto text = readFileBytes(fs::path(path).parent_path() / "SOURCE.md")) {
      const SourceNote note = sourceNote(*text);
      file.origin = note.origin;
      file.licence = note.licence;
    }
    std::error_code ignored;
    file.imported = fs::is_regular_file(path + ".provenance.json", ignored);
    return file;
  }

  fs::path folder_;
  std::vector<InputFile> files_;
};

/// What a file is to a step, by the key that names it.
std::string roleInStep(const ProjectStep& step, std::string_view key) {
  if (key == "catalog") return "catalog";
  constexpr std::pair<std::string_view, std::string_view> kRoles[] = {
      {"hardware", "machine"},
      {"training_hardware", "machine that trains"},
      {"router_skew", "routing"},
      {"law_file", "law"},
      {"other_law_file", "second law"},
      {"model_template", "shape"},
      {"models", "model"}};
  const auto known = std::find_if(std::begin(kRoles), std::end(kRoles),
                                  [&](const auto& role) { return role.first == key; });
  const std::string_view role = known == std::end(kRoles) ? key : known->second;
  return fmt::format("{} of {} {}", role, stepKind(step.question), step.name);
}

}  // namespace

SourceNote sourceNote(const std::string& markdown) {
  SourceNote note;
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);) {
    if (note.origin.empty() && line.starts_with("# ")) note.origin = trimmed(line.substr(2));
    if (note.licence.empty()) note.licence = licenceOf(line);
  }
  return note;
}

std::vector<InputFile> inputFiles(const Project& project, const fs::path& project_file) {
  FileList files(project_file);
  for (const ProjectRuns& runs : project.runs)
    for (const std::string& path : runs.points.files) files.add("runs " + runs.name, path);
  for (const ProjectStep& step : project.steps)
    for (const KeyedFile& named : keyedFilesOfStep(project, step))
      files.add(roleInStep(step, named.key), named.file);
  return std::move(files).take();
}

}  // namespace moe
