#include "data/logs/panel_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/readers/column_roles.h"

namespace moe {
namespace {

constexpr std::string_view kBetween = " - ";

bool isBound(std::string_view column) {
  return column.ends_with("__MIN") || column.ends_with("__MAX");
}

PanelRun& runNamed(std::vector<PanelRun>& runs, const std::string& id) {
  const auto found =
      std::find_if(runs.begin(), runs.end(), [&id](const PanelRun& run) { return run.id == id; });
  if (found != runs.end()) return *found;
  return runs.emplace_back(PanelRun{id, {}, std::nullopt});
}

bool hasMetric(const PanelRun& run, std::string_view metric) {
  return std::any_of(run.series.begin(), run.series.end(),
                     [metric](const PanelRun::Series& series) { return series.metric == metric; });
}

void addSeries(std::vector<PanelRun>& runs, std::string_view column, std::size_t index) {
  const std::size_t between = column.rfind(kBetween);
  const std::string id(column.substr(0, between));
  const std::string metric(column.substr(between + kBetween.size()));
  PanelRun* run = &runNamed(runs, id);
  for (int copy = 2; hasMetric(*run, metric) || (metric == "_step" && run->step_column); ++copy) {
    run = &runNamed(runs, fmt::format("{}#{}", id, copy));
  }
  if (metric == "_step") {
    run->step_column = index;
  } else {
    run->series.push_back({metric, index});
  }
}

}  // namespace

std::optional<PanelColumns> panelColumns(std::span<const std::string> header) {
  PanelColumns panel;
  std::size_t others = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (isBound(header[i])) continue;
    if (header[i].find(kBetween) != std::string::npos) {
      addSeries(panel.runs, header[i], i);
    } else {
      ++others;
      panel.axis = header[i];
      panel.axis_column = i;
    }
  }
  if (panel.runs.empty() || others != 1) return std::nullopt;
  panel.axis_is_step = isAliasOf(Role::kStep, panel.axis);
  return panel;
}

}  // namespace moe
