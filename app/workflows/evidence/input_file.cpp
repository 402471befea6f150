#include "app/workflows/evidence/input_file.h"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <system_error>

#include "app/workflows/project/project_paths.h"
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

struct StepFiles {
  FileList& files;
  const std::string& name;

  void operator()(const ProjectFit&) {}
  void operator()(const ProjectComparison&) {}
  void operator()(const CostRequest& request) {
    files.add("model of cost " + name, request.model);
    files.add("machine of cost " + name, request.hardware);
    files.add("lengths of cost " + name, request.lengths);
    files.add("routing of cost " + name, request.router_skew);
  }
  void operator()(const TrainingCostRequest& request) {
    files.add("model of training " + name, request.model);
  }
  void operator()(const ProjectPlan& plan) {
    std::visit([&](const auto& question) { addPlan(question); }, plan.question);
  }
  void addPlan(const PlanQuestion& question) {
    files.add("law of plan " + name, question.law_file);
  }
  void addPlan(const LifetimeQuestion& question) {
    files.add("law of plan " + name, question.law_file);
    files.add("second law of plan " + name, question.other_law_file);
    files.add("shape of plan " + name, question.model_template);
    for (const std::string& model : question.models) files.add("model of plan " + name, model);
  }
};

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
  for (const char* name : {"models.toml", "hardware.toml"})
    if (!project.catalog_dir.empty())
      files.add("catalog", (fs::path(project.catalog_dir) / name).string());
  for (const ProjectStep& step : project.steps)
    std::visit(StepFiles{files, step.name}, step.question);
  return std::move(files).take();
}

}  // namespace moe
