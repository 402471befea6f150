#pragma once

#include <limits>
#include <optional>

#include "costmodel/planner/lifetime.h"
#include "costmodel/planner/loss_surface.h"
#include "costmodel/planner/priced_design.h"

namespace moe {

inline constexpr double kSmallestPlanned = 1e6;  ///< parameters; nothing smaller is searched

/// What is minimised at one design: USD where there is a target, else the loss.
struct LifetimeTask {
  static constexpr double kNoLimit = std::numeric_limits<double>::infinity();
  double lifetime_tokens = 0;
  std::optional<double> log_target;
  double total_usd = kNoLimit;
  double most_log_tokens = kNoLimit;
  double most_log_tokens_per_param = kNoLimit;
  double most_wall_s = kNoLimit;
  double price_factor = 1;  ///< on the serving price

  /// The most ln D that a size may be trained on, wall time apart.
  double mostLogTokens(double log_params) const;
};

/// The task of a request at the stated prices.
LifetimeTask taskOf(const LifetimeRequest& request);

/// Training tokens at which `spent` of the training (its USD, its seconds) reaches `amount`.
double tokensSpending(const PricedDesign& design, double TrainingPrice::*spent, double params,
                      double amount, double guess);

/// The objective at a size whose serving costs this much; infinite where a limit is broken.
struct LifetimeValue {
  double objective = 0;
  double log_tokens = 0;
};
LifetimeValue lifetimeValue(const PricedDesign& design, const LossSurface& surface,
                            const LifetimeTask& task, double log_params, double params,
                            double usd_per_million);

/// Smallest ln N that has the target loss within the limits on tokens; none when no size has.
/// `start`: ln N of the loss-optimal model.
std::optional<double> leastLogParams(const LossSurface& surface, const LifetimeTask& task,
                                     double start);

}  // namespace moe
