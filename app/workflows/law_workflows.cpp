#include "app/workflows/law_workflows.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <tuple>

#include "app/workflows/law_choice.h"
#include "data/quantile.h"
#include "fitting/bootstrap.h"

namespace moe {

namespace {

using Clock = std::chrono::steady_clock;

Seconds since(Clock::time_point begin) {
  return Seconds(std::chrono::duration<double>(Clock::now() - begin).count());
}

Range percentiles(const std::vector<double>& draws) {
  return {quantile(draws, 0.025), quantile(draws, 0.975)};
}

std::vector<Warning> warningsOf(const Law& law) {
  std::vector<Warning> warnings = law.warnings;
  if (law.posterior.size() < kLeastDraws) {
    warnings.push_back(
        {"no_posterior", fmt::format("{} comes with {} posterior draws, so nothing here has an "
                                     "interval; {} are needed",
                                     law.name, law.posterior.size(), kLeastDraws)});
  }
  return warnings;
}

void warnIfExtrapolated(const Extrapolation& extrapolation, double experts,
                        std::vector<Warning>& warnings) {
  if (extrapolation.worst() <= 0) return;
  warnings.push_back(
      {"extrapolated",
       fmt::format("E = {:g} lies outside the fitted runs by {:.2f} decades in N, {:.2f} in D, "
                   "{:.2f} in tokens per parameter and {:.2f} in E",
                   experts, extrapolation.params_decades, extrapolation.tokens_decades,
                   extrapolation.tokens_per_param_decades, extrapolation.experts_decades)});
}

Result<void> positive(double value, const char* option) {
  if (value > 0 && std::isfinite(value)) return {};
  return fail(ErrorKind::kUsage, option,
              fmt::format("is {:g}; a positive number is needed", value));
}

/// Refuses a question about a variable that the law does not have.
Result<void> lacks(const Law& law, bool asked, const char* option, const char* what) {
  if (!asked) return {};
  return fail(
      ErrorKind::kUnanswered, option,
      fmt::format("{} has no {} in it; leave {} out or take another law", law.name, what, option));
}

Result<void> canPredict(const PredictQuestion& question, const Law& law) {
  const LawFamily& family = *law.family;
  if (auto ok = positive(question.params, "--n"); !ok) return ok;
  if (auto ok = positive(question.granularity, "--granularity"); !ok) return ok;
  if (!(question.experts >= 1) || !std::isfinite(question.experts)) {
    return fail(ErrorKind::kUsage, "--e",
                fmt::format("is {:g}; a finite number of at least 1 is needed", question.experts));
  }
  if (family.dependsOnTokens()) {
    if (!question.train_tokens) {
      return fail(ErrorKind::kUsage, "--d",
                  fmt::format("is missing; {} depends on the training tokens", law.name));
    }
    if (auto ok = positive(*question.train_tokens, "--d"); !ok) return ok;
  }
  const auto& range = law.range.experts;
  const bool own = range && range->low == question.experts && range->high == question.experts;
  for (const auto& [asked, option, what] :
       {std::tuple{question.experts != 1 && !family.dependsOnExperts() && !own, "--e",
                   "expert count"},
        std::tuple{question.granularity != 1 && !family.dependsOnGranularity(), "--granularity",
                   "granularity"},
        std::tuple{question.top_k.has_value(), "--top-k", "top-k"},
        std::tuple{question.unique_tokens.has_value(), "--unique-tokens", "unique tokens"},
        std::tuple{question.precision_bits.has_value(), "--precision-bits", "precision"}}) {
    if (auto ok = lacks(law, asked, option, what); !ok) return ok;
  }
  return {};
}

/// Percentiles of the loss over the posterior; and that interval widened by 1.96 times the runs'
/// rms scatter, the two parts added as squares in ln L.
void fillIntervals(PredictAnswer& answer) {
  const Law& law = answer.law;
  if (law.posterior.size() < kLeastDraws) return;
  std::vector<double> losses;
  for (std::size_t i = 0; i < law.posterior.size(); ++i) {
    losses.push_back(law.draw(i).loss(answer.point));
  }
  answer.ci95 = percentiles(losses);
  const auto widened = [&](double end, double sign) {
    const double own = std::log(end / answer.loss);
    return answer.loss * std::exp(sign * std::hypot(own, 1.96 * law.residual_rms));
  };
  answer.prediction95 = Range{widened(answer.ci95->low, -1), widened(answer.ci95->high, 1)};
}

/// The budget asked for, or the least one that reaches the loss asked for.
Result<Flop> budgetOf(const Law& law, const OptimumQuestion& question, double experts) {
  if (question.budget_flop) return Flop(*question.budget_flop);
  // Whatever a law cannot be asked is refused before a budget is searched.
  if (const auto any = computeOptimum(law, Flop(1e20), experts, question.granularity); !any) {
    return tl::unexpected(any.error());
  }
  return budgetForLoss(law, *question.target_loss, experts, question.granularity);
}

/// Percentiles over all draws; a draw that has no answer counts as infinitely large, so that it is
/// not left out in silence.
std::optional<Range> intervalOf(const std::vector<double>& draws) {
  if (draws.size() < kLeastDraws) return std::nullopt;
  return percentiles(draws);
}

void fillIntervals(const Law& law, const OptimumQuestion& question, OptimumRow& row) {
  constexpr double kNever = std::numeric_limits<double>::infinity();
  const double experts = row.optimum.experts;
  std::vector<double> budgets, params, tokens, losses;
  double found = 0;
  for (std::size_t i = 0; i < law.posterior.size(); ++i) {
    const Law draw = law.draw(i);
    const auto best = budgetOf(draw, question, experts).and_then([&](Flop budget) {
      budgets.push_back(budget.value());
      return computeOptimum(draw, budget, experts, question.granularity);
    });
    budgets.resize(i + 1, kNever);
    params.push_back(best ? best->params : kNever);
    tokens.push_back(best ? best->train_tokens : kNever);
    losses.push_back(best ? best->loss : kNever);
    found += best.has_value();
  }
  if (!law.posterior.empty()) row.draws_share = found / static_cast<double>(law.posterior.size());
  if (question.target_loss) row.budget95 = intervalOf(budgets);
  row.params95 = intervalOf(params);
  row.tokens95 = intervalOf(tokens);
  if (question.budget_flop) row.loss95 = intervalOf(losses);
}

void warnAboutDraws(const OptimumRow& row, std::vector<Warning>& warnings) {
  if (row.draws_share == 1) return;
  warnings.push_back(
      {"draws_without_optimum",
       fmt::format("E = {:g}: {:.0f} % of the draws have no such optimum and count as "
                   "infinitely large in the intervals",
                   row.optimum.experts, 100 * (1 - row.draws_share))});
}

Result<OptimumRow> optimumRow(const Law& law, const OptimumQuestion& question, double experts) {
  const auto budget = budgetOf(law, question, experts);
  if (!budget) return tl::unexpected(budget.error());
  const auto best = computeOptimum(law, *budget, experts, question.granularity);
  if (!best) return tl::unexpected(best.error());
  OptimumRow row;
  row.budget = *budget;
  row.optimum = *best;
  row.extrapolation =
      law.extrapolation({best->params, best->train_tokens, experts, question.granularity});
  fillIntervals(law, question, row);
  for (const LawVariant& variant : law.variants) {
    const auto other =
        computeOptimum(law.withValues(variant.values), *budget, experts, question.granularity);
    const double none = std::nan("");
    row.variants.push_back(other ? *other : ComputeOptimum{experts, none, none, none});
  }
  return row;
}

Result<void> asksOneThing(const OptimumQuestion& question) {
  if (question.budget_flop.has_value() == question.target_loss.has_value()) {
    return fail(ErrorKind::kUsage, "",
                question.budget_flop ? "--budget-flop and --target-loss both set the budget; state "
                                       "one of them"
                                     : "state --budget-flop C or --target-loss L");
  }
  if (question.target_loss) return positive(*question.target_loss, "--target-loss");
  return positive(*question.budget_flop, "--budget-flop");
}

}  // namespace

Result<PredictAnswer> answerPredict(const PredictQuestion& question) {
  const auto begin = Clock::now();
  auto law = chosenLaw(question.law_file, question.preset);
  if (!law) return tl::unexpected(law.error());
  if (auto ok = canPredict(question, *law); !ok) return tl::unexpected(ok.error());
  PredictAnswer answer;
  answer.question = question;
  answer.law = *law;
  answer.point = {question.params, question.train_tokens.value_or(0), question.experts,
                  question.granularity};
  answer.loss = law->loss(answer.point);
  answer.slopes = law->slopes(answer.point);
  answer.extrapolation = law->extrapolation(answer.point);
  answer.warnings = warningsOf(*law);
  warnIfExtrapolated(answer.extrapolation, question.experts, answer.warnings);
  fillIntervals(answer);
  answer.timing = since(begin);
  return answer;
}

Result<OptimumAnswer> answerOptimum(const OptimumQuestion& question) {
  const auto begin = Clock::now();
  if (auto ok = asksOneThing(question); !ok) return tl::unexpected(ok.error());
  auto law = chosenLaw(question.law_file, question.preset);
  if (!law) return tl::unexpected(law.error());
  OptimumAnswer answer;
  answer.question = question;
  answer.law = *law;
  answer.warnings = warningsOf(*law);
  Error infeasible;
  for (const double experts : question.experts) {
    auto row = optimumRow(*law, question, experts);
    if (row) {
      warnIfExtrapolated(row->extrapolation, experts, answer.warnings);
      warnAboutDraws(*row, answer.warnings);
      answer.rows.push_back(std::move(*row));
    } else if (row.error().kind == ErrorKind::kInfeasible) {
      infeasible = row.error();
      answer.warnings.push_back({"infeasible", row.error().message});
    } else {
      return tl::unexpected(row.error());
    }
  }
  if (answer.rows.empty()) {
    return fail(ErrorKind::kInfeasible, "--target-loss", infeasible.message);
  }
  answer.timing = since(begin);
  return answer;
}

}  // namespace moe
