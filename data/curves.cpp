#include "data/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "data/numbers.h"

namespace moe {
namespace {

/// One run's way through its schedule.
struct Curve {
  bool by_step = true;
  double end = 0;            ///< largest place
  std::size_t last_row = 0;  ///< where it is reached
};

struct Curves {
  std::vector<Curve> curves;
  std::vector<std::size_t> curve_of_row;
};

double place(const TrainingRun& run, const Curve& curve) {
  return curve.by_step ? *run.step : run.train_tokens;
}

Curves findCurves(const RunTable& table) {
  Curves found;
  std::unordered_map<std::string_view, std::size_t> index;
  for (const TrainingRun& run : table.runs) {
    const std::size_t curve = index.try_emplace(run.run_id, index.size()).first->second;
    if (curve == found.curves.size()) found.curves.emplace_back();
    if (!run.step) found.curves[curve].by_step = false;
    found.curve_of_row.push_back(curve);
  }
  for (std::size_t row = 0; row < table.runs.size(); ++row) {
    Curve& curve = found.curves[found.curve_of_row[row]];
    const double s = place(table.runs[row], curve);
    if (s < curve.end) continue;
    curve.end = s;
    curve.last_row = row;
  }
  return found;
}

bool isChosen(const RunTable& table, const Curve& curve, std::size_t row, const CurveRule& rule) {
  // Steps divided by steps carry rounding of 1e-16; bounds are typed with some 7 digits or more.
  constexpr double kTolerance = 1e-9;
  switch (rule.choice) {
    case PointChoice::kAll:
      return true;
    case PointChoice::kLast:
      return row == curve.last_row;
    case PointChoice::kWindow:
      break;
  }
  const double fraction = curve.end > 0 ? place(table.runs[row], curve) / curve.end : 1;
  return fraction >= rule.low - kTolerance && fraction <= rule.high + kTolerance;
}

tl::unexpected<Error> refuse(std::string_view text) {
  return fail(ErrorKind::kUsage, fmt::format("points \"{}\"", text),
              "write last, all, or LO..HI with 0 <= LO < HI <= 1, such as 0.04..0.3333333");
}

}  // namespace

Result<CurveRule> parseCurveRule(std::string_view text) {
  const std::string_view rule = trimmed(text);
  if (rule == "last") return CurveRule{PointChoice::kLast, 0, 1};
  if (rule == "all") return CurveRule{PointChoice::kAll, 0, 1};
  const std::size_t dots = rule.find("..");
  if (dots == std::string_view::npos) return refuse(text);
  const auto low = parseNumber(rule.substr(0, dots));
  const auto high = parseNumber(rule.substr(dots + 2));
  if (!low || !high || !(*low >= 0) || !(*high <= 1) || !(*low < *high)) return refuse(text);
  return CurveRule{PointChoice::kWindow, *low, *high};
}

std::string describe(const CurveRule& rule) {
  switch (rule.choice) {
    case PointChoice::kLast:
      return "last";
    case PointChoice::kAll:
      return "all";
    case PointChoice::kWindow:
      break;
  }
  return exactNumber(rule.low) + ".." + exactNumber(rule.high);
}

CurveRule earlierWindow(const CurveRule& rule) {
  if (rule.choice != PointChoice::kWindow) return rule;
  return {PointChoice::kWindow, rule.low, (rule.low + rule.high) / 2};
}

CurveRule laterWindow(const CurveRule& rule) {
  if (rule.choice != PointChoice::kWindow) return rule;
  const double middle = (rule.low + rule.high) / 2;
  return {PointChoice::kWindow, middle, std::min(1.0, middle + (rule.high - rule.low))};
}

CurveSelection selectPoints(const RunTable& table, const CurveRule& rule) {
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  const Curves found = findCurves(table);
  CurveSelection selection;
  std::vector<std::size_t> rows;
  std::vector<std::size_t> run_of_curve(found.curves.size(), kNone);
  for (std::size_t row = 0; row < table.runs.size(); ++row) {
    const std::size_t index = found.curve_of_row[row];
    const Curve& curve = found.curves[index];
    if (!isChosen(table, curve, row, rule)) continue;
    if (run_of_curve[index] == kNone) run_of_curve[index] = selection.runs++;
    rows.push_back(row);
    selection.run_of_row.push_back(run_of_curve[index]);
    if (row != curve.last_row) selection.mid_schedule = true;
  }
  selection.points = rows.size();
  selection.runs_without_points = found.curves.size() - selection.runs;
  selection.table = table.select(rows);
  return selection;
}

}  // namespace moe
