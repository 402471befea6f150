#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "app/workflows/project/project.h"
#include "app/workflows/project/project_reading.h"
#include "app/workflows/project/step_matrix.h"
#include "data/readers/file_text.h"
#include "data/toml_text.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 8> kTopKeys{"format",  "title",   "notes",  "seed",
                                                   "threads", "catalog", "report", "runs"};
constexpr std::array<std::string_view, 6> kStepKinds{"fit",      "compare", "cost",
                                                     "training", "plan",    "adapt"};

/// Names become names of files in a folder of results.
bool isPlainName(std::string_view name) {
  constexpr std::string_view kOthers = "-_.";
  return !name.empty() && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [&](unsigned char c) {
           return (c < 0x80 && std::isalnum(c)) ||
                  kOthers.find(static_cast<char>(c)) != kOthers.npos;
         });
}

/// Calls `read(name, table)` for every [kind.NAME].
template <class Read>
void eachNamedTable(ProjectReading& reading, const toml::table& document, std::string_view kind,
                    Read read) {
  const toml::node* node = document.get(kind);
  if (node == nullptr) return;
  const toml::table* tables = node->as_table();
  if (tables == nullptr)
    return reading.reject(*node, fmt::format("{0} must be tables [{0}.NAME]", kind));
  for (const auto& [key, item] : *tables) {
    if (!item.is_table())
      return reading.reject(item,
                            fmt::format("'{}' stands outside a table [{}.NAME]", key.str(), kind));
    if (!isPlainName(key.str()))
      return reading.reject(item,
                            fmt::format("the name '{}' may hold letters, digits, '-', '_' and "
                                        "'.' only, as files are named after it",
                                        key.str()));
    read(std::string(key.str()), *item.as_table());
  }
}

template <class Item>
void inOrderOfLines(std::vector<Item>& items) {
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.line < b.line; });
}

StepQuestion readPlanStep(ProjectReading& reading, const toml::table& table) {
  ProjectPlan plan;
  reading.take(table, "mode", &plan.mode);
  reading.take(table, "law", &plan.law);
  constexpr std::array<std::string_view, 5> kModes{"lifetime", "pareto", "loss-optimal", "min-cost",
                                                   "min-loss"};
  if (std::find(kModes.begin(), kModes.end(), plan.mode) == kModes.end())
    reading.reject(*table.get("mode"), fmt::format("'{}' is not a mode; there are {}", plan.mode,
                                                   fmt::join(kModes, ", ")));
  if (plan.mode == "lifetime" || plan.mode == "pareto")
    reading.takeAll(table, plan.question.emplace<LifetimeQuestion>(), {"mode", "law"});
  else
    reading.takeAll(table, plan.question.emplace<PlanQuestion>(), {"mode", "law"});
  return plan;
}

StepQuestion readStep(ProjectReading& reading, std::string_view kind, const toml::table& table) {
  if (kind == "fit") {
    ProjectFit fit;
    reading.take(table, "runs", &fit.runs);
    reading.takeAll(table, fit.question, {"runs"});
    return fit;
  }
  if (kind == "compare") {
    ProjectComparison comparison;
    reading.take(table, "runs", &comparison.runs);
    reading.takeAll(table, comparison.question, {"runs"});
    return comparison;
  }
  if (kind == "cost") {
    CostRequest request;
    reading.takeAll(table, request, {});
    return request;
  }
  if (kind == "training") {
    TrainingCostRequest request;
    reading.takeAll(table, request, {});
    return request;
  }
  if (kind == "adapt") {
    AdaptRequest request;
    reading.takeAll(table, request, {});
    return request;
  }
  return readPlanStep(reading, table);
}

std::vector<std::string> namesOfRuns(const Project& project) {
  std::vector<std::string> names;
  for (const ProjectRuns& runs : project.runs) names.push_back(runs.name);
  return names;
}

std::vector<std::string> namesOfFits(const Project& project) {
  std::vector<std::string> names;
  for (const ProjectStep& step : project.steps)
    if (stepKind(step.question) == "fit") names.push_back(step.name);
  return names;
}

/// The names of steps and runs that a pattern in a matrix may stand for.
std::vector<std::string> namesFor(const Project& project, std::string_view key) {
  if (key == "runs") return namesOfRuns(project);
  return key == "law" ? namesOfFits(project) : std::vector<std::string>{};
}

