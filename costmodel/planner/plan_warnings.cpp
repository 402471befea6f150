#include "costmodel/planner/plan_warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace moe {
namespace {

void warn(PlanOutcome& outcome, std::string code, std::string message) {
  outcome.warnings.push_back({std::move(code), std::move(message)});
}

bool has(const PlanOutcome& outcome, std::string_view code) {
  return std::any_of(outcome.warnings.begin(), outcome.warnings.end(),
                     [&](const Warning& warning) { return warning.code == code; });
}

void warnOfPosterior(const PlanRequest& request, PlanOutcome& outcome) {
  if (request.law.posterior.empty())
    warn(
        outcome, "no_posterior",
        fmt::format("The law {} comes without a posterior sample, so there are no intervals and no "
                    "probabilities.",
                    request.law.name));
  else if (outcome.draws == 0)
    warn(outcome, "no_draws",
         "No draws of the law's posterior were asked for, so there are no intervals.");
  else if (outcome.draws < request.draws)
    warn(outcome, "fewer_draws",
         fmt::format("The law has {} posterior draws, fewer than the {} asked for; all were used.",
                     outcome.draws, request.draws));
  if (outcome.draws > 0 && outcome.draws < 20)
    warn(outcome, "too_few_draws",
         fmt::format("{} draws are too few for a 95 % interval; 20 are the least.", outcome.draws));
}

void warnOfMeaning(const PlanRequest& request, PlanOutcome& outcome) {
  const ShapeRule& rule = request.shape_rule;
  const double experts = outcome.rows.back().experts;
  const double active = rule.activeParams(1, experts);
  const ParameterKind own = request.law.parameter_kind;
  const ParameterKind kind =
      own == ParameterKind::kUnstated ? request.law.family->parameter_kind : own;
  if (request.law.family->counts_embeddings)
    warn(outcome, "law_counts_embeddings",
         fmt::format("{} counts embeddings in N; the shape rule has none, so the plan takes them "
                     "for layers.",
                     request.law.family->name));
  if (kind == ParameterKind::kTotal && experts > 1)
    warn(outcome, "total_taken_as_dense",
         "The law counts total parameters; the plan takes its N as the dense model's.");
  if (kind == ParameterKind::kActive && std::abs(active - 1) > 1e-12)
    warn(
        outcome, "active_taken_as_dense",
        fmt::format("{} counts active parameters; the plan takes its N as the dense model's of the "
                    "shape rule '{}', in which a token uses {:.3g} N.",
                    request.law.family->name, rule.name, active));
  const FittedRange& range = request.law.range;
  if (!range.params || !range.train_tokens)
    warn(outcome, "range_unknown",
         "The law does not say on which N and D it was fitted; extrapolation cannot be judged.");
  else if (!range.tokens_per_param && !has(outcome, "tokens_per_param_range"))
    warn(outcome, "tokens_per_param_range_unknown",
         "The law does not say on which tokens per parameter it was fitted; extrapolation is "
         "judged by N and D only.");
  if (!request.law.unidentified.empty() && !has(outcome, "not_identified")) {
    std::string names;
    for (const std::string& name : request.law.unidentified)
      names += (names.empty() ? "" : ", ") + name;
    warn(outcome, "not_identified",
         fmt::format("The runs do not determine {}; sizes and tokens of the plan rest on them.",
                     names));
  }
}

void warnOfMachine(const PlanRequest& request, PlanOutcome& outcome) {
  if (request.max_devices > 1 && request.settings.allreduce &&
      !(request.accelerator.link_bandwidth.value() > 0))
    warn(outcome, "link_unknown",
         fmt::format("The catalog has no link bandwidth for {}, so only one device is considered.",
                     request.accelerator.name));
}

void warnOfBase(PlanOutcome& outcome) {
  const PlanRow& base = outcome.baseRow();
  if (!base.loss_optimal.serving)
    warn(outcome, "base_does_not_fit",
         fmt::format("The loss-optimal base with {:g} experts fits on none of the allowed device "
                     "counts; its loss still is the bound, but there is no cost to compare with.",
                     base.experts));
  if (base.loss_optimal.extrapolated)
    warn(outcome, "base_extrapolated",
         fmt::format("The base itself lies {:.1f} decades outside the fitted runs, and with it the "
                     "bound that every other configuration is held to.",
                     base.loss_optimal.extrapolation.worstOfSizeAndTokens()));
}

void warnOfRow(PlanOutcome& outcome, const PlanRow& row) {
  const Configuration& chosen = row.chosen;
  if (chosen.tight_memory)
    warn(
        outcome, "tight_memory",
        fmt::format("With {:g} experts the model has room for {:.0f} requests or is within 10 % of "
                    "what fits at all; its price is steep and uncertain there.",
                    row.experts, chosen.serving->kv_space_requests));
  if (outcome.draws > 0 && chosen.serving && chosen.draws_share < 0.975)
    warn(
        outcome, "conditional_interval",
        fmt::format("With {:g} experts the plan exists in {:.0f} % of the draws; its intervals are "
                    "over those only.",
                    row.experts, 100 * chosen.draws_share));
}

}  // namespace

void addPlanWarnings(const PlanRequest& request, PlanOutcome& outcome) {
  const auto& of_law = request.law.warnings;
  outcome.warnings.insert(outcome.warnings.end(), of_law.begin(), of_law.end());
  warnOfPosterior(request, outcome);
  warnOfMeaning(request, outcome);
  warnOfMachine(request, outcome);
  warnOfBase(outcome);
  for (const PlanRow& row : outcome.rows) warnOfRow(outcome, row);
}

}  // namespace moe
