#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/curves.h"
#include "data/error.h"
#include "data/readers/read_runs.h"
#include "data/run_filter.h"
#include "data/training_run.h"

namespace moe {

/// Which points of which runs: texts as on the command line, not yet understood.
struct PointsQuestion {
  std::vector<std::string> files;
  std::string map;                        ///< "n=params,loss=val_loss"
  std::vector<std::string> filters;       ///< "router=S-Base,Dense"
  std::vector<std::string> exclude_runs;  ///< by run_id
  std::string params_are;                 ///< "dense", "active", "total"; empty: as the file says
  bool skip_bad = false;
  std::size_t drop_highest_loss = 0;
  std::string curve = "last";  ///< which points of a run's curve, see parseCurveRule
};

/// A PointsQuestion with its words understood.
struct PointsPlan {
  ReadOptions read;
  std::vector<RunFilter> filters;
  CurveRule curve;
};

/// Runs to hold out: a share of those with the largest compute, or those that pass a filter.
struct HoldOutRule {
  std::optional<double> share;
  std::optional<RunFilter> filter;
  bool any() const { return share || filter; }
};

/// The points that a fit is made on, and all rows that they were chosen from.
struct ChosenPoints {
  RunTable all;
  RunTable table;
  std::vector<std::size_t> run_of_row;  ///< of `table`
  std::size_t runs = 0;
  std::size_t runs_without_points = 0;
  bool mid_schedule = false;
  std::vector<Warning> warnings;  ///< what the points must be told about, whatever the law
};

/// Errors: kUsage, naming the option, its value and what it may be.
Result<PointsPlan> understandPoints(const PointsQuestion& question);

/// Reads "largest:20%", or a filter; nothing from empty text. Errors: kUsage.
Result<HoldOutRule> parseHoldOut(const std::string& text);

/// The tables of the question's files as one, before any row is left out. Depends on `files`,
/// `map`, `params_are` and `skip_bad` alone, so that one reading is good for many filters and
/// curves. Errors: as readRunFiles.
Result<RunTable> readPoints(const PointsQuestion& question, const PointsPlan& plan);

/// Filters and chooses among the rows that were read. Errors: kInput for an empty choice.
Result<ChosenPoints> choosePoints(const PointsQuestion& question, const PointsPlan& plan,
                                  const RunTable& read);

/// Both. Errors: kInput for files, data and an empty choice.
Result<ChosenPoints> choosePoints(const PointsQuestion& question, const PointsPlan& plan);

/// Which rows of a table the rule holds out. Errors: as rowsThatPass.
Result<std::vector<bool>> heldOut(const HoldOutRule& rule, const RunTable& table,
                                  std::span<const std::size_t> run_of_row);

}  // namespace moe
