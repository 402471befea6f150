#include "costmodel/kernels/routing/check_rule.h"

#include <fmt/format.h>

#include <cmath>

namespace moe {
namespace {

tl::unexpected<Error> ruleProblem(const char* setting, std::string message) {
  return fail(ErrorKind::kUsage, setting, std::move(message));
}

bool isPositiveNumber(double value) { return std::isfinite(value) && value > 0; }
bool isNumberFromZero(double value) { return std::isfinite(value) && value >= 0; }

Result<void> checkCapacity(const CapacityRule& rule) {
  if (rule.factor && !isNumberFromZero(*rule.factor))
    return ruleProblem("capacity.factor",
                       fmt::format("is {}; a number from 0 is needed", *rule.factor));
  if (rule.fixed && *rule.fixed < 0)
    return ruleProblem("capacity.fixed", fmt::format("is {}; 0 or more is needed", *rule.fixed));
  if (rule.least < 0)
    return ruleProblem("capacity.least", fmt::format("is {}; 0 or more is needed", rule.least));
  if (rule.multiple_of < 1)
    return ruleProblem("capacity.multiple_of",
                       fmt::format("is {}; 1 or more is needed", rule.multiple_of));
  return {};
}

Result<void> checkParts(const char* setting, int part, int tokens) {
  if (part < 0) return ruleProblem(setting, fmt::format("is {}; 0 (all) or more is needed", part));
  if (part > 0 && tokens % part != 0)
    return ruleProblem(setting,
                       fmt::format("is {}, which does not divide {} tokens", part, tokens));
  return {};
}

Result<void> checkWeights(const RouterRule& rule) {
  if (!isNumberFromZero(rule.divisor_added) || !isNumberFromZero(rule.divisor_least))
    return ruleProblem("divisor",
                       fmt::format("has added {} and least {}; numbers from 0 are needed",
                                   rule.divisor_added, rule.divisor_least));
  if (!std::isfinite(rule.scaling))
    return ruleProblem("scaling", fmt::format("is {}; a number is needed", rule.scaling));
  if (!isPositiveNumber(rule.second_threshold))
    return ruleProblem("second_threshold",
                       fmt::format("is {}; a number above 0 is needed", rule.second_threshold));
  return {};
}

Result<void> checkChoice(const RouterRule& rule, int experts) {
  if (rule.selection == RouterSelection::kTokensChoose) {
    if (rule.top_k >= 1 && rule.top_k <= experts) return {};
    return ruleProblem("top_k", fmt::format("is {} of {} experts; 1 to {} are possible", rule.top_k,
                                            experts, experts));
  }
  if (!rule.capacity.factor && !rule.capacity.fixed)
    return ruleProblem("capacity", "experts that choose tokens need one");
  if (rule.scores == RouterScores::kSoftmaxOfChosen || rule.renormalise == Renormalise::kBeforeDrop)
    return ruleProblem("selection",
                       "experts that choose leave a token no list of its own choices: "
                       "no softmax or sum over them");
  if (rule.balance != BalanceCount::kNone)
    return ruleProblem("balance", "experts that choose are balanced; there is no such loss");
  return {};
}

}  // namespace

Result<void> checkRule(const RouterRule& rule, int tokens, int experts) {
  if (tokens < 0) return ruleProblem("tokens", fmt::format("is {}; 0 or more is needed", tokens));
  if (experts < 1)
    return ruleProblem("experts", fmt::format("is {}; 1 or more is needed", experts));
  if (auto checked = checkChoice(rule, experts); !checked) return checked;
  if (auto checked = checkCapacity(rule.capacity); !checked) return checked;
  if (auto checked = checkParts("group_tokens", rule.group_tokens, tokens); !checked)
    return checked;
  if (auto checked = checkParts("balance_tokens", rule.balance_tokens, tokens); !checked)
    return checked;
  if (rule.group_is_sequence && rule.group_tokens == 0)
    return ruleProblem("group_tokens",
                       "is 0, but this router counts slots by sequence: set the tokens of one");
  return checkWeights(rule);
}

}  // namespace moe
