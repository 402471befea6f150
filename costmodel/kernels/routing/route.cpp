#include "costmodel/kernels/routing/route.h"

#include <fmt/format.h>

#include <algorithm>

#include "costmodel/kernels/routing/capacity.h"
#include "costmodel/kernels/routing/check_rule.h"
#include "costmodel/kernels/routing/choices.h"
#include "costmodel/kernels/routing/router_losses.h"
#include "costmodel/kernels/routing/slots.h"

namespace moe {
namespace {

constexpr std::int32_t kNobody = RouterChoices::kNobody;

RouterChoices emptyTable(int tokens, int width) {
  RouterChoices choices;
  choices.tokens = tokens;
  choices.width = width;
  const std::size_t size = choices.at(tokens, 0);
  choices.expert.assign(size, kNobody);
  choices.slot.assign(size, kNobody);
  choices.gate.assign(size, 0.0);
  choices.gate_sum.assign(tokens, 0.0);
  return choices;
}

RouterChoices decide(const RouterRule& rule, const TokenScores& scores, int group,
                     std::optional<int> capacity, std::uint64_t seed) {
  const bool tokens_choose = rule.selection == RouterSelection::kTokensChoose;
  RouterChoices choices =
      tokens_choose ? chooseExperts(rule, scores, seed) : emptyTable(scores.tokens, scores.experts);
  for (int begin = 0; begin < scores.tokens; begin += group) {
    if (tokens_choose) {
      giveSlots(rule, scores, capacity, begin, begin + group, seed, choices);
    } else {
      takeTokens(scores, *capacity, begin, begin + group, choices);
    }
  }
  return choices;
}

/// The divisor of a token's gates, and how many of them were kept.
struct KeptGates {
  double sum = 0;
  int count = 0;
};

KeptGates keptGates(const RouterChoices& choices, int token) {
  KeptGates kept;
  for (int i = 0; i < choices.width; ++i) {
    const std::size_t place = choices.at(token, i);
    if (choices.slot[place] == kNobody) continue;
    kept.sum += choices.gate[place];
    ++kept.count;
  }
  return kept;
}

double gateDivisor(const RouterRule& rule, const RouterChoices& choices, const KeptGates& kept,
                   int token) {
  const bool single = rule.selection == RouterSelection::kTokensChoose && rule.top_k == 1;
  if (rule.renormalise == Renormalise::kNone || (single && !rule.renormalise_single)) return 1;
  if (rule.renormalise == Renormalise::kByTakers) return kept.count;
  const double sum =
      rule.renormalise == Renormalise::kBeforeDrop ? choices.gate_sum[token] : kept.sum;
  return std::max(sum + rule.divisor_added, rule.divisor_least);
}

/// Kept assignments of each expert, and where those of a group begin.
void countKept(const RouterChoices& choices, Routing& routing) {
  std::vector<std::int32_t> kept(routing.experts, 0);
  for (std::size_t i = 0; i < choices.slot.size(); ++i)
    if (choices.slot[i] != kNobody) ++kept[choices.expert[i]];
  routing.first.assign(routing.experts + 1, 0);
  for (int e = 0; e < routing.experts; ++e) routing.first[e + 1] = routing.first[e] + kept[e];
  routing.token.resize(routing.first.back());
  routing.weight.resize(routing.first.back());
}

void placeGroup(const RouterRule& rule, const RouterChoices& choices, int begin, int end,
                std::vector<std::int32_t>& next, Routing& routing) {
  std::vector<std::int32_t> kept_here(routing.experts, 0);
  for (int t = begin; t < end; ++t) {
    const KeptGates kept = keptGates(choices, t);
    if (kept.count == 0) ++routing.tokens_without_expert;
    const double divisor = gateDivisor(rule, choices, kept, t);
    for (int i = 0; i < choices.width; ++i) {
      const std::size_t place = choices.at(t, i);
      if (choices.slot[place] == kNobody) continue;
      const std::int32_t expert = choices.expert[place];
      const std::int32_t target = next[expert] + choices.slot[place];
      routing.token[target] = t;
      routing.weight[target] =
          divisor > 0 ? static_cast<float>(choices.gate[place] / divisor * rule.scaling) : 0.0F;
      ++kept_here[expert];
    }
  }
  for (int e = 0; e < routing.experts; ++e) next[e] += kept_here[e];
}

Routing gatherRouting(const RouterRule& rule, const RouterChoices& choices, int experts,
                      int group) {
  Routing routing;
  routing.tokens = choices.tokens;
  routing.experts = experts;
  countKept(choices, routing);
  std::vector<std::int32_t> next(routing.first.begin(), routing.first.end() - 1);
  for (int begin = 0; begin < choices.tokens; begin += group)
    placeGroup(rule, choices, begin, begin + group, next, routing);
  return routing;
}

void countChoices(const RouterRule& rule, const RouterChoices& choices, Routed& routed) {
  routed.chosen_per_expert.assign(routed.routing.experts, 0);
  if (rule.selection == RouterSelection::kTokensChoose)
    routed.dropped_per_choice.assign(rule.top_k, 0);
  for (std::size_t i = 0; i < choices.expert.size(); ++i) {
    if (choices.expert[i] == kNobody) continue;
    ++routed.chosen_per_expert[choices.expert[i]];
    if (choices.slot[i] != kNobody) continue;
    ++routed.routing.dropped;
    ++routed.dropped_per_choice[i % choices.width];
  }
}

}  // namespace

double auxiliaryLoss(const RouterRule& rule, const Routed& routed) {
  return rule.balance_coefficient * routed.balance_loss + rule.z_coefficient * routed.z_loss;
}

Result<Routed> route(const RouterRule& rule, std::span<const float> logits, int tokens, int experts,
                     std::uint64_t seed) {
  if (auto checked = checkRule(rule, tokens, experts); !checked)
    return tl::unexpected(checked.error());
  const std::size_t needed = static_cast<std::size_t>(tokens) * experts;
  if (logits.size() != needed)
    return fail(ErrorKind::kUsage, "logits",
                fmt::format("are {} numbers; {} tokens and {} experts need {}", logits.size(),
                            tokens, experts, needed));
  const int group = rule.group_tokens > 0 ? rule.group_tokens : std::max(tokens, 1);
  const TokenScores scores = tokenScores(rule, logits, tokens, experts);
  Routed routed;
  routed.capacity = expertCapacity(rule.capacity, group, experts, rule.top_k);
  const RouterChoices choices = decide(rule, scores, group, routed.capacity, seed);
  routed.routing = gatherRouting(rule, choices, experts, group);
  countChoices(rule, choices, routed);
  routed.declined = choices.declined;
  routed.unroutable_tokens = std::count(scores.valid.begin(), scores.valid.end(), 0);
  routed.balance_loss = balanceLoss(rule, scores, choices);
  routed.z_loss = zLoss(scores);
  return routed;
}

}  // namespace moe
