#pragma once

#include <span>
#include <string>

#include "costmodel/kernels/routing/routing.h"
#include "costmodel/verify/layer_check.h"
#include "data/error.h"

namespace moe {

struct RouterRule;

/// A kernel's own routing beside what a router rule decides from reference logits.
struct RoutingCheck {
  CheckVerdict verdict = CheckVerdict::kFailed;
  std::size_t tokens = 0;        ///< that were compared
  std::size_t close_tokens = 0;  ///< of them that chose another expert of as good as the same logit
  std::size_t wrong_tokens = 0;
  double worst_weight = 0;  ///< largest difference of the weight of an expert that both chose
  std::string reason;       ///< empty when passed: the first wrong token and its experts

  bool passed() const { return verdict == CheckVerdict::kPassed; }
};

/// The rule of the kernels' own router: token-choice top-k, softmax over the chosen, nothing
/// dropped.
RouterRule ownRouterRule(int top_k);

/// How far a kernel's logits may be from the reference's: 1e-4 where its input is the reference's
/// in f32, 5e-2 behind attention in bf16.
double routingTolerance(LayerPrecision before);

/// Compares `kernel`, the routing of some tokens, with route(rule, logits), logits [tokens,
/// experts] in double. A token must have as many experts as the rule gives it. Others than the
/// rule's pass only when the best that was missed has a logit within `tolerance` of the worst that
/// was taken instead: which of two equal experts a token takes is decided by rounding. Where both
/// chose the same, weights may differ by `tolerance`. `names` are the tokens' numbers for people;
/// none: 0, 1, ...
///
/// Errors: those of `route`.
Result<RoutingCheck> checkRouting(const RouterRule& rule, std::span<const double> logits,
                                  const Routing& kernel, double tolerance,
                                  std::span<const int> names = {});

}  // namespace moe
