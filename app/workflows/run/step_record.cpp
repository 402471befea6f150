#include "app/workflows/run/step_record.h"

#include <map>
#include <utility>

namespace moe {
namespace {

constexpr std::string_view kLawPrefix = "law-";
constexpr std::string_view kLawSuffix = ".json";

}  // namespace

std::string lawFileName(std::string_view family) {
  return std::string(kLawPrefix).append(family).append(kLawSuffix);
}

void LawShelf::add(const std::string& fit, const std::vector<HashedFile>& outputs) {
  const std::lock_guard lock(mutex_);
  for (const HashedFile& output : outputs) {
    std::string_view law = output.file;
    if (!law.starts_with(kLawPrefix) || !law.ends_with(kLawSuffix)) continue;
    law.remove_prefix(kLawPrefix.size());
    law.remove_suffix(kLawSuffix.size());
    const HashedFile file{"fit." + fit + "/" + output.file, output.sha256};
    laws_.emplace(fit, file);  // the first one alone
    laws_[fit + ":" + std::string(law)] = file;
  }
}

LawFiles LawShelf::files(const std::filesystem::path& results) const {
  const std::lock_guard lock(mutex_);
  LawFiles files;
  for (const auto& [name, file] : laws_) files.emplace(name, results / file.file);
  return files;
}

HashedFile LawShelf::input(const std::string& law) const {
  const std::lock_guard lock(mutex_);
  const auto found = laws_.find(law);
  return found == laws_.end() ? HashedFile{law, ""} : found->second;
}

StepStamper::StepStamper(const Project& project, std::filesystem::path project_folder,
                         std::string program, std::stop_token stop)
    : project_(project),
      folder_(std::move(project_folder)),
      program_(std::move(program)),
      tables_(sha256OfShippedTables()),
      hashes_(std::move(stop)) {}

StepStamp StepStamper::ofProgram() const {
  StepStamp stamp;
  stamp.program = program_;
  stamp.tables = tables_;
  return stamp;
}

StepStamp StepStamper::asked(const ProjectStep& step, const LawShelf& laws) {
  StepStamp stamp = ofProgram();
  stamp.asked = askedText(project_, step, folder_);
  std::map<std::string, std::string> files;  // each once, however it is spelled
  for (const std::string& file : filesOfStep(project_, step))
    files.emplace(stampedFile(file, folder_), file);
  for (const auto& [name, file] : files) stamp.inputs.push_back({name, hashes_.of(file)});
  const auto* plan = std::get_if<ProjectPlan>(&step.question);
  if (plan != nullptr && !plan->law.empty()) stamp.inputs.push_back(laws.input(plan->law));
  return stamp;
}

}  // namespace moe
