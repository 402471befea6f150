#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "costmodel/accelerator.h"
#include "costmodel/planner/price_surface.h"
#include "costmodel/planner/training_budget.h"
#include "costmodel/serving.h"
#include "costmodel/shape_rule.h"
#include "data/error.h"
#include "data/index_range.h"
#include "data/progress.h"
#include "fitting/laws/law.h"

namespace moe {

/// What is asked of every expert count E beside the loss-optimal model of the base.
enum class PlanMode {
  kLossOptimal,  ///< the N and D of least loss at the training budget
  kMinCost,      ///< the smallest N that still reaches the base's loss [Yun2024, algorithm 1]
  kMinLoss,      ///< the loss at the N that serves at the base's cost [Yun2024, algorithm 2]
};

/// What serving models of one expert count costs by the exact cost model.
struct ServedExperts {
  double experts = 1;
  std::shared_ptr<const PriceSurface> surface;
};

/// A plan's inputs. N is the number of parameters that the law declares and is taken as that of
/// the shape rule's dense model.
struct PlanRequest {
  Law law;
  PlanMode mode = PlanMode::kMinCost;
  Flop budget;  ///< training FLOP of each model
  std::vector<double> experts = {1, 4, 8, 16, 32};
  double base_experts = 4;
  ShapeRule shape_rule;
  Accelerator accelerator;
  UsdPerSecond price;  ///< of one device
  int max_devices = 8;
  Workload workload;
  ServingSettings settings;
  /// Prices of the exact cost model; an expert count that is not among them cannot be served.
  /// Empty: the roofline of costmodel/serving.h on `accelerator`.
  std::vector<ServedExperts> served;
  Basis served_basis = Basis::kInterpolated;  ///< of these prices
  std::optional<TrainingMachine> training;    ///< to state what the training costs
  std::optional<double> lifetime_tokens;      ///< output tokens, to state what serving them costs
  std::size_t draws = 200;                    ///< of the law's posterior sample
  std::uint64_t seed = 0;                     ///< which draws, when there are more
  int threads = 0;                            ///< 0: as many as the machine has
};

/// Percentiles 2.5 and 97.5 over the draws.
using Interval = Range;

/// Intervals of one configuration from joint draws: the base and the other model come from the
/// same draw. None without a posterior, or when fewer than 20 draws have the figure.
struct ConfigurationIntervals {
  std::optional<Interval> dense_params;
  std::optional<Interval> train_tokens;
  std::optional<Interval> tokens_per_param;
  std::optional<Interval> loss;
  std::optional<Interval> usd_per_million_tokens;
  std::optional<Interval> usd_per_million_output_tokens_all_in;
  std::optional<Interval> size_vs_loss_optimal;
  std::optional<Interval> over_training_factor;
  std::optional<Interval> cost_vs_base;
};

/// Why a configuration does not exist or cannot be served.
enum class Shortfall {
  kNone,
  kNoOptimum,    ///< loss has no interior minimum along the budget at this E
  kCannotReach,  ///< no N has the base's loss at this budget
  kDoesNotFit,   ///< not one request fits beside the weights on the allowed devices
  kNoCostBound,  ///< the base cannot be served, so that there is no cost to hold
  kTooDear,      ///< not even the smallest model serves at the base's cost
};

/// One model: size, training and serving. Meaningless figures are 0 when `exists` is false.
struct Configuration {
  bool exists = false;
  Shortfall shortfall = Shortfall::kNone;
  std::optional<Flop> reachable_at;  ///< kCannotReach: budget at which the base's loss is reached
  double dense_params = 0;
  double active_params = 0;
  double total_params = 0;
  double train_tokens = 0;
  double loss = 0;                     ///< nats per token
  std::optional<ServingCost> serving;  ///< none: kDoesNotFit
  double size_vs_loss_optimal = 1;     ///< N / N of the loss-optimal model with this E
  double over_training_factor = 1;     ///< D / D of the loss-optimal model with this E
  std::optional<double> cost_vs_base;  ///< serving cost over that of the base's loss-optimum
  std::optional<Usd> train_usd;
  std::optional<Usd> serve_usd;  ///< of the lifetime tokens
  ConfigurationIntervals ci95;
  Extrapolation extrapolation;
  bool extrapolated =
      false;  ///< over one decade outside the runs in N, D or D/N: never recommended
  bool tight_memory = false;  ///< room for < 64 requests, or N within 10 % of what fits at all
  double draws_share = 0;     ///< of the draws, those in which it exists and fits

  double tokensPerParam() const { return train_tokens / dense_params; }
};

/// One expert count.
struct PlanRow {
  double experts = 1;
  Configuration loss_optimal;
  Configuration chosen;              ///< of the mode; the same as loss_optimal in kLossOptimal
  std::optional<double> best_share;  ///< of the draws, those in which this E is the best one
};

/// Which row to take, or why none.
struct Recommendation {
  enum class None { kNotNone, kNothingFeasible, kAllExtrapolated };
  std::optional<std::size_t> row;
  None none = None::kNotNone;
  std::optional<std::size_t> runner_up;
  std::optional<double> beats_runner_up;         ///< share of the draws
  std::optional<std::size_t> better_but_marked;  ///< best of all, were it not extrapolated
};

/// The plan with the law's values of another fitting choice: what moves more than the intervals
/// show. One entry per row; figures that do not exist are none.
struct PlanVariant {
  struct Row {
    std::optional<double> loss_optimal_params;
    std::optional<double> dense_params;
    std::optional<double> loss;
    std::optional<double> cost_vs_base;
  };
  std::string label;
  std::vector<Row> rows;
};

struct PlanOutcome {
  PlanMode mode = PlanMode::kMinCost;
  std::vector<PlanRow> rows;  ///< by ascending E
  std::size_t base = 0;       ///< index of the base in `rows`
  Recommendation recommendation;
  std::vector<PlanVariant> variants;  ///< in the order of the law's
  std::size_t draws = 0;              ///< used; 0 when the law has no posterior
  std::vector<Warning> warnings;

  const PlanRow& baseRow() const { return rows[base]; }
  /// Whether at least one chosen configuration can be served.
  bool feasible() const;
};

/// What the plan's serving prices rest on.
Basis servingBasis(const PlanRequest& request);

/// Plans every expert count. Errors: kUsage for a request that makes no sense (no budget, no
/// expert counts, E < 1), kUnanswered for a law that lacks D, E or an optimum of the base,
/// kCancelled. What fits nowhere or cannot be reached is an outcome with a reason. Equal requests
/// give equal bits on any number of threads.
Result<PlanOutcome> makePlan(const PlanRequest& request, std::stop_token stop = {},
                             const ProgressSink& progress = {});

struct PosteriorPlan;  // posterior.h

/// Some draws of a plan, by index in the range. Errors as makePlan.
Result<PosteriorPlan> planDraws(const PlanRequest& request, IndexRange range,
                                std::stop_token stop = {}, const ProgressSink& progress = {});

/// The plan from all of its draws, as makePlan makes it.
Result<PlanOutcome> makePlan(const PlanRequest& request, const PosteriorPlan& draws);

}  // namespace moe
