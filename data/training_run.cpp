#include "data/training_run.h"

#include <algorithm>

namespace moe {

std::string_view name(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::kUnstated:
      return "unstated";
    case ParameterKind::kDense:
      return "dense";
    case ParameterKind::kActive:
      return "active";
    case ParameterKind::kTotal:
      return "total";
  }
  require(false, "unknown parameter kind");
  return {};
}

const TagColumn* RunTable::tag(std::string_view name) const {
  const auto found = std::find_if(tags.begin(), tags.end(),
                                  [name](const TagColumn& column) { return column.name == name; });
  return found == tags.end() ? nullptr : &*found;
}

std::string RunTable::place(std::size_t row) const {
  const TrainingRun& run = runs[row];
  const std::string path = run.source < sources.size() ? sources[run.source].path : "runs";
  return path + ":" + std::to_string(run.line);
}

RunTable RunTable::select(const std::vector<std::size_t>& rows) const {
  RunTable chosen;
  chosen.parameter_kind = parameter_kind;
  chosen.sources = sources;
  chosen.skipped = skipped;
  chosen.warnings = warnings;
  chosen.runs.reserve(rows.size());
  for (const std::size_t row : rows) chosen.runs.push_back(runs[row]);
  for (const TagColumn& column : tags) {
    TagColumn& copy = chosen.tags.emplace_back();
    copy.name = column.name;
    copy.values.reserve(rows.size());
    for (const std::size_t row : rows) copy.values.push_back(column.values[row]);
  }
  return chosen;
}

}  // namespace moe
