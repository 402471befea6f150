#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "costmodel/planner/lifetime.h"
#include "costmodel/planner/lifetime_solve.h"
#include "data/index_range.h"

namespace moe {

/// What one draw of the law and of the prices says about one design; NaN where it is infeasible.
struct LifetimeDraw {
  double params;
  double train_tokens;
  double loss;
  double train_usd;
  double usd_per_million;
  double total_usd;
  double objective;
  double objective_at_point;  ///< with N of the point solution
};

/// Draw-major table: entry draw * designs + design.
struct LifetimeDraws {
  std::size_t draws = 0;
  std::size_t designs = 0;
  std::vector<LifetimeDraw> table;
  const LifetimeDraw& at(std::size_t draw, std::size_t design) const {
    return table[draw * designs + design];
  }
};

/// How many draws a request has: those of the law's posterior, at most `request.draws`; of a law
/// without posterior those of the prices, where they are uncertain.
std::size_t drawCount(const LifetimeRequest& request);

/// Solves every design in some draws; draw k of the result is draw range.first + k of the request.
/// A draw is one vector of the law's posterior and one factor on the prices of each hardware,
/// exp(z s) with s from `price_uncertainty`: the error of a machine's cost model moves all designs
/// on it together. Both depend on the seed and the draw's index alone, so that neighbouring
/// questions see the same draws, and tables of ranges that follow one another make the whole, bit
/// for bit. None when stopped.
std::optional<LifetimeDraws> solveDraws(const LifetimeRequest& request,
                                        const std::vector<PriceGrid>& grids,
                                        const std::vector<LifetimeSolution>& points,
                                        IndexRange range, std::stop_token stop,
                                        const ProgressSink& progress);

/// Intervals, shares and regrets of every row.
void fillFromDraws(const LifetimeDraws& draws, std::vector<LifetimeRow>& rows);

/// Share of the draws in which design `first` beats `second`; an infeasible one loses.
double beatsShare(const LifetimeDraws& draws, std::size_t first, std::size_t second);

}  // namespace moe
