#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "costmodel/planner/priced_design.h"
#include "data/error.h"
#include "data/index_range.h"
#include "data/progress.h"
#include "fitting/laws/law.h"

namespace moe {

/// The model that costs least over its life: training plus the serving of `lifetime_tokens`. Either
/// the least USD at a loss, or the least loss for USD; exactly one of target_loss and total_usd.
struct LifetimeRequest {
  Law law;
  std::vector<PricedDesign> designs;
  double lifetime_tokens = 0;  ///< T, output tokens
  std::optional<double> target_loss;
  std::optional<double> total_usd;

  std::optional<double> unique_tokens;  ///< without repeats; more are worth less (freshTokens)
  std::optional<double> max_train_tokens;
  std::optional<double> max_tokens_per_param;  ///< of the law's N
  std::optional<double> max_wall_s;            ///< of training; needs designs that state wall_s

  std::size_t draws = 200;  ///< of the law's posterior sample and the prices' uncertainty
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0: as many as the machine has
};

/// What holds the optimum where it is.
enum class Binding {
  kNone,            ///< nothing: the slope is zero there
  kPriceKink,       ///< the price bends: device count or concurrency limit change at this N
  kLargestModel,    ///< no larger model is served: memory or a latency limit
  kSmallestModel,   ///< the search ends there (1e6 parameters)
  kTrainTokens,     ///< max_train_tokens
  kUniqueTokens,    ///< repeats do not add enough (infeasible only)
  kTokensPerParam,  ///< max_tokens_per_param
  kWallTime,        ///< max_wall_s
  kLossFloor,       ///< no model has this loss (infeasible only)
  kServingBudget,   ///< serving alone costs more than the money (infeasible only)
};

/// One limit that, changed alone, would make a design feasible. Figures in the limit's own unit:
/// parameters, tokens, tokens per parameter, seconds, nats, USD.
struct Relaxation {
  Binding limit = Binding::kNone;
  double has = 0;
  double needs = 0;  ///< the bound of what does, all other limits kept
};

/// Why a design has no answer: `relaxations` by how little they change, the nearest first. Empty
/// when no single limit is to blame.
struct LifetimeShortfall {
  std::vector<Relaxation> relaxations;
  std::optional<double> least_loss;  ///< nats, within all limits, money and lifetime no object
  Binding limit() const { return relaxations.empty() ? Binding::kNone : relaxations.front().limit; }
};

/// One model with its bill.
struct LifetimeModel {
  double params = 0;
  double train_tokens = 0;
  double loss = 0;
  TrainingPrice training;
  ServingPrice serving;
  double serve_usd = 0;  ///< of the lifetime tokens
  double total_usd = 0;
  double tokensPerParam() const { return train_tokens / params; }
};

/// Percentiles 2.5 and 97.5 over joint draws; none when fewer than 20 have the figure.
struct LifetimeIntervals {
  std::optional<Range> params;
  std::optional<Range> train_tokens;
  std::optional<Range> loss;
  std::optional<Range> train_usd;
  std::optional<Range> usd_per_million_output_tokens_all_in;
  std::optional<Range> total_usd;
};

struct LifetimeRow {
  std::size_t design = 0;  ///< index in the request
  std::optional<LifetimeModel> best;
  LifetimeShortfall shortfall;  ///< when there is none
  Binding binding = Binding::kNone;
  double epochs = 1;  ///< passes over the unique tokens
  /// Against the model of least training FLOP with the same loss, this design and fresh tokens.
  double size_vs_loss_optimal = 1;
  double over_training_factor = 1;
  Extrapolation extrapolation;
  bool extrapolated = false;  ///< over one decade outside the runs in N, D or D/N
  LifetimeIntervals ci95;
  double draws_share = 0;            ///< of the draws, those in which it is feasible
  std::optional<double> best_share;  ///< of the draws, those in which it is the best design
  /// Mean over the draws in which it is feasible of its objective (USD, or nats for a budget) above
  /// the best design's in that draw, N chosen anew in each; and as a share of the best's.
  std::optional<double> regret;
  std::optional<double> regret_share;
  /// The same when N stays what was recommended and D reaches for the loss (or spends the money).
  std::optional<double> regret_at_these_params;
  double draws_share_at_these_params = 0;  ///< of the draws, those in which this N has an answer
};

/// When the runner-up would win, all else equal; none: not within four decades of T, or at no
/// price.
struct LifetimeSwitch {
  std::optional<double> lifetime_tokens;  ///< nearest T
  std::optional<double> price_factor;     ///< on the runner-up's serving price
};

struct LifetimeRecommendation {
  enum class None { kNotNone, kNothingFeasible, kAllExtrapolated };
  std::optional<std::size_t> row;
  None none = None::kNotNone;
  std::optional<std::size_t> runner_up;
  std::optional<double> runner_up_excess;  ///< its objective over the recommended's, minus 1
  std::optional<double> beats_runner_up;   ///< share of the draws
  std::optional<std::size_t> better_but_marked;
  LifetimeSwitch switches;
};

/// The answers with the law's values of another fitting choice: what moves more than the intervals
/// show. One entry per design of the request; none: infeasible.
struct LifetimeVariant {
  struct Figures {
    double params = 0;
    double train_tokens = 0;
    double objective = 0;  ///< total USD, or the loss where the money is fixed
  };
  std::string label;
  std::vector<std::optional<Figures>> designs;
};

struct LifetimeOutcome {
  std::vector<LifetimeRow> rows;  ///< the best first, infeasible ones last
  LifetimeRecommendation recommendation;
  std::vector<LifetimeVariant> variants;  ///< in the order of the law's
  std::size_t draws = 0;
  std::vector<Warning> warnings;
  bool feasible() const { return !rows.empty() && rows.front().best.has_value(); }
};

/// Errors: kUsage for a request that makes no sense, kUnanswered for a law without D or one that
/// does not know a design's experts, kCancelled. Infeasible designs are rows with a reason. Equal
/// requests give equal bits on any number of threads.
Result<LifetimeOutcome> planLifetime(const LifetimeRequest& request, std::stop_token stop = {},
                                     const ProgressSink& progress = {});

struct LifetimeDraws;  // lifetime_draws.h

/// Some draws of a plan, by index in the range. Errors as planLifetime.
Result<LifetimeDraws> lifetimeDraws(const LifetimeRequest& request, IndexRange range,
                                    std::stop_token stop = {}, const ProgressSink& progress = {});

/// The plan from all of its draws, as planLifetime makes it.
Result<LifetimeOutcome> planLifetime(const LifetimeRequest& request, const LifetimeDraws& draws);

}  // namespace moe
