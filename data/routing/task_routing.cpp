#include "data/routing/task_routing.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/readers/file_text.h"
#include "data/routing/esft_trace.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTraceEnding = ".ids.u8";
constexpr int kDeepestFolder = 3;  // of folders in folders

using Tasks = std::vector<TaskRouting>;

bool endsWith(const fs::path& path, std::string_view ending) {
  return path.filename().string().ends_with(ending);
}

Result<void> checkTraceSizes(const RoutingTrace& trace, const RoutedModel& model) {
  if (trace.top_k == model.top_k) return {};
  return fail(ErrorKind::kInput, trace.source,
              fmt::format("has {} experts per token, the model {}", trace.top_k, model.top_k));
}

Result<void> addTrace(TaskRouting& task, Result<RoutingTrace> trace, const RoutedModel& model) {
  if (!trace) return tl::unexpected(trace.error());
  if (auto same = checkTraceSizes(*trace, model); !same) return same;
  task.trace = *std::move(trace);
  return {};
}

/// "intent.ids.u8" -> "intent", "law/" -> "law", "law/summary.json" -> "law".
std::string taskName(const fs::path& path) {
  fs::path whole = path.lexically_normal();
  if (whole.filename() == "summary.json" && whole.has_parent_path())
    return whole.parent_path().filename().string();
  if (!whole.has_filename()) whole = whole.parent_path();
  const std::string name = whole.filename().string();
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return name.empty() || name == "." ? "task" : name;
  return name.substr(0, name.find('.'));
}

Result<void> addJson(TaskRouting& task, const fs::path& path, const RoutedModel& model) {
  const auto file = readFileText(path);
  if (!file) return tl::unexpected(file.error());
  if (looksLikeEsftConfig(file->text)) {
    auto config = parseEsftConfig(file->text, path.string(), model.experts);
    if (!config) return tl::unexpected(config.error());
    task.config = *std::move(config);
    return {};
  }
  auto scores = parseExpertScores(file->text, path.string(), model.experts);
  if (!scores) return tl::unexpected(scores.error());
  task.scores = *std::move(scores);
  return {};
}

Result<void> addTable(TaskRouting& task, const fs::path& path, const RoutedModel& model) {
  auto trace = readRoutingTrace(path, model.experts);
  if (trace) return addTrace(task, std::move(trace), model);
  auto counts = readExpertCounts(path, model.experts);
  if (!counts)
    return tl::unexpected(trace.error().message.starts_with("holds counts") ? counts.error()
                                                                            : trace.error());
  task.counts = *std::move(counts);
  return {};
}

Result<TaskRouting> taskOfFile(const fs::path& path, const RoutedModel& model) {
  TaskRouting task;
  task.name = taskName(path);
  task.source = path.string();
  Result<void> read;
  if (endsWith(path, kTraceEnding))
    read = addTrace(task, readRoutingTrace(path, model.experts), model);
  else if (endsWith(path, ".json"))
    read = addJson(task, path, model);
  else if (endsWith(path, ".txt"))
    return fail(ErrorKind::kInput, path.string(),
                "is a text file of one layer; name the folder that holds those of all layers");
  else
    read = addTable(task, path, model);
  if (!read) return tl::unexpected(read.error());
  return task;
}

bool isTaskFolder(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "summary.json", ignored) || holdsEsftTrace(folder);
}

Result<TaskRouting> taskOfFolder(const fs::path& folder, const RoutedModel& model) {
  TaskRouting task;
  task.name = taskName(folder);
  task.source = folder.string();
  std::error_code ignored;
  if (const fs::path summary = folder / "summary.json"; fs::exists(summary, ignored)) {
    auto scores = readExpertScores(summary, model.experts);
    if (!scores) return tl::unexpected(scores.error());
    task.scores = *std::move(scores);
  }
  if (!holdsEsftTrace(folder)) return task;
  auto added = addTrace(task, readEsftTrace(folder, model.top_k, model.experts), model);
  if (!added) return tl::unexpected(added.error());
  return task;
}

