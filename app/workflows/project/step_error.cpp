#include "app/workflows/project/step_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

#include "app/workflows/project/question_fields.h"

namespace moe {
namespace {

/// A key that stands for an option in this step.
struct StepKey {
  std::string key;
  std::string kind;  ///< "whole number", "text"
  std::string help;
  bool of_runs = false;  ///< it stands in the step's [runs.NAME]
};

/// Options whose keys are called otherwise.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kOtherNames{
    {{"filter", "filters"}, {"exclude-run", "exclude_runs"}, {"law", "laws"}}};

template <class Question>
void addKeys(Question question, bool of_runs, std::vector<StepKey>& keys) {
  for (const auto& field : fieldsOf(&question))
    keys.push_back({std::string(field.key), kindOfField(field.place(question)),
                    std::string(field.help), of_runs});
}

struct KeysOfStep {
  std::vector<StepKey>& keys;

  void operator()(const TrainingCostRequest& request) const {
    addKeys(request, false, keys);
    keys.push_back({"training", "", "", false});  // an option of `cost`, here the kind of the table
  }

  void operator()(const ProjectPlan& plan) const {
    std::visit([&](const auto& question) { addKeys(question, false, keys); }, plan.question);
    keys.push_back({"mode", "text", "", false});
  }
  void operator()(const ProjectFit& fit) const { ofRuns(fit); }
  void operator()(const ProjectComparison& comparison) const { ofRuns(comparison); }
  template <class Request>
  void operator()(const Request& request) const {
    addKeys(request, false, keys);
  }

 private:
  template <class Step>
  void ofRuns(const Step& step) const {
    addKeys(step.question, false, keys);
    addKeys(PointsQuestion{}, true, keys);
  }
};

/// The key of an option without its dashes, or nullptr.
const StepKey* keyOfOption(const std::vector<StepKey>& keys, std::string_view option) {
  std::string key(option);
  std::replace(key.begin(), key.end(), '-', '_');
  for (const auto& [other, name] : kOtherNames)
    if (option == other) key = name;
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const StepKey& one) { return one.key == key; });
  return found == keys.end() ? nullptr : &*found;
}

/// Letters of an option's name from `at` on.
std::size_t endOfOption(std::string_view text, std::size_t at) {
  while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) ||
                              (text[at] == '-' && at + 1 < text.size() &&
                               std::isalnum(static_cast<unsigned char>(text[at + 1])))))
    ++at;
  return at;
}

/// Words that are values where they stand behind an option.
constexpr std::array<std::string_view, 9> kWordValues{"none", "selective", "full", "bf16", "fp8",
                                                      "fp4",  "int8",      "int4", "even"};

/// The end of a value behind an option, "1", "FILE" or "none"; `at` itself where none follows.
std::size_t endOfValue(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size() || text[at] != ' ') return at;
  std::size_t end = std::min(text.find_first_of(" ,;)", at + 1), text.size());
  while (text[end - 1] == '.') --end;
  const std::string_view word = text.substr(at + 1, std::max(end, at + 1) - at - 1);
  if (word.empty()) return at;
  const auto first = static_cast<unsigned char>(word.front());
  const bool value = std::isdigit(first) || std::isupper(first) ||
                     std::find(kWordValues.begin(), kWordValues.end(), word) != kWordValues.end();
  return value ? end : at;
}

/// "ask for --experts 1" as "ask for experts = 1". Options that are no keys of the step stay.
std::string inWordsOfProject(std::string_view text, const std::vector<StepKey>& keys) {
  std::string words;
  for (std::size_t at = 0; at < text.size();) {
    const bool option = text.substr(at, 2) == "--";
    const std::size_t end = option ? endOfOption(text, at + 2) : at;
    const StepKey* key = option ? keyOfOption(keys, text.substr(at + 2, end - at - 2)) : nullptr;
    if (key == nullptr) {
      words += text[at++];
      continue;
    }
    words += key->key;
    at = endOfValue(text, end);
    if (at == end) continue;
    const char* quote = key->kind.ends_with("text") ? "\"" : "";
    words += fmt::format(" = {0}{1}{0}", quote, text.substr(end + 1, at - end - 1));
    if (text.substr(at, 3) == " --") words += ',';
  }
  return words;
}

std::string whatToWrite(const StepKey& key) {
  return fmt::format("; write {} = {} ({}){}", key.key,
                     key.kind.ends_with("text") ? "\"...\"" : "...", key.kind,
                     key.help.empty() ? "" : ": " + key.help);
}

const ProjectRuns* runsOfStep(const Project& project, const ProjectStep& step) {
  if (const auto* fit = std::get_if<ProjectFit>(&step.question)) return project.findRuns(fit->runs);
  if (const auto* other = std::get_if<ProjectComparison>(&step.question))
    return project.findRuns(other->runs);
  return nullptr;
}

std::string lineOf(const Project& project, std::size_t line) {
  return project.file.empty() || line == 0 ? "" : fmt::format("{}:{}", project.file, line);
}

}  // namespace

Error errorOfStep(const Project& project, const ProjectStep& step, Error error) {
  if (error.kind == ErrorKind::kCancelled) return error;
  std::vector<StepKey> keys;
  std::visit(KeysOfStep{keys}, step.question);
  const std::string id = fmt::format("{}.{}", stepKind(step.question), step.name);
  const bool of_option = error.where.starts_with("--");
  const std::string told = inWordsOfProject(error.message, keys);
  if (!of_option && !error.where.empty() && error.where != id && told == error.message)
    return error;  // of another file or name, which says enough
  const StepKey* key = of_option ? keyOfOption(keys, error.where.substr(2)) : nullptr;
  std::string table = id;
  std::size_t line = step.line;
  if (const ProjectRuns* runs = runsOfStep(project, step);
      runs != nullptr && key != nullptr && key->of_runs) {
    table = "runs." + runs->name;
    line = runs->line;
  }
  std::string message = fmt::format("[{}]: ", table);
  const bool goes_on = !told.empty() && std::islower(static_cast<unsigned char>(told.front()));
  if (key != nullptr)
    message += key->key + (goes_on ? " " : ": ");
  else if (!error.where.empty() && error.where != id)
    message += error.where + ": ";
  message += told;
  if (key != nullptr && told.starts_with("is required")) message += whatToWrite(*key);
  return {error.kind, lineOf(project, line), std::move(message)};
}

}  // namespace moe