/// The text of a key that names runs or a fit.
void takeName(ProjectReading& reading, std::string_view key, const MatrixValue& value,
              std::string& name) {
  if (value.text)
    name = *value.text;
  else
    reading.takeNode(*value.node, key, &name);
}

/// Puts one value of a matrix into a step's question.
struct MatrixTaker {
  ProjectReading& reading;
  std::string_view key;
  const MatrixValue& value;

  void operator()(ProjectFit& fit) const { takeOfRuns(fit); }
  void operator()(ProjectComparison& comparison) const { takeOfRuns(comparison); }
  void operator()(CostRequest& request) const { reading.takeField(*value.node, key, request, {}); }
  void operator()(TrainingCostRequest& request) const {
    reading.takeField(*value.node, key, request, {});
  }
  void operator()(AdaptRequest& request) const { reading.takeField(*value.node, key, request, {}); }
  void operator()(ProjectPlan& plan) const {
    if (key == "law") return takeName(reading, key, value, plan.law);
    std::visit([&](auto& question) { reading.takeField(*value.node, key, question, {"law"}); },
               plan.question);
  }

 private:
  template <class Step>
  void takeOfRuns(Step& step) const {
    if (key == "runs") return takeName(reading, key, value, step.runs);
    reading.takeField(*value.node, key, step.question, {"runs"});
  }
};

std::string cellName(const std::string& table, const MatrixCell& cell) {
  return cell.name.empty() ? table : table + "-" + cell.name;
}

/// One table of runs, or as many as its matrix makes.
void readRunsTable(ProjectReading& reading, const std::string& name, const toml::table& table,
                   Project& project) {
  PointsQuestion points;
  reading.takeAll(table, points, {});
  const std::vector<MatrixKey> matrix =
      readMatrix(reading, table, [](std::string_view) { return std::vector<std::string>{}; });
  if (reading.error) return;
  for (const MatrixCell& cell : matrixCells(matrix)) {
    ProjectRuns runs{cellName(name, cell), points, table.source().begin.line};
    for (const auto& [key, value] : cell.values)
      reading.takeField(*value->node, key, runs.points, {});
    project.runs.push_back(std::move(runs));
  }
}

/// One step, or as many as its matrix makes.
void readStepTable(ProjectReading& reading, std::string_view kind, const std::string& name,
                   const toml::table& table, Project& project) {
  const StepQuestion question = readStep(reading, kind, table);
  const std::vector<MatrixKey> matrix =
      readMatrix(reading, table, [&](std::string_view key) { return namesFor(project, key); });
  if (reading.error) return;
  for (const MatrixCell& cell : matrixCells(matrix)) {
    ProjectStep step{cellName(name, cell), question, table.source().begin.line};
    for (const auto& [key, value] : cell.values)
      std::visit(MatrixTaker{reading, key, *value}, step.question);
    project.steps.push_back(std::move(step));
  }
}

void readTop(ProjectReading& reading, const toml::table& document, Project& project) {
  constexpr int kFormat = 1;
  int format = kFormat;
  double seed = 0;
  reading.take(document, "format", &format);
  reading.take(document, "title", &project.title);
  reading.take(document, "notes", &project.notes);
  reading.take(document, "seed", &seed);
  reading.take(document, "threads", &project.threads);
  reading.take(document, "catalog", &project.catalog_dir, PathKind::kFile);
  if (format != kFormat)
    reading.reject(*document.get("format"),
                   fmt::format("format {} is newer than this program, which reads format {}",
                               format, kFormat));
  constexpr double kLargestSeed = 9007199254740992;  // 2^53: exact as a double
  if (!(seed >= 0 && seed <= kLargestSeed) || seed != std::floor(seed))
    reading.reject(*document.get("seed"), "seed must be a whole number from 0 to 2^53");
  else
    project.seed = static_cast<std::uint64_t>(seed);
}

void readReport(ProjectReading& reading, const toml::table& document, ProjectReport& report) {
  const toml::node* node = document.get("report");
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) return reading.reject(*node, "report must be a table [report]");
  reading.take(*table, "title", &report.title);
  reading.take(*table, "question", &report.question);
  reading.take(*table, "parts", &report.parts);
  const std::vector<std::string> known{"title", "question", "parts"};
  for (const auto& [key, value] : *table)
    if (std::find(known.begin(), known.end(), key.str()) == known.end())
      reading.rejectKey(value, key.str(), known);
}

