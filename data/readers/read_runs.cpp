#include "data/readers/read_runs.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/readers/file_text.h"
#include "data/readers/run_builder.h"

namespace moe {
namespace {

/// One file, its rows not yet compared with each other.
Result<RunTable> readTable(const std::filesystem::path& path, const ReadOptions& options) {
  const auto file = readFileText(path);
  if (!file) return tl::unexpected(file.error());
  const TableFormat format = detectFormat(file->text);
  const auto raw = readTableText(file->text, format, path.string());
  if (!raw) return tl::unexpected(raw.error());
  RawSource source;
  source.path = path.string();
  source.format = std::string(name(format)) + (file->gzip ? ".gz" : "");
  source.rows_are_lines = format != TableFormat::kJson;
  return buildRuns(*raw, source, options);
}

bool hasOwnIds(const RunTable& table) {
  const auto& columns = table.sources.front().columns;
  return std::any_of(columns.begin(), columns.end(),
                     [](const ColumnChoice& choice) { return choice.role == name(Role::kRunId); });
}

/// "row-2" of one file is not "row-2" of another.
void qualifyIds(RunTable& table) {
  if (hasOwnIds(table)) return;
  for (TrainingRun& run : table.runs) run.run_id = table.sources.front().path + ":" + run.run_id;
}

std::optional<Error> joinKinds(RunTable& all, const RunTable& next) {
  const ParameterKind a = all.parameter_kind;
  const ParameterKind b = next.parameter_kind;
  if (a == b) return std::nullopt;
  const std::string& path = next.sources.front().path;
  if (a != ParameterKind::kUnstated && b != ParameterKind::kUnstated) {
    return Error{
        ErrorKind::kInput, path,
        fmt::format("counts {} parameters where {} counts {} parameters; one fit needs one "
                    "meaning of N (--map n=COLUMN names another column)",
                    name(b), all.sources.front().path, name(a))};
  }
  const std::string& silent = a == ParameterKind::kUnstated ? all.sources.front().path : path;
  all.parameter_kind = a == ParameterKind::kUnstated ? b : a;
  all.warnings.push_back({"parameter_kind_assumed",
                          fmt::format("{}: does not say which parameters it counts; taken as {} "
                                      "like the others",
                                      silent, name(all.parameter_kind))});
  return std::nullopt;
}

void appendTags(RunTable& all, const RunTable& next, std::size_t rows_before) {
  for (const TagColumn& column : next.tags) {
    auto found = std::find_if(all.tags.begin(), all.tags.end(),
                              [&](const TagColumn& known) { return known.name == column.name; });
    if (found == all.tags.end()) {
      all.tags.push_back({column.name, std::vector<std::string>(rows_before)});
      found = all.tags.end() - 1;
    }
    found->values.insert(found->values.end(), column.values.begin(), column.values.end());
  }
  for (TagColumn& column : all.tags) column.values.resize(all.runs.size());
}

void append(RunTable& all, RunTable next) {
  const std::size_t rows_before = all.runs.size();
  for (TrainingRun& run : next.runs) {
    run.source = all.sources.size();
    all.runs.push_back(std::move(run));
  }
  appendTags(all, next, rows_before);
  const auto move = [](auto& to, auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  move(all.sources, next.sources);
  move(all.skipped, next.skipped);
  move(all.warnings, next.warnings);
}

}  // namespace

Result<RunTable> readRuns(const std::filesystem::path& path, const ReadOptions& options) {
  auto table = readTable(path, options);
  if (!table) return table;
  return withoutContradictions(std::move(*table), options.skip_bad);
}

Result<RunTable> readRunFiles(std::span<const std::filesystem::path> paths,
                              const ReadOptions& options) {
  if (paths.empty()) return fail(ErrorKind::kUsage, "FILE", "name at least one file with runs");
  if (paths.size() == 1) return readRuns(paths.front(), options);
  RunTable all;
  for (const std::filesystem::path& path : paths) {
    auto table = readTable(path, options);
    if (!table) return table;
    qualifyIds(*table);
    if (all.sources.empty()) {
      all = std::move(*table);
      continue;
    }
    if (auto problem = joinKinds(all, *table)) return tl::unexpected(*problem);
    append(all, std::move(*table));
  }
  return withoutContradictions(std::move(all), options.skip_bad);
}

}  // namespace moe
