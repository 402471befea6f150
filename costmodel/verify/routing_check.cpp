#include "costmodel/verify/routing_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "costmodel/kernels/routing/route.h"
#include "costmodel/kernels/routing/router_presets.h"

namespace moe {
namespace {

using WeightByExpert = std::map<int, double>;

/// Experts of every token with their weights.
std::vector<WeightByExpert> choicesByToken(const Routing& routing) {
  std::vector<WeightByExpert> choices(static_cast<std::size_t>(routing.tokens));
  for (int expert = 0; expert < routing.experts; ++expert) {
    const auto begin = static_cast<std::size_t>(routing.first[static_cast<std::size_t>(expert)]);
    const auto tokens = routing.tokensOf(expert);
    for (std::size_t i = 0; i < tokens.size(); ++i)
      choices[static_cast<std::size_t>(tokens[i])][expert] = routing.weight[begin + i];
  }
  return choices;
}

std::vector<int> expertsOf(const WeightByExpert& choice) {
  std::vector<int> experts;
  for (const auto& [expert, weight] : choice) experts.push_back(expert);
  return experts;
}

/// One token: what the kernel chose, what the rule does, and the logits of both.
struct TokenChoices {
  const WeightByExpert& kernel;
  const WeightByExpert& rule;
  std::span<const double> logits;
};

bool choseOthers(const TokenChoices& token) {
  return expertsOf(token.kernel) != expertsOf(token.rule);
}

/// Whether the experts that the kernel missed are no better than those it took instead.
bool isClose(const TokenChoices& token, double tolerance) {
  if (token.kernel.size() != token.rule.size()) return false;
  double missed = -INFINITY;
  double taken = INFINITY;
  for (const auto& [expert, weight] : token.rule)
    if (!token.kernel.contains(expert))
      missed = std::max(missed, token.logits[static_cast<std::size_t>(expert)]);
  for (const auto& [expert, weight] : token.kernel)
    if (!token.rule.contains(expert))
      taken = std::min(taken, token.logits[static_cast<std::size_t>(expert)]);
  return missed - taken <= tolerance;
}

double weightDifference(const TokenChoices& token) {
  double worst = 0;
  for (const auto& [expert, weight] : token.kernel) {
    const auto same = token.rule.find(expert);
    if (same == token.rule.end()) continue;
    const double gap = std::abs(weight - same->second);
    worst = gap <= worst ? worst : gap;  // a NaN is kept
  }
  return worst;
}

std::string routingReason(const TokenChoices& token, int name, double difference) {
  if (choseOthers(token))
    return fmt::format("token {} goes to experts {}; by its logits they are {}", name,
                       expertsOf(token.kernel), expertsOf(token.rule));
  return fmt::format("a weight of token {} is off by {:.3g}", name, difference);
}

}  // namespace

RouterRule ownRouterRule(int top_k) {
  RouterRule rule = routerPreset("hf-mixtral").value();
  rule.top_k = top_k;
  return rule;
}

double routingTolerance(LayerPrecision before) {
  return before == LayerPrecision::kF32 ? 1e-4 : 5e-2;
}

Result<RoutingCheck> checkRouting(const RouterRule& rule, std::span<const double> logits,
                                  const Routing& kernel, double tolerance,
                                  std::span<const int> names) {
  const std::vector<float> rounded(logits.begin(), logits.end());
  const auto routed = route(rule, rounded, kernel.tokens, kernel.experts);
  if (!routed) return tl::unexpected(routed.error());
  const auto by_kernel = choicesByToken(kernel);
  const auto by_rule = choicesByToken(routed->routing);
  const auto experts = static_cast<std::size_t>(kernel.experts);
  RoutingCheck check;
  check.tokens = by_kernel.size();
  for (std::size_t t = 0; t < by_kernel.size(); ++t) {
    const TokenChoices token{by_kernel[t], by_rule[t], logits.subspan(t * experts, experts)};
    const bool others = choseOthers(token);
    const bool close = others && isClose(token, tolerance);
    // A close token has another sum in its softmax: its weights are not compared.
    const double difference = others ? 0 : weightDifference(token);
    check.worst_weight = difference <= check.worst_weight ? check.worst_weight : difference;
    if (close) ++check.close_tokens;
    if ((!others || close) && difference <= tolerance) continue;
    if (++check.wrong_tokens == 1)
      check.reason =
          routingReason(token, names.empty() ? static_cast<int>(t) : names[t], difference);
  }
  if (check.tokens == 0) check.reason = "no token was compared";
  if (check.tokens > 0 && check.wrong_tokens == 0) check.verdict = CheckVerdict::kPassed;
  return check;
}

}  // namespace moe