std::vector<fs::path> entriesOf(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// Adds the tasks of a folder and of the folders in it, selections left out.
Result<void> addTasks(Tasks& tasks, const fs::path& folder, const RoutedModel& model, int depth) {
  const auto add = [&](Result<TaskRouting> task) -> Result<void> {
    if (!task) return tl::unexpected(task.error());
    tasks.push_back(*std::move(task));
    return {};
  };
  if (isTaskFolder(folder)) return add(taskOfFolder(folder, model));
  for (const fs::path& entry : entriesOf(folder)) {
    std::error_code ignored;
    Result<void> added;
    if (fs::is_directory(entry, ignored)) {
      if (depth < kDeepestFolder) added = addTasks(tasks, entry, model, depth + 1);
    } else if (endsWith(entry, kTraceEnding)) {
      added = add(taskOfFile(entry, model));
    }
    if (!added) return added;
  }
  return {};
}

/// Selections (expert_configs), where a folder has no routing.
Result<void> addSelections(Tasks& tasks, const fs::path& folder, const RoutedModel& model) {
  for (const fs::path& entry : entriesOf(folder)) {
    if (!endsWith(entry, ".json")) continue;
    auto task = taskOfFile(entry, model);
    if (!task) return tl::unexpected(task.error());
    tasks.push_back(*std::move(task));
  }
  return {};
}

/// Takes what the other knows and the first does not; false when both know it.
template <class Known>
bool tookOther(std::optional<Known>& first, std::optional<Known>& other) {
  if (!other) return true;
  if (first) return false;
  first = std::move(other);
  return true;
}

bool joinedWith(TaskRouting& first, TaskRouting& other) {
  return tookOther(first.trace, other.trace) && tookOther(first.counts, other.counts) &&
         tookOther(first.config, other.config) &&
         tookOther(first.scores.token, other.scores.token) &&
         tookOther(first.scores.gate, other.scores.gate);
}

/// A task that was found as scores in one folder and as a trace in another is one task.
Result<Tasks> mergedByName(Tasks tasks) {
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const TaskRouting& a, const TaskRouting& b) { return a.name < b.name; });
  Tasks merged;
  for (TaskRouting& task : tasks) {
    if (merged.empty() || merged.back().name != task.name) {
      merged.push_back(std::move(task));
      continue;
    }
    TaskRouting& first = merged.back();
    if (!joinedWith(first, task))
      return fail(
          ErrorKind::kInput, first.source,
          fmt::format("and {} are both called {}; name one of them", task.source, task.name));
  }
  return merged;
}

ExpertCounts countsOfScores(const ExpertScores& scores) {
  return {scores.source, scores.experts, scores.values};
}

}  // namespace

Result<Tasks> readTaskRouting(const fs::path& path, const RoutedModel& model) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    auto task = taskOfFile(path, model);
    if (!task) return tl::unexpected(task.error());
    Tasks one;
    one.push_back(*std::move(task));
    return one;
  }
  Tasks tasks;
  if (auto added = addTasks(tasks, path, model, 0); !added) return tl::unexpected(added.error());
  if (tasks.empty())
    if (auto added = addSelections(tasks, path, model); !added)
      return tl::unexpected(added.error());
  if (tasks.empty())
    return fail(ErrorKind::kInput, path.string(),
                "holds no routing: neither summary.json, expert_weights_LAYER.txt nor NAME.ids.u8, "
                "here or in its folders");
  return mergedByName(std::move(tasks));
}

Result<ExpertCounts> readRoutingCounts(const fs::path& path, const RoutedModel& model) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored) && !endsWith(path, ".json"))
    return readExpertCounts(path, model.experts);
  const auto tasks = readTaskRouting(path, model);
  if (!tasks) return tl::unexpected(tasks.error());
  if (tasks->size() != 1)
    return fail(ErrorKind::kInput, path.string(),
                fmt::format("holds {} tasks; name the folder or file of one", tasks->size()));
  const TaskRouting& task = tasks->front();
  if (task.trace) return expertCounts(*task.trace);
  if (task.scores.token) return countsOfScores(*task.scores.token);
  return fail(
      ErrorKind::kInput, path.string(),
      "says nothing of how many tokens each expert got; token scores or a trace are needed");
}

}  // namespace moe
