#include <fmt/format.h>

#include "app/report/lifetime_report.h"
#include "app/report/number_text.h"

namespace moe::report {
namespace {

std::string designText(const LifetimeAnswer& answer, std::size_t row) {
  return answer.request.designs[answer.outcome.rows[row].design].label;
}

std::string bill(const LifetimeModel& model) {
  return fmt::format("{} in all, {} to train and {} to serve", usdText(Usd(model.total_usd)),
                     usdText(Usd(model.training.usd)), usdText(Usd(model.serve_usd)));
}

std::string size(const LifetimeRow& row) {
  return fmt::format("{} of the loss-optimal size on {:.2g} times its tokens",
                     percentText(row.size_vs_loss_optimal), row.over_training_factor);
}

std::string certainty(const LifetimeAnswer& answer, const LifetimeRow& row) {
  if (!row.best_share) return "";
  std::string text = fmt::format("; the best design in {} of {} draws",
                                 percentText(*row.best_share), answer.outcome.draws);
  if (row.regret_share)
    text += fmt::format(", with a mean regret of {}", percentText(*row.regret_share));
  return text;
}

std::string switches(const LifetimeSwitch& change, double lifetime_tokens) {
  std::string text;
  if (change.lifetime_tokens)
    text += fmt::format(" at {} than {} lifetime tokens",
                        *change.lifetime_tokens < lifetime_tokens ? "fewer" : "more",
                        countText(*change.lifetime_tokens));
  if (change.price_factor)
    text += fmt::format("{} if its serving cost less than {} of what it does",
                        text.empty() ? "" : ", or", percentText(*change.price_factor));
  return text.empty() ? "" : " and would win" + text;
}

std::string next(const LifetimeAnswer& answer) {
  const LifetimeRecommendation& choice = answer.outcome.recommendation;
  if (!choice.runner_up) return "";
  std::string text = "; next comes " + designText(answer, *choice.runner_up);
  if (choice.runner_up_excess && *choice.runner_up_excess > 0)
    text += fmt::format(", {} more {}", percentText(*choice.runner_up_excess),
                        answer.request.target_loss ? "USD" : "loss");
  if (choice.beats_runner_up)
    text += fmt::format(" (worse in {} of the draws)", percentText(*choice.beats_runner_up));
  return text + switches(choice.switches, answer.request.lifetime_tokens);
}

std::string outside(const LifetimeRow& row) {
  const double decades = row.extrapolation.worstOfSizeAndTokens();
  return decades > 0 ? fmt::format("; it lies {:#.2g} decades outside the law's runs", decades)
                     : "";
}

/// The size of a concrete model is no choice.
std::string bindingOf(const LifetimeAnswer& answer, const LifetimeRow& row) {
  const bool given = answer.request.designs[row.design].fixed;
  const bool by_size = row.binding == Binding::kNone || row.binding == Binding::kLargestModel ||
                       row.binding == Binding::kPriceKink;
  return given && by_size ? "the size, which is given" : bindingText(row.binding);
}

std::string described(const LifetimeAnswer& answer, std::size_t index) {
  const LifetimeRow& row = answer.outcome.rows[index];
  const LifetimeModel& model = *row.best;
  return fmt::format("{} with N = {} on {} tokens ({}): {} nats for {}", designText(answer, index),
                     countText(model.params), countText(model.train_tokens), size(row),
                     decimalText(model.loss, 3), bill(model));
}

}  // namespace

std::string bindingText(Binding binding) {
  switch (binding) {
    case Binding::kNone:
      return "nothing: there a larger model would save no more than it costs";
    case Binding::kPriceKink:
      return "a kink of the price, where devices or the limit of requests change";
    case Binding::kLargestModel:
      return "memory or a latency limit: no larger model is served";
    case Binding::kSmallestModel:
      return "the smallest size that is searched";
    case Binding::kTrainTokens:
      return "the limit on training tokens";
    case Binding::kUniqueTokens:
      return "the unique tokens: repeats do not add enough";
    case Binding::kTokensPerParam:
      return "the limit on tokens per parameter";
    case Binding::kWallTime:
      return "the time for training";
    case Binding::kLossFloor:
      return "the loss, which no model of this design reaches";
    case Binding::kServingBudget:
      return "the money, which serving alone takes";
  }
  return {};
}

std::string bindingKey(Binding binding) {
  switch (binding) {
    case Binding::kNone:
      return "none";
    case Binding::kPriceKink:
      return "price_kink";
    case Binding::kLargestModel:
      return "largest_model";
    case Binding::kSmallestModel:
      return "smallest_model";
    case Binding::kTrainTokens:
      return "train_tokens";
    case Binding::kUniqueTokens:
      return "unique_tokens";
    case Binding::kTokensPerParam:
      return "tokens_per_param";
    case Binding::kWallTime:
      return "wall_time";
    case Binding::kLossFloor:
      return "loss_floor";
    case Binding::kServingBudget:
      return "serving_budget";
  }
  return {};
}

std::string lifetimeSentence(const LifetimeAnswer& answer) {
  const LifetimeOutcome& outcome = answer.outcome;
  const LifetimeRecommendation& choice = outcome.recommendation;
  if (!outcome.feasible())
    return "No recommendation: no design has an answer; the table says which limit is in the way "
           "and what would do.";
  if (!choice.row)
    return fmt::format(
        "No recommendation: every answer lies more than one decade outside the "
        "law's runs. The best of them: {}{}.",
        described(answer, 0), outside(outcome.rows.front()));
  const LifetimeRow& row = outcome.rows[*choice.row];
  std::string text =
      fmt::format("Recommended: {}{}{}{}; what binds: {}", described(answer, *choice.row),
                  certainty(answer, row), next(answer), outside(row), bindingOf(answer, row));
  if (choice.better_but_marked)
    text +=
        fmt::format("; {} would look better but lies {:.1f} decades outside the runs",
                    designText(answer, *choice.better_but_marked),
                    outcome.rows[*choice.better_but_marked].extrapolation.worstOfSizeAndTokens());
  return text + ".";
}

}  // namespace moe::report
