#include "costmodel/planner/check_lifetime.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "costmodel/planner/draws.h"

namespace moe {
namespace {

tl::unexpected<Error> usage(const char* where, std::string message) {
  return fail(ErrorKind::kUsage, where, std::move(message));
}

bool isPositive(double value) { return value > 0 && std::isfinite(value); }

Result<void> checkGoal(const LifetimeRequest& request) {
  if (request.target_loss.has_value() == request.total_usd.has_value())
    return usage("--target-loss", "state either a target loss or a total budget in USD");
  if (request.target_loss && !isPositive(*request.target_loss))
    return usage("--target-loss", fmt::format("{:g} is no loss; it must be a positive number of "
                                              "nats",
                                              *request.target_loss));
  if (request.total_usd && !isPositive(*request.total_usd))
    return usage("--total-usd", fmt::format("{:g} is no budget; it must be a positive number of "
                                            "USD",
                                            *request.total_usd));
  if (!(request.lifetime_tokens >= 0) || !std::isfinite(request.lifetime_tokens))
    return usage("--lifetime-tokens",
                 fmt::format("{:g} output tokens cannot be served; state 0 or more",
                             request.lifetime_tokens));
  return {};
}

Result<void> checkLimits(const LifetimeRequest& request) {
  const std::pair<const char*, const std::optional<double>&> limits[] = {
      {"--unique-tokens", request.unique_tokens},
      {"--max-train-tokens", request.max_train_tokens},
      {"--max-tokens-per-param", request.max_tokens_per_param},
      {"--max-train-days", request.max_wall_s}};
  for (const auto& [option, value] : limits)
    if (value && !isPositive(*value))
      return usage(option,
                   fmt::format("a limit of {:g} allows nothing; it must be positive", *value));
  if (!request.max_wall_s) return {};
  for (const PricedDesign& design : request.designs)
    if (!(design.training(1e9, 1e11).wall_s > 0))
      return usage("--max-train-days",
                   fmt::format("a limit on wall time needs a cluster to train on, and '{}' names "
                               "none",
                               design.label));
  return {};
}

Result<void> checkLaw(const LifetimeRequest& request) {
  const Law& law = request.law;
  const auto unanswered = [&](std::string message) {
    return fail(ErrorKind::kUnanswered, law.name, std::move(message));
  };
  if (!law.family->dependsOnTokens())
    return unanswered(
        fmt::format("{} has no training tokens D, so that no size trades against "
                    "them; plan with a law that has D, such as ludziejewski2025",
                    law.family->name));
  if (const std::string reason = law.noOptimum(); !reason.empty())
    return unanswered(fmt::format("its runs do not determine any optimum: {}", reason));
  for (const PricedDesign& design : request.designs)
    if (auto known = law.knowsExperts(design.model.experts); !known) return known;
  return {};
}

void warn(LifetimeOutcome& outcome, std::string code, std::string message) {
  outcome.warnings.push_back({std::move(code), std::move(message)});
}

void warnOfDraws(const LifetimeRequest& request, LifetimeOutcome& outcome) {
  if (request.law.posterior.empty())
    warn(outcome, "no_posterior",
         fmt::format("The law {} comes without a posterior sample{}.", request.law.name,
                     outcome.draws > 0
                         ? ", so the intervals and probabilities hold the prices' uncertainty only"
                         : ", so there are no intervals and no probabilities"));
  else if (outcome.draws < request.draws)
    warn(outcome, "fewer_draws",
         fmt::format("The law has {} posterior draws, fewer than the {} asked for; all were used.",
                     outcome.draws, request.draws));
  if (outcome.draws > 0 && outcome.draws < kFewestDraws)
    warn(outcome, "too_few_draws",
         fmt::format("{} draws are too few for a 95 % interval; {} are the least.", outcome.draws,
                     kFewestDraws));
}

void warnOfRepeats(const LifetimeRequest& request, LifetimeOutcome& outcome) {
  if (!request.unique_tokens || request.law.family->dependsOn(Variable::kRepeats)) return;
  warn(outcome, "repeats_borrowed",
       fmt::format("The law {} does not know repeated tokens; beyond the unique ones they are "
                   "valued as in [Muennighoff2023] (R_D* = 15.4), whatever the model.",
                   request.law.name));
}

void warnOfRange(const LifetimeRequest& request, LifetimeOutcome& outcome) {
  const FittedRange& range = request.law.range;
  if (!range.params || !range.train_tokens)
    warn(outcome, "range_unknown",
         "The law does not say on which N and D it was fitted; extrapolation cannot be judged.");
  if (!outcome.feasible()) return;
  const LifetimeRow& best = outcome.rows.front();
  if (best.extrapolated)
    warn(outcome, "extrapolated",
         fmt::format("The best design trains {:.3g} tokens per parameter and lies {:.1f} decades "
                     "outside the law's runs.",
                     best.best->tokensPerParam(), best.extrapolation.worstOfSizeAndTokens()));
}

}  // namespace

Result<void> checkLifetime(const LifetimeRequest& request) {
  require(request.law.family != nullptr, "a plan needs a law with a family");
  if (request.designs.empty()) return usage("--experts", "no designs to choose among");
  for (const auto& check : {checkGoal(request), checkLimits(request), checkLaw(request)})
    if (!check) return check;
  return {};
}

void addLifetimeWarnings(const LifetimeRequest& request, LifetimeOutcome& outcome) {
  outcome.warnings = request.law.warnings;
  warnOfDraws(request, outcome);
  warnOfRepeats(request, outcome);
  warnOfRange(request, outcome);
  for (const LifetimeRow& row : outcome.rows)
    if (outcome.draws > 0 && row.best && row.draws_share < 0.975)
      warn(outcome, "conditional_interval",
           fmt::format("'{}' has an answer in {:.0f} % of the draws; its intervals and its regret "
                       "are over those only.",
                       request.designs[row.design].label, 100 * row.draws_share));
}

}  // namespace moe
