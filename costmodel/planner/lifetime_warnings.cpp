#include "costmodel/planner/lifetime_warnings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "costmodel/planner/draws.h"

namespace moe {
namespace {

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

/// Designs take the law's N for the dense model's.
void warnOfMeaning(const LifetimeRequest& request, LifetimeOutcome& outcome) {
  const Law& law = request.law;
  const ParameterKind kind = law.parameter_kind == ParameterKind::kUnstated
                                 ? law.family->parameter_kind
                                 : law.parameter_kind;
  double most_active = 1;
  double most_total = 1;
  for (const PricedDesign& design : request.designs) {
    most_active = std::max(most_active, design.active_params(1e9) / 1e9);
    most_total = std::max(most_total, design.total_params(1e9) / 1e9);
  }
  if (law.family->counts_embeddings)
    warn(outcome, "law_counts_embeddings",
         fmt::format("{} counts embeddings in N; the plan takes them for layers.",
                     law.family->name));
  if (kind == ParameterKind::kTotal && most_total > 1 + 1e-9)
    warn(outcome, "total_taken_as_dense",
         "The law counts total parameters; the plan takes its N as the dense model's.");
  if (kind == ParameterKind::kActive && most_active > 1 + 1e-9)
    warn(outcome, "active_taken_as_dense",
         fmt::format("{} counts active parameters; the plan takes its N as the dense model's, of "
                     "which a token uses up to {:.3g} N.",
                     law.family->name, most_active));
  if (law.unidentified.empty()) return;
  warn(outcome, "not_identified",
       fmt::format("The runs do not determine {}; sizes and tokens of the plan rest on them.",
                   fmt::join(law.unidentified, ", ")));
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

void addLifetimeWarnings(const LifetimeRequest& request, LifetimeOutcome& outcome) {
  outcome.warnings = request.law.warnings;
  warnOfDraws(request, outcome);
  warnOfMeaning(request, outcome);
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
