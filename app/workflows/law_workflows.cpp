#include "app/workflows/law_workflows.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <tuple>

#include "app/workflows/law_choice.h"
#include "data/numbers.h"
#include "data/quantile.h"
#include "fitting/trust/allocation.h"
#include "fitting/trust/bootstrap.h"

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

/// Refuses a model that a law cannot tell apart from others, or that is none.
Result<void> knowsModel(const Law& law, const ModelQuestion& model) {
  const LawFamily& family = *law.family;
  if (auto ok = positive(model.granularity, "--granularity"); !ok) return ok;
  if (auto ok = positive(model.top_k.value_or(1), "--top-k"); !ok) return ok;
  if (auto ok = positive(model.unique_tokens.value_or(1), "--unique-tokens"); !ok) return ok;
  const bool has_bits = family.dependsOn(Variable::kWeightBits);
  for (const auto& [asked, option, what] :
       {std::tuple{model.granularity != 1 && !family.dependsOnGranularity(), "--granularity",
                   "granularity"},
        std::tuple{model.top_k && !family.dependsOn(Feature::kLogShare), "--top-k", "top-k"},
        std::tuple{model.unique_tokens && !family.dependsOn(Variable::kRepeats), "--unique-tokens",
                   "unique tokens"},
        std::tuple{!model.precision_bits.empty() && !has_bits, "--precision-bits", "precision"}}) {
    if (auto ok = lacks(law, asked, option, what); !ok) return ok;
  }
  return {};
}

/// The point of a model at an expert count, without N and D.
Result<LawPoint> pointOf(const Law& law, const ModelQuestion& model, double experts) {
  if (!(experts >= 1) || !std::isfinite(experts)) {
    return fail(ErrorKind::kUsage, "--e",
                fmt::format("is {:g}; a finite number of at least 1 is needed", experts));
  }
  if (auto ok = knowsModel(law, model); !ok) return tl::unexpected(ok.error());
  const auto precision = parsePrecision(model.precision_bits);
  if (!precision) return tl::unexpected(precision.error());
  if (model.top_k && *model.top_k > experts) {
    return fail(ErrorKind::kUsage, "--top-k",
                fmt::format("is {:g}, more than the {:g} experts", *model.top_k, experts));
  }
  return LawPoint{.experts = experts,
                  .granularity = model.granularity,
                  .top_k = model.top_k.value_or(1),
                  .unique_tokens = model.unique_tokens.value_or(0),
                  .precision = *precision};
}

/// The point that a prediction is asked for.
Result<LawPoint> pointOf(const Law& law, const PredictQuestion& question) {
  if (auto ok = positive(question.params, "--n"); !ok) return tl::unexpected(ok.error());
  auto point = pointOf(law, question.model, question.experts);
  if (!point) return point;
  if (auto ok = law.knowsExperts(question.experts); !ok) {
    return tl::unexpected(ok.error());
  }
  if (law.family->dependsOnTokens()) {
    if (!question.train_tokens) {
      return fail(ErrorKind::kUsage, "--d",
                  fmt::format("is missing; {} depends on the training tokens", law.name));
    }
    if (auto ok = positive(*question.train_tokens, "--d"); !ok) return tl::unexpected(ok.error());
  }
  point->params = question.params;
  point->train_tokens = question.train_tokens.value_or(0);
  return point;
}

/// Percentiles of the loss over the posterior; and that interval widened by 1.96 times the
/// scatter of a run, the two parts added as squares in ln L.
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
Result<Flop> budgetOf(const Law& law, const OptimumQuestion& question, const LawPoint& model) {
  if (question.budget_flop) return Flop(*question.budget_flop);
  // Whatever a law cannot be asked is refused before a budget is searched.
  if (const auto any = computeOptimum(law, Flop(1e20), model); !any) {
    return tl::unexpected(any.error());
  }
  return budgetForLoss(law, *question.target_loss, model);
}

void fillIntervals(const Law& law, const OptimumQuestion& question, const LawPoint& model,
                   OptimumRow& row) {
  std::vector<Law> draws;
  for (std::size_t i = 0; i < law.posterior.size(); ++i) draws.push_back(law.draw(i));
  const OptimumIntervals intervals = optimumIntervals(
      draws, model, [&](const Law& draw) { return budgetOf(draw, question, model); });
  row.draws_share = intervals.draws_share;
  if (question.target_loss) row.budget95 = intervals.budget;
  row.params95 = intervals.params;
  row.tokens95 = intervals.tokens;
  if (question.budget_flop) row.loss95 = intervals.loss;
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
  auto model = pointOf(law, question.model, experts);
  if (!model) return tl::unexpected(model.error());
  const auto budget = budgetOf(law, question, *model);
  if (!budget) return tl::unexpected(budget.error());
  const auto best = computeOptimum(law, *budget, *model);
  if (!best) return tl::unexpected(best.error());
  OptimumRow row;
  row.budget = *budget;
  row.optimum = *best;
  model->params = best->params;
  model->train_tokens = best->train_tokens;
  row.extrapolation = law.extrapolation(*model);
  fillIntervals(law, question, *model, row);
  for (const LawVariant& variant : law.variants) {
    const auto other = computeOptimum(law.withValues(variant.values), *budget, *model);
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

Result<PrecisionBits> parsePrecision(const std::string& text) {
  PrecisionBits precision;
  if (text.empty()) return precision;
  const auto wrong = [&](std::string_view part) {
    return fail(
        ErrorKind::kUsage, "--precision-bits",
        fmt::format("'{}' is neither a number of bits nor w=, a=, kv= or post= with one, as "
                    "in w=8,a=8,post=4",
                    part));
  };
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const std::size_t equals = part.find('=');
    const auto bits =
        parseNumber(equals == std::string_view::npos ? part : part.substr(equals + 1));
    if (!bits || !(*bits > 0) || !(*bits <= 64)) return wrong(part);
    const std::string_view which = equals == std::string_view::npos ? "" : part.substr(0, equals);
    if (which.empty()) {
      precision.weights = precision.activations = precision.kv_cache = *bits;
    } else if (which == "w") {
      precision.weights = *bits;
    } else if (which == "a") {
      precision.activations = *bits;
    } else if (which == "kv") {
      precision.kv_cache = *bits;
    } else if (which == "post") {
      precision.after_training = *bits;
    } else {
      return wrong(part);
    }
  }
  return precision;
}

Result<PredictAnswer> answerPredict(const PredictQuestion& question) {
  const auto begin = Clock::now();
  auto law = chosenLaw(question.law_file, question.preset);
  if (!law) return tl::unexpected(law.error());
  const auto point = pointOf(*law, question);
  if (!point) return tl::unexpected(point.error());
  PredictAnswer answer;
  answer.question = question;
  answer.law = *law;
  answer.point = *point;
  answer.loss = law->loss(answer.point);
  answer.slopes = law->slopes(answer.point);
  if (const auto dense = effectiveParams(*law, answer.point); dense && question.experts > 1) {
    answer.effective_params = *dense;
  }
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
