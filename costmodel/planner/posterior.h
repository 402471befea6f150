#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "costmodel/planner/plan.h"
#include "costmodel/planner/solve.h"
#include "data/index_range.h"

namespace moe {

/// The figures of one configuration in one draw; NaN where the draw has none.
struct DrawFigures {
  double params;
  double train_tokens;
  double loss;
  double usd_per_million_tokens;
  double usd_per_million_output_tokens_all_in;
  double size_vs_loss_optimal;
  double cost_vs_base;
};

/// Both configurations of one expert count in one draw.
struct DrawRow {
  DrawFigures loss_optimal;
  DrawFigures chosen;
};

/// Draw-major table of rows: entry draw * experts + row.
struct PosteriorPlan {
  std::size_t draws = 0;
  std::size_t experts = 0;
  std::vector<DrawRow> rows;

  const DrawRow& at(std::size_t draw, std::size_t row) const { return rows[draw * experts + row]; }
};

/// How many draws a request has: those of the law's posterior, at most `request.draws`.
std::size_t drawCount(const PlanRequest& request);

/// Plans with some of up to `request.draws` vectors of the law's posterior sample: all of them in
/// order when there are not more, else a seeded choice without repeats. Draw k of the result is
/// draw range.first + k of the request. The draws are shared out over threads; each writes its own
/// places, so the result does not depend on their number, and tables of ranges that follow one
/// another make the whole, bit for bit. None when it was stopped.
std::optional<PosteriorPlan> planPosterior(const PlanRequest& request, std::size_t base,
                                           IndexRange range, std::stop_token stop,
                                           const ProgressSink& progress);

/// Intervals and the share of draws in which the configuration exists and fits, for every row.
void fillIntervals(const PosteriorPlan& posterior, PlanOutcome& outcome);

/// What the mode makes small: USD per million output tokens (min-cost), else the loss. NaN when
/// the draw has no such configuration or it fits nowhere.
double objective(PlanMode mode, const DrawFigures& figures);

/// Per row the share of draws in which it has the least objective; ties go to fewer experts.
std::vector<double> bestShares(const PosteriorPlan& posterior, PlanMode mode);

/// Share of the draws in which row `first` has a smaller objective than `second`; a missing
/// configuration loses.
double beatsShare(const PosteriorPlan& posterior, PlanMode mode, std::size_t first,
                  std::size_t second);

}  // namespace moe
