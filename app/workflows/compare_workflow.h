#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "app/workflows/run_points.h"
#include "data/error.h"
#include "data/progress.h"
#include "data/units.h"
#include "fitting/trust/comparison.h"

namespace moe {

/// `compare`: which law these runs follow. Texts as on the command line.
struct CompareQuestion {
  PointsQuestion points;
  std::vector<std::string> laws;  ///< all families when empty
  std::string objective = "huber";
  double delta = 1e-3;
  bool unbounded = false;
  bool reduce = false;
  std::string hold_out = "largest:20%";  ///< empty: none
  std::size_t folds = 10;                ///< of the cross-validation; 0: none
  std::uint64_t seed = 0;
  int threads = 0;
};

struct CompareAnswer {
  CompareQuestion question;
  ChosenPoints points;
  std::size_t held_runs = 0;
  Comparison comparison;
  std::vector<Warning> warnings;
  Seconds timing;
};

/// Errors: kUsage for unknown words, kInput for files and data, kInfeasible when no law suits these
/// runs, kCancelled.
Result<CompareAnswer> answerCompare(const CompareQuestion& question, std::stop_token stop = {},
                                    const ProgressSink& progress = {});

/// The same on the rows that readPoints read for such a question.
Result<CompareAnswer> answerCompare(const CompareQuestion& question, const RunTable& read,
                                    std::stop_token stop = {}, const ProgressSink& progress = {});

}  // namespace moe
