#include "app/workflows/fit_warnings.h"

#include <fmt/format.h>

#include <algorithm>

namespace moe {

namespace {

void warnAboutRuns(const FitResult& fit, std::vector<Warning>& warnings) {
  if (fit.runs <= fit.freeParameters()) {
    warnings.push_back(
        {"few_runs",
         fmt::format("{} runs for {} parameters: points of one run are not independent, "
                     "so there is no interval",
                     fit.runs, fit.freeParameters())});
  } else if (fit.runs < 2 * fit.freeParameters()) {
    warnings.push_back(
        {"few_runs", fmt::format("{} runs for {} parameters: resamples of so few stay near the "
                                 "optimum; where a profile is wider than the interval, read the "
                                 "profile",
                                 fit.runs, fit.freeParameters())});
  }
  if (fit.exact()) {
    warnings.push_back({"exact_fit",
                        "the runs follow the law to rounding, so there is nothing to judge it by: "
                        "are these measured losses?"});
  }
  if (!fit.converged) warnings.push_back({"not_converged", fit.termination});
}

/// A table may count N otherwise than the law's paper does; the fitted law then counts as the
/// table.
void warnAboutParameterKind(const LawFamily& family, const RunTable& table,
                            std::vector<Warning>& warnings) {
  const ParameterKind own = table.parameter_kind;
  if (own == ParameterKind::kUnstated || own == family.parameter_kind) return;
  warnings.push_back(
      {"parameter_kind_differs",
       fmt::format("{} is stated for {} parameters and these runs count {} ones: the fitted law "
                   "holds for N counted as in the runs",
                   family.name, name(family.parameter_kind), name(own))});
}

void warnAboutOneExpertCount(const LawFamily& family, const RunTable& table,
                             std::vector<Warning>& warnings) {
  const double experts = table.runs.front().experts;
  if (family.dependsOnExperts() || experts == 1) return;
  warnings.push_back(
      {"one_expert_count",
       fmt::format("every run has E = {0:g} and {1} has no experts in it: the fit holds for "
                   "E = {0:g} and says nothing about another count; runs at other E, the smallest "
                   "sizes first, and an expert-aware law (--suggest-runs with --law yun2024 "
                   "--reduce) would tell",
                   experts, family.name)});
}

void warnAboutRepeats(const LawFamily& family, const RunTable& table,
                      std::vector<Warning>& warnings) {
  if (family.dependsOn(Variable::kRepeats)) return;
  std::size_t runs = 0;
  double most = 1;
  for (const TrainingRun& run : table.runs) {
    if (!(run.unique_tokens > 0) || run.unique_tokens >= run.train_tokens) continue;
    ++runs;
    most = std::max(most, run.train_tokens / run.unique_tokens);
  }
  if (runs == 0) return;
  warnings.push_back(
      {"repeats_ignored",
       fmt::format("{} of {} points see tokens again, up to {:.3g} times, and {} counts them as "
                   "fresh; muennighoff2023 does not",
                   runs, table.runs.size(), most, family.name)});
}

}  // namespace

std::vector<Warning> warningsOfFit(const LawFamily& family, const RunTable& table,
                                   const FitResult& fit) {
  std::vector<Warning> warnings;
  warnAboutParameterKind(family, table, warnings);
  warnAboutOneExpertCount(family, table, warnings);
  warnAboutRepeats(family, table, warnings);
  warnAboutRuns(fit, warnings);
  return warnings;
}

}  // namespace moe
