#include "app/workflows/run_points.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "data/nearest_name.h"
#include "data/numbers.h"
#include "fitting/trust/hold_out.h"

namespace moe {

namespace {

Result<std::optional<ParameterKind>> parameterKindNamed(const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (name == "dense") return ParameterKind::kDense;
  if (name == "active") return ParameterKind::kActive;
  if (name == "total") return ParameterKind::kTotal;
  return fail(ErrorKind::kUsage, "--n-is",
              fmt::format("'{}' is none of dense, active and total", name));
}

std::vector<std::string> runIdsOf(const RunTable& table) {
  std::vector<std::string> ids;
  for (const TrainingRun& run : table.runs)
    if (ids.empty() || ids.back() != run.run_id) ids.push_back(run.run_id);
  return ids;
}

/// The table without the runs of these ids. An id that no run has is an error: most likely a
/// typing mistake.
Result<RunTable> withoutRuns(const RunTable& table, const std::vector<std::string>& ids) {
  if (ids.empty()) return table;
  const std::set<std::string> unwanted(ids.begin(), ids.end());
  std::set<std::string> missing = unwanted;
  std::vector<std::size_t> kept;
  for (std::size_t row = 0; row < table.runs.size(); ++row) {
    const std::string& id = table.runs[row].run_id;
    if (!unwanted.contains(id)) kept.push_back(row);
    missing.erase(id);
  }
  if (!missing.empty())
    return fail(ErrorKind::kInput, "--exclude-run",
                fmt::format("no run is named '{}'; {}", *missing.begin(),
                            didYouMean(*missing.begin(), runIdsOf(table))));
  if (kept.empty()) return fail(ErrorKind::kInput, "--exclude-run", "every run is excluded");
  return table.select(kept);
}

Result<RunTable> rowsAskedFor(const PointsQuestion& question, const PointsPlan& plan,
                              const RunTable& read) {
  return applyFilters(read, plan.filters)
      .and_then([&](const RunTable& table) { return withoutRuns(table, question.exclude_runs); })
      .map([&](const RunTable& table) {
        return dropHighestLosses(table, question.drop_highest_loss);
      });
}

std::vector<Warning> warningsOf(const PointsQuestion& question, const ChosenPoints& points) {
  std::vector<Warning> warnings = points.table.warnings;
  const std::size_t rows = points.all.runs.size();
  const bool last = question.curve == "last";
  if (last && rows > points.table.runs.size()) {
    warnings.push_back(
        {"earlier_points_left_out",
         fmt::format("{} of {} rows are earlier points of their run's curve and are left out; "
                     "--curve all takes them, --map run= makes every row a run of its own",
                     rows - points.table.runs.size(), rows)});
  }
  if (points.mid_schedule) {
    warnings.push_back(
        {"mid_schedule",
         "the points are, or include, evaluations on the way, with the learning rate not yet "
         "annealed: a finished run of the same length ends lower, so read the data term and every "
         "optimal size with the windows beside it"});
  }
  if (points.runs_without_points > 0) {
    warnings.push_back({"runs_without_points", fmt::format("{} runs have no point in this window",
                                                           points.runs_without_points)});
  }
  if (!points.table.skipped.empty()) {
    warnings.push_back(
        {"skipped_rows", fmt::format("{} bad rows were left out", points.table.skipped.size())});
  }
  return warnings;
}

}  // namespace

Result<PointsPlan> understandPoints(const PointsQuestion& question) {
  PointsPlan plan;
  if (!question.map.empty()) {
    auto map = parseColumnMap(question.map);
    if (!map) return tl::unexpected(map.error());
    plan.read.columns = *map;
  }
  plan.read.skip_bad = question.skip_bad;
  auto kind = parameterKindNamed(question.params_are);
  if (!kind) return tl::unexpected(kind.error());
  plan.read.parameter_kind = *kind;
  for (const std::string& text : question.filters) {
    auto filter = parseRunFilter(text);
    if (!filter) return tl::unexpected(filter.error());
    plan.filters.push_back(*filter);
  }
  auto curve = parseCurveRule(question.curve);
  if (!curve) return tl::unexpected(curve.error());
  plan.curve = *curve;
  return plan;
}

Result<HoldOutRule> parseHoldOut(const std::string& text) {
  constexpr std::string_view kLargest = "largest:";
  HoldOutRule rule;
  if (text.empty()) return rule;
  if (!text.starts_with(kLargest)) {
    auto filter = parseRunFilter(text);
    if (!filter) {
      return fail(ErrorKind::kUsage, "--hold-out",
                  fmt::format("'{}' is neither largest:SHARE% nor a filter such as "
                              "'params>1e9'",
                              text));
    }
    rule.filter = *filter;
    return rule;
  }
  std::string_view number = std::string_view(text).substr(kLargest.size());
  const bool marked = number.ends_with('%');
  if (marked) number.remove_suffix(1);
  const std::optional<double> percent = parseNumber(number);
  if (!marked || !percent || !(*percent > 0 && *percent < 100)) {
    return fail(
        ErrorKind::kUsage, "--hold-out",
        fmt::format("'{}': a share between 0 and 100 % is needed, as in largest:20%", text));
  }
  rule.share = *percent / 100;
  return rule;
}

Result<RunTable> readPoints(const PointsQuestion& question, const PointsPlan& plan) {
  const std::vector<std::filesystem::path> paths(question.files.begin(), question.files.end());
  return readRunFiles(paths, plan.read);
}

Result<ChosenPoints> choosePoints(const PointsQuestion& question, const PointsPlan& plan) {
  return readPoints(question, plan).and_then([&](const RunTable& read) {
    return choosePoints(question, plan, read);
  });
}

Result<ChosenPoints> choosePoints(const PointsQuestion& question, const PointsPlan& plan,
                                  const RunTable& read) {
  auto all = rowsAskedFor(question, plan, read);
  if (!all) return tl::unexpected(all.error());
  CurveSelection selection = selectPoints(*all, plan.curve);
  ChosenPoints points;
  points.all = std::move(*all);
  points.table = std::move(selection.table);
  points.run_of_row = std::move(selection.run_of_row);
  points.runs = selection.runs;
  points.runs_without_points = selection.runs_without_points;
  points.mid_schedule = selection.mid_schedule;
  if (points.table.runs.empty()) {
    return fail(ErrorKind::kInput, "--curve",
                fmt::format("no point of any run lies in {}", question.curve));
  }
  points.warnings = warningsOf(question, points);
  return points;
}

Result<std::vector<bool>> heldOut(const HoldOutRule& rule, const RunTable& table,
                                  std::span<const std::size_t> run_of_row) {
  if (rule.share) return largestCompute(table.runs, run_of_row, *rule.share);
  const auto rows = rowsThatPass(table, *rule.filter);
  if (!rows)
    return fail(rows.error().kind, "--hold-out " + rule.filter->text, rows.error().message);
  std::vector<bool> held(table.runs.size(), false);
  for (const std::size_t row : *rows) held[row] = true;
  return held;
}

}  // namespace moe
