#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/error.h"
#include "data/training_run.h"

namespace moe {

enum class PointChoice { kLast, kAll, kWindow };

/// Which points of each run's curve are used. Rows with one run_id are one curve.
struct CurveRule {
  PointChoice choice = PointChoice::kLast;
  double low = 0;  ///< window, as fractions of the run's own schedule
  double high = 1;
};

/// Reads "last", "all" or "LO..HI" with 0 <= LO < HI <= 1 ("0.04..0.3333333"). Errors: kUsage.
Result<CurveRule> parseCurveRule(std::string_view text);

/// The rule as parseCurveRule reads it.
std::string describe(const CurveRule& rule);

/// The first half of a window, [lo, (lo + hi) / 2]. A rule without a window is its own.
CurveRule earlierWindow(const CurveRule& rule);

/// The window of the same length that starts at the middle, [(lo + hi) / 2, (lo + hi) / 2 + hi -
/// lo], cut off at 1. A rule without a window is its own.
CurveRule laterWindow(const CurveRule& rule);

struct CurveSelection {
  RunTable table;                       ///< the chosen points in their old order
  std::vector<std::size_t> run_of_row;  ///< per row 0..runs-1, by first appearance
  std::size_t runs = 0;                 ///< with at least one point chosen
  std::size_t runs_without_points = 0;  ///< whose points all lie outside the window
  std::size_t points = 0;
  bool mid_schedule = false;  ///< some chosen point is not the last of its run
};

/// A point's place s in its run is its step, or D where some row of the run has no step. `last`
/// takes the largest s (of equals the later row); a window keeps LO - 1e-9 <= s / s_max <= HI +
/// 1e-9. s_max is the largest s in this table: a run that was cut short is measured by its own
/// length.
CurveSelection selectPoints(const RunTable& table, const CurveRule& rule);

}  // namespace moe
