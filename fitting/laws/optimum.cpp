#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "fitting/laws/law.h"

namespace moe {

namespace {

/// Refuses what a law without experts or without data cannot be asked.
Result<void> answers(const Law& law, Flop budget, const LawPoint& model) {
  const double experts = model.experts;
  const LawFamily& family = *law.family;
  if (!(budget.value() > 0)) {
    return fail(ErrorKind::kUsage, "",
                fmt::format("a training budget of {} FLOP; it must be positive", budget.value()));
  }
  if (!(experts >= 1)) {
    return fail(ErrorKind::kUsage, "", fmt::format("{} experts; at least 1 is needed", experts));
  }
  if (!family.dependsOnTokens()) {
    return fail(ErrorKind::kUnanswered, law.name,
                fmt::format("{} has no tokens in it, so no budget has an optimum; use a law with D",
                            family.name));
  }
  if (const std::string reason = law.noOptimum(); !reason.empty()) {
    return fail(ErrorKind::kUnanswered, law.name,
                fmt::format("its runs do not determine any optimum: {}", reason));
  }
  if (!std::isfinite(experts)) {
    return fail(ErrorKind::kUsage, "", "the number of experts must be finite");
  }
  return law.knowsExperts(experts);
}

/// Root of a decreasing convex function of one variable: leftwards until it is positive, then
/// Newton's steps, which stay on the positive side.
double decreasingRoot(const std::function<std::pair<double, double>(double)>& valueAndSlope,
                      double start) {
  double x = start;
  for (double width = 1; valueAndSlope(x).first <= 0 && width < 1e4; width *= 2) x -= width;
  for (int step = 0; step < 500; ++step) {
    const auto [value, slope] = valueAndSlope(x);
    const double move = -value / slope;
    if (!(move > 0) || move <= 1e-15 * std::abs(x)) break;
    x += std::min(move, 50.0);
  }
  return x;
}

/// N or D of a point.
using VariableOf = double LawPoint::*;

/// The loss where `variable` is so large that its terms are gone. Terms of a sum of powers that do
/// not fall with it are the floor; laws with effective variables saturate, so a huge value is
/// there.
double lossAtInfinity(const Law& law, LawPoint point, VariableOf variable) {
  if (!law.family->isPowerSum()) {
    point.*variable = 1e200;
    return law.loss(point);
  }
  const bool of_params = variable == &LawPoint::params;
  const double log_other = std::log(of_params ? point.train_tokens : point.params);
  double outside = 0;
  double inside = 0;
  const std::vector<PowerTerm> terms = law.family->powers(law.values, point);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const PowerTerm& term = terms[i];
    const double own = of_params ? term.params_exponent : term.tokens_exponent;
    const double other = of_params ? term.tokens_exponent : term.params_exponent;
    if (own < 0) continue;
    const double left = other == 0 ? term.log_amplitude : term.log_amplitude + other * log_other;
    (law.family->isInside(i) ? inside : outside) += std::exp(left);
  }
  if (law.family->power < 0) return outside;
  return outside + std::pow(inside, law.values[static_cast<std::size_t>(law.family->power)]);
}

/// Value of `variable` (N or D) at which the loss falls to the target, the rest fixed.
Result<double> solveVariable(const Law& law, LawPoint point, double target_loss,
                             VariableOf variable, std::string_view what) {
  point.*variable = 1e9;
  const auto excess = [&](double x) {
    point.*variable = std::exp(x);
    const LocalLoss local = law.family->at(law.values, point);
    return std::pair{local.log_loss - std::log(target_loss), variable == &LawPoint::params
                                                                 ? local.slopes.params
                                                                 : local.slopes.train_tokens};
  };
  if (!(excess(0).second < 0)) {
    return fail(ErrorKind::kUnanswered, law.name,
                fmt::format("in {} more {} do not lower the loss", law.family->name, what));
  }
  if (const double floor = lossAtInfinity(law, point, variable); !(target_loss > floor)) {
    return fail(ErrorKind::kInfeasible, law.name,
                fmt::format("no number of {} reaches {:.4g} nats here; the floor is {:.4g}", what,
                            target_loss, floor));
  }
  const double x = decreasingRoot(excess, std::log(1e9));
  if (!(std::abs(excess(x).first) <= 1e-9)) {
    return fail(ErrorKind::kInfeasible, law.name,
                fmt::format("no number of {} reaches {:.4g} nats here", what, target_loss));
  }
  return std::exp(x);
}

}  // namespace