std::vector<std::string> topNames() {
  std::vector<std::string> names(kTopKeys.begin(), kTopKeys.end());
  names.insert(names.end(), kStepKinds.begin(), kStepKinds.end());
  return names;
}

/// What is wrong with a name that should be one of `known`.
std::optional<std::string> wrongReference(std::string_view what, const std::string& name,
                                          const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return std::nullopt;
  if (known.empty()) return fmt::format("there are no {} in this project", what);
  if (name.empty())
    return fmt::format("the name of its {} is missing; {}", what, didYouMean(name, known));
  return fmt::format("there are no {} named '{}'; {}", what, name, didYouMean(name, known));
}

std::optional<std::string> wrongReferenceOf(const Project& project, const ProjectStep& step) {
  if (const auto* fit = std::get_if<ProjectFit>(&step.question))
    return wrongReference("runs", fit->runs, namesOfRuns(project));
  if (const auto* comparison = std::get_if<ProjectComparison>(&step.question))
    return wrongReference("runs", comparison->runs, namesOfRuns(project));
  if (const auto* plan = std::get_if<ProjectPlan>(&step.question); plan && !plan->law.empty())
    return wrongReference("fits", plan->law.substr(0, plan->law.find(':')), namesOfFits(project));
  return std::nullopt;
}

/// A name that two tables lead to, as a matrix beside a table written by hand may.
std::optional<Error> nameTwice(const Project& project, const std::string& file) {
  std::set<std::string> taken;
  for (const ProjectRuns& runs : project.runs)
    if (!taken.insert("runs." + runs.name).second)
      return Error{
          ErrorKind::kInput, fmt::format("{}:{}", file, runs.line),
          fmt::format("there are two [runs.{}]; one comes from a matrix (each)", runs.name)};
  for (const ProjectStep& step : project.steps)
    if (!taken.insert(fmt::format("{}.{}", stepKind(step.question), step.name)).second)
      return Error{ErrorKind::kInput, fmt::format("{}:{}", file, step.line),
                   fmt::format("there are two [{}.{}]; one comes from a matrix (each)",
                               stepKind(step.question), step.name)};
  return std::nullopt;
}

Project projectOf(ProjectReading& reading, const toml::table& document) {
  Project project;
  readTop(reading, document, project);
  readReport(reading, document, project.report);
  eachNamedTable(reading, document, "runs", [&](const std::string& name, const toml::table& table) {
    readRunsTable(reading, name, table, project);
  });
  inOrderOfLines(project.runs);  // before a pattern stands for them
  for (const std::string_view kind : kStepKinds) {
    eachNamedTable(reading, document, kind, [&](const std::string& name, const toml::table& table) {
      readStepTable(reading, kind, name, table, project);
    });
    inOrderOfLines(project.steps);
  }
  const std::vector<std::string> known = topNames();
  for (const auto& [key, node] : document)
    if (std::find(known.begin(), known.end(), key.str()) == known.end())
      reading.rejectKey(node, key.str(), known);
  return project;
}

}  // namespace

Result<Project> parseProject(std::string_view text, const fs::path& path) {
  ProjectReading reading{path.generic_string(), path.parent_path()};
  const auto plain = plainToml(text, reading.file);
  if (!plain) return tl::unexpected(plain.error());
  toml::table document;
  try {
    document = toml::parse(*plain, reading.file);
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::kInput, fmt::format("{}:{}", reading.file, error.source().begin.line),
                std::string(error.description()));
  }
  Project project = projectOf(reading, document);
  project.file = path.filename().string();
  if (reading.error) return tl::unexpected(*reading.error);
  if (auto twice = nameTwice(project, reading.file)) return tl::unexpected(*twice);
  for (const ProjectStep& step : project.steps)
    if (auto wrong = wrongReferenceOf(project, step))
      return fail(ErrorKind::kInput, fmt::format("{}:{}", reading.file, step.line),
                  fmt::format("[{}.{}]: {}", stepKind(step.question), step.name, *wrong));
  return project;
}

Result<Project> readProject(const fs::path& path) {
  const auto text = readFileText(path);
  if (!text) return tl::unexpected(text.error());
  return parseProject(text->text, path);
}

}  // namespace moe
