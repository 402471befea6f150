#include "app/workflows/run/step_inputs.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "app/workflows/import/file_hash.h"
#include "app/workflows/project/project_paths.h"
#include "app/workflows/project/question_fields.h"
#include "data/embedded_tables.h"
#include "data/sha256.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

bool isFile(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

void addFilesAt(std::string_view key, const std::string& path, std::vector<KeyedFile>& files) {
  for (std::string& file : filesAt(path)) files.push_back({std::string(key), std::move(file)});
}

/// Files among the texts of a question: what is one by its key, or by its ending, or is there.
struct FileCollector {
  std::vector<KeyedFile>& files;

  void add(std::string_view key, PathKind path, const std::string& text) const {
    if (path == PathKind::kNone || text.empty()) return;
    if (isPath(path, text) || isFile(text)) addFilesAt(key, text, files);
  }

  template <class Question>
  void ofQuestion(Question question) const {
    for (const auto& field : fieldsOf(&question)) {
      const FieldPlace place = field.place(question);
      if (auto* text = std::get_if<std::string*>(&place)) add(field.key, field.path, **text);
      if (auto* texts = std::get_if<std::vector<std::string>*>(&place))
        for (const std::string& text : **texts) add(field.key, field.path, text);
    }
  }

  void operator()(const CostRequest& request) const { ofQuestion(request); }
  void operator()(const TrainingCostRequest& request) const { ofQuestion(request); }
  void operator()(const AdaptRequest& request) const { ofQuestion(request); }
  void operator()(const ProjectPlan& plan) const {
    std::visit([&](const auto& question) { ofQuestion(question); }, plan.question);
  }
  template <class OfRuns>
  void operator()(const OfRuns& step) const {
    ofQuestion(step.question);
  }
};

const std::string* runsOf(const ProjectStep& step) {
  if (const auto* fit = std::get_if<ProjectFit>(&step.question)) return &fit->runs;
  if (const auto* comparison = std::get_if<ProjectComparison>(&step.question))
    return &comparison->runs;
  return nullptr;
}

/// Gives every path of a question its one spelling.
template <class Question>
Question withOneSpelling(Question question) {
  for (const auto& field : fieldsOf(&question)) {
    const FieldPlace place = field.place(question);
    const auto spell = [&](std::string& text) {
      if (isPath(field.path, text)) text = pathOfFile(text);
    };
    if (auto* text = std::get_if<std::string*>(&place)) spell(**text);
    if (auto* texts = std::get_if<std::vector<std::string>*>(&place))
      for (std::string& text : **texts) spell(text);
  }
  return question;
}

struct OneSpelling {
  StepQuestion operator()(CostRequest request) const { return withOneSpelling(std::move(request)); }
  StepQuestion operator()(TrainingCostRequest request) const {
    return withOneSpelling(std::move(request));
  }
  StepQuestion operator()(AdaptRequest request) const {
    return withOneSpelling(std::move(request));
  }
  StepQuestion operator()(ProjectPlan plan) const {
    std::visit([](auto& question) { question = withOneSpelling(question); }, plan.question);
    return plan;
  }
  template <class OfRuns>
  StepQuestion operator()(OfRuns step) const {
    step.question = withOneSpelling(std::move(step.question));
    return step;
  }
};

fs::path folderInOneSpelling(const fs::path& folder) {
  return pathOfFile(folder.empty() ? "." : folder.string());
}

/// Fits and comparisons look nothing up in the catalog.
void addCatalog(const Project& project, const ProjectStep& step, std::vector<KeyedFile>& files) {
  if (project.catalog_dir.empty() || runsOf(step) != nullptr) return;
  if (std::error_code ignored; fs::is_directory(project.catalog_dir, ignored))
    addFilesAt("catalog", project.catalog_dir, files);
}

}  // namespace

std::string FileHashes::of(const fs::path& path) {
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = known_.try_emplace(path.string());
  if (is_new) {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(path, error);
    if (!error) known->second = sha256OfFile(path, bytes, stop_);
  }
  return known->second;
}

std::string sha256OfText(std::string_view text) {
  Sha256 hash;
  hash.add({text.data(), text.size()});
  return hash.hexDigest();
}

std::string sha256OfShippedTables() {
  Sha256 hash;
  for (const std::string_view name : embeddedTableNames()) {
    const std::string_view table = embeddedTable(name);
    const std::string head = std::string(name) + '\n' + std::to_string(table.size()) + '\n';
    hash.add({head.data(), head.size()});
    hash.add({table.data(), table.size()});
  }
  return hash.hexDigest();
}

std::vector<KeyedFile> keyedFilesOfStep(const Project& project, const ProjectStep& step) {
  std::vector<KeyedFile> files;
  std::visit(FileCollector{files}, step.question);
  if (const std::string* name = runsOf(step))
    if (const ProjectRuns* runs = project.findRuns(*name))
      FileCollector{files}.ofQuestion(runs->points);
  addCatalog(project, step, files);
  return files;
}

std::vector<std::string> filesOfStep(const Project& project, const ProjectStep& step) {
  std::set<std::string> files;
  for (KeyedFile& named : keyedFilesOfStep(project, step)) files.insert(std::move(named.file));
  return {files.begin(), files.end()};
}

std::string stampedFile(const std::string& file, const fs::path& project_folder) {
  return pathForProject(folderInOneSpelling(project_folder), pathOfFile(file));
}

std::string askedText(const Project& project, const ProjectStep& step,
                      const fs::path& project_folder) {
  const fs::path folder = folderInOneSpelling(project_folder);
  std::string text;
  if (const std::string* name = runsOf(step))
    if (const ProjectRuns* runs = project.findRuns(*name))
      text += "[runs]\n" + pointsText(withOneSpelling(runs->points), folder);
  text += "[" + std::string(stepKind(step.question)) + "]\n";
  text += questionText(std::visit(OneSpelling{}, step.question), folder);
  return text + "[project]\nseed = " + std::to_string(project.seed) + "\n";
}

}  // namespace moe