Result<void> Law::knowsExperts(double experts) const {
  if (family->dependsOnExperts()) return {};
  const double own =
      range.experts && range.experts->low == range.experts->high ? range.experts->low : 1;
  const bool expands = family->flop_rule != nullptr;  // its E is an expansion, not asked for
  if (experts == own || (expands && experts == 1)) return {};
  if (own != 1 && !expands) {
    return fail(ErrorKind::kUnanswered, name,
                fmt::format("{} has no expert count in it and was fitted to runs of E = {:g} only, "
                            "so it says nothing about E = {:g}; ask with --e {:g}",
                            family->name, own, experts, own));
  }
  return fail(ErrorKind::kUnanswered, name,
              fmt::format("{} has no expert count in it, so it cannot tell E = {:g} from E = 1; "
                          "ask for E = 1 or use an expert-aware law",
                          family->name, experts));
}

Result<ComputeOptimum> computeOptimum(const Law& law, Flop budget, const LawPoint& model) {
  const double experts = model.experts;
  if (auto asked = answers(law, budget, model); !asked) return tl::unexpected(asked.error());
  const BudgetLine line(law, budget, model);
  const std::optional<double> params = line.optimum();
  if (!params) {
    return fail(ErrorKind::kUnanswered, law.name,
                fmt::format("loss along the budget of {:g} FLOP has no minimum at E = {:g}: its "
                            "terms all rise or all fall with N, so the fit does not balance size "
                            "against data",
                            budget.value(), experts));
  }
  return ComputeOptimum{experts, *params, line.tokens(*params), line.loss(*params)};
}

Result<double> tokensForLoss(const Law& law, const LawPoint& model, double target_loss) {
  return solveVariable(law, model, target_loss, &LawPoint::train_tokens, "tokens");
}

Result<double> paramsForLoss(const Law& law, const LawPoint& training, double target_loss) {
  return solveVariable(law, training, target_loss, &LawPoint::params, "parameters");
}

Result<double> effectiveParams(const Law& law, const LawPoint& point) {
  if (!law.family->dependsOnExperts()) {
    return fail(ErrorKind::kUnanswered, law.name,
                fmt::format("{} has no expert count in it", law.family->name));
  }
  LawPoint dense = point;
  dense.experts = 1;
  return paramsForLoss(law, dense, law.loss(point));
}

// The least loss falls with the budget; bisection in its logarithm over 1e3 to 1e60 FLOP.
Result<Flop> budgetForLoss(const Law& law, double target_loss, const LawPoint& model) {
  double low = std::log(1e3);
  double high = std::log(1e60);
  const auto lossAt = [&](double log_budget) -> Result<double> {
    return computeOptimum(law, Flop(std::exp(log_budget)), model)
        .map([](const ComputeOptimum& optimum) { return optimum.loss; });
  };
  const Result<double> least = lossAt(high);
  if (!least) return tl::unexpected(least.error());
  if (*least > target_loss) {
    return fail(ErrorKind::kInfeasible, law.name,
                fmt::format("no budget reaches {:.4g} nats with E = {:g}; the floor is {:.4g}",
                            target_loss, model.experts, *least));
  }
  while (high - low > 1e-12 * high) {
    const double middle = 0.5 * (low + high);
    const Result<double> loss = lossAt(middle);
    if (!loss) return tl::unexpected(loss.error());
    (*loss > target_loss ? low : high) = middle;
  }
  return Flop(std::exp(high));
}

}  // namespace moe
