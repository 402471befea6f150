#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "app/report/number_text.h"
#include "app/report/plan_report.h"

namespace moe::report {
namespace {

std::string experts(double count) {
  return count == 1 ? "a dense model" : fmt::format("{:g} experts", count);
}

std::string model(const PlanRow& row) {
  const Configuration& c = row.chosen;
  return fmt::format("{} with N = {} ({} in memory) on {} tokens", experts(row.experts),
                     countText(c.dense_params), countText(c.total_params),
                     countText(c.train_tokens));
}

std::string size(const Configuration& chosen) {
  if (chosen.size_vs_loss_optimal == 1) return "its loss-optimal size";
  return percentText(chosen.size_vs_loss_optimal) + " of its loss-optimal size";
}

std::string ratio(const Configuration& chosen) {
  if (!chosen.cost_vs_base) return "";
  const auto& ci = chosen.ci95.cost_vs_base;
  return ci ? intervalText(*chosen.cost_vs_base, ci->low, ci->high)
            : plainText(*chosen.cost_vs_base, 2);
}

/// What the mode promises about the recommended row.
std::string gain(const PlanAnswer& answer, const PlanRow& row) {
  const PlanRow& base = answer.outcome.baseRow();
  const Configuration& chosen = row.chosen;
  const std::string loss = decimalText(chosen.loss, 3) + " nats";
  const bool is_base = &row == &base;
  switch (answer.outcome.mode) {
    case PlanMode::kLossOptimal:
      return fmt::format("the least loss at this budget, {}; serving cost is not weighed", loss);
    case PlanMode::kMinCost:
      if (is_base)
        return fmt::format("nothing that the fitted runs support reaches its {} for less", loss);
      if (!chosen.cost_vs_base)
        return fmt::format("it reaches the {} of {}, which fit nowhere themselves", loss,
                           experts(base.experts));
      return fmt::format("it reaches the {} of loss-optimal {} at {} of the serving cost", loss,
                         experts(base.experts), ratio(chosen));
    case PlanMode::kMinLoss:
      if (is_base)
        return fmt::format("nothing that the fitted runs support beats its {} at its cost", loss);
      return fmt::format(
          "its loss is {}, {} below that of loss-optimal {}, at no higher serving cost", loss,
          decimalText(base.loss_optimal.loss - chosen.loss, 3), experts(base.experts));
  }
  return {};
}

std::string certainty(const PlanAnswer& answer, const PlanRow& row) {
  const PlanOutcome& outcome = answer.outcome;
  const Recommendation& choice = outcome.recommendation;
  const bool by_cost = outcome.mode == PlanMode::kMinCost;
  if (!choice.runner_up) return "; there is no runner-up";
  const std::string next = experts(outcome.rows[*choice.runner_up].experts);
  if (!choice.beats_runner_up)
    return fmt::format("; next comes {}, how surely is unknown without posterior draws", next);
  return fmt::format("; {} in {} of {} draws and ahead of the runner-up, {}, in {}",
                     by_cost ? "the cheapest of all" : "the least loss of all",
                     percentText(*row.best_share), outcome.draws, next,
                     percentText(*choice.beats_runner_up));
}

/// How far the recommended row itself leaves the runs.
std::string reach(const PlanRow& row) {
  const double decades = row.chosen.extrapolation.worstOfSizeAndTokens();
  return decades > 0 ? fmt::format("; it lies {:.3g} decades outside the fitted runs", decades)
                     : "";
}

/// What other fits of the law make of the row: often more than the interval shows.
std::string otherFits(const PlanOutcome& outcome, std::size_t row) {
  std::vector<double> sizes, ratios;
  for (const PlanVariant& variant : outcome.variants) {
    const PlanVariant::Row& other = variant.rows[row];
    if (other.dense_params) sizes.push_back(*other.dense_params);
    if (other.cost_vs_base) ratios.push_back(*other.cost_vs_base);
  }
  if (sizes.empty()) return "";
  const auto [small, large] = std::minmax_element(sizes.begin(), sizes.end());
  std::string text = fmt::format("; other windows of the same runs put its N between {} and {}",
                                 countText(*small), countText(*large));
  if (ratios.empty() || outcome.mode != PlanMode::kMinCost) return text;
  const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
  return text + fmt::format(" and its cost between {} and {} of the base's", plainText(*low, 2),
                            plainText(*high, 2));
}

std::string marked(const PlanOutcome& outcome) {
  const auto& better = outcome.recommendation.better_but_marked;
  if (!better) return "";
  const PlanRow& row = outcome.rows[*better];
  return fmt::format("; {} would look better but lie{} {:.1f} decades outside the fitted runs",
                     experts(row.experts), row.experts == 1 ? "s" : "",
                     row.chosen.extrapolation.worstOfSizeAndTokens());
}

}  // namespace

std::string recommendationSentence(const PlanAnswer& answer) {
  const PlanOutcome& outcome = answer.outcome;
  const Recommendation& choice = outcome.recommendation;
  if (choice.none == Recommendation::None::kNothingFeasible)
    return fmt::format("No recommendation: no configuration can be served on up to {} x {}.",
                       answer.request.max_devices, answer.request.accelerator.name);
  if (!choice.row)
    return "No recommendation: every configuration that can be served lies more than one decade "
           "outside the fitted runs.";
  const PlanRow& row = outcome.rows[*choice.row];
  return fmt::format("Recommended: {}, {}: {}{}{}{}{}.", model(row), size(row.chosen),
                     gain(answer, row), certainty(answer, row), otherFits(outcome, *choice.row),
                     reach(row), marked(outcome));
}

}  // namespace moe::report
