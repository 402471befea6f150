#include "app/workflows/fit_rivals.h"

#include <algorithm>

namespace moe {

namespace {

constexpr double kShare = 0.2;
constexpr std::size_t kLeastRuns = 20;  // four held out at least

}  // namespace

std::optional<Comparison> tryRivals(std::span<const TrainingRun> runs,
                                    std::span<const std::size_t> group, const FitOptions& options,
                                    std::stop_token stop, const ProgressSink& progress) {
  const std::size_t count = group.empty() ? 0 : *std::max_element(group.begin(), group.end()) + 1;
  if (count < kLeastRuns) return std::nullopt;
  ComparisonOptions request;
  request.fit = options;
  request.fit.fixed.clear();
  request.fit.reduce = false;
  request.fit.confirm_starts = 0;
  request.fit.search = SearchKind::kAuto;
  request.held = largestCompute(runs, group, kShare);
  request.folds = 0;
  auto comparison = compareFamilies(lawFamilies(), runs, group, request, stop, progress);
  if (!comparison) return std::nullopt;
  return std::move(*comparison);
}

std::optional<Rival> rivalOf(const LawFamily& family, const Comparison& comparison) {
  const auto own =
      std::find_if(comparison.scores.begin(), comparison.scores.end(),
                   [&](const FamilyScore& score) { return score.family == &family && score.fit; });
  if (own == comparison.scores.end() || own->standing != Standing::kBeaten) return std::nullopt;
  const FamilyScore& leader = comparison.scores.front();
  const FamilyScore& recommended = comparison.scores[comparison.recommended.value_or(0)];
  const FamilyScore& better = clearlyBeaten(*own, recommended) ? recommended : leader;
  const auto excess = errorExcess(own->hold_out, better.hold_out);
  if (!excess) return std::nullopt;
  return Rival{better.family, better.hold_out->mean_abs_log_error,
               own->hold_out->mean_abs_log_error, *excess, own->bic - better.bic};
}

}  // namespace moe
