#pragma once

#include <string>
#include <vector>

#include "data/curves.h"
#include "data/readers/read_runs.h"
#include "data/run_filter.h"
#include "fitting/fit.h"

namespace moe::test {

/// Points of a shipped table as a fit sees them. Stops the test program when a table is missing:
/// without it no test here means anything.
struct Points {
  std::vector<TrainingRun> runs;
  std::vector<std::size_t> group;

  FitData data() const { return FitData::of(runs, group); }
};

inline Points pointsOf(const std::string& file, const std::vector<std::string>& filters,
                       const std::string& rule = "last") {
  const auto table = readRuns(std::string(MOEPLAN_SOURCE_DIR) + "/data/tables/runs/" + file, {});
  require(table.has_value(), file.c_str());
  std::vector<RunFilter> parsed;
  for (const std::string& text : filters) parsed.push_back(*parseRunFilter(text));
  const auto kept = applyFilters(*table, parsed);
  require(kept.has_value(), "filters that keep rows");
  const CurveSelection selection = selectPoints(*kept, *parseCurveRule(rule));
  return {selection.table.runs, selection.run_of_row};
}

inline Points gemstones() { return pointsOf("gemstones/runs.csv", {"schedule=cool_end"}); }

/// S-Base and dense runs of Clark2022, at the end of training.
inline Points clarkFinal() {
  return pointsOf("clark_routed/runs.csv", {"canonical=1", "router=S-Base,Dense"});
}

/// The same runs at some steps of their schedules.
inline Points clarkSteps(const std::string& steps) {
  return pointsOf("clark_routed/curves_long.csv.gz",
                  {"canonical=1", "router=S-Base,Dense", "step=" + steps}, "all");
}

inline Points clarkEarly() { return clarkSteps("10000,20000,40000,80000"); }

inline const ParameterFit& parameter(const FitResult& fit, const std::string& name) {
  for (const ParameterFit& candidate : fit.parameters) {
    if (candidate.name == name) return candidate;
  }
  require(false, name.c_str());
  return fit.parameters.front();
}

}  // namespace moe::test
