#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "costmodel/kernels/routing/router_rule.h"
#include "costmodel/kernels/routing/routing.h"
#include "data/error.h"

namespace moe {

/// What a router decided, with nothing lost silently. Where tokens choose
///
///     kept + dropped + declined + k unroutable tokens = T k
struct Routed {
  Routing routing;                             ///< what was kept, experts' groups one after another
  std::optional<int> capacity;                 ///< slots per expert and group; none: no limit
  std::vector<std::size_t> chosen_per_expert;  ///< before anything was dropped
  std::vector<std::size_t> dropped_per_choice;  ///< [top_k]: first choices, second choices, ...
  std::size_t declined = 0;                     ///< second choices that SecondChoice did not send
  std::size_t unroutable_tokens = 0;            ///< a logit is NaN, or the largest is infinite

  /// Without coefficient: E sum_e f_e P_e, the mean over sequences (see router_losses.h).
  double balance_loss = 0;
  double z_loss = 0;  ///< without coefficient: mean of (log sum_j exp x_j)^2
};

/// alpha L_balance + c_z L_z.
double auxiliaryLoss(const RouterRule& rule, const Routed& routed);

/// Routes tokens by their logits, f32 [tokens, experts]. Choices are ranked by logit, equal ones by
/// the lower expert; references rank by f32 probabilities, which can tie where logits do not. Minus
/// infinity is a logit (probability 0).
///
/// A token with a NaN among its logits, or without a finite largest one, goes to no expert, takes
/// no slot, stays out of both losses and is counted. Losses of no token are 0. A sum of scores of 0
/// gives weights of 0. Equal seeds give equal draws.
///
/// Errors (kUsage): sizes that are not positive or do not fit, top_k above the experts, a capacity
/// or threshold out of range, groups or sequences that do not divide the tokens, a router whose
/// slots are of a sequence without its length, experts that choose without capacity.
Result<Routed> route(const RouterRule& rule, std::span<const float> logits, int tokens, int experts,
                     std::uint64_t seed = 0);

}  // namespace moe
