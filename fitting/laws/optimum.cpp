#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "fitting/laws/law.h"

namespace moe {

namespace {

/// Refuses what a law without experts or without data cannot be asked.
Result<void> answers(const Law& law, Flop budget, double experts) {
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
  if (experts != 1 && !family.dependsOnExperts()) {
    return fail(ErrorKind::kUnanswered, law.name,
                fmt::format("{} has no expert count in it, so it cannot tell E = {:g} from E = 1; "
                            "ask for E = 1 or use an expert-aware law",
                            family.name, experts));
  }
  return {};
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

using ExponentOf = double PowerTerm::*;

/// Value of `variable` (N or D) at which the terms fall to the target, the other one fixed.
Result<double> solveVariable(const Law& law, const LawPoint& point, double target_loss,
                             ExponentOf variable, ExponentOf other, double log_other,
                             std::string_view what) {
  const std::vector<PowerTerm> terms =
      law.family->powers(law.values, point.experts, point.granularity);
  double floor = 0;
  bool falls = false;
  for (const PowerTerm& term : terms) {
    const double rest = std::exp(term.log_amplitude + term.*other * log_other);
    if (term.*variable == 0) floor += rest;
    falls = falls || term.*variable < 0;
  }
  if (!falls) {
    return fail(ErrorKind::kUnanswered, law.name,
                fmt::format("in {} more {} do not lower the loss", law.family->name, what));
  }
  if (!(target_loss > floor)) {
    return fail(ErrorKind::kInfeasible, law.name,
                fmt::format("no number of {} reaches {:.4g} nats here; the floor is {:.4g}", what,
                            target_loss, floor));
  }
  const double log_target = std::log(target_loss);
  const auto excess = [&](double x) {
    double sum = 0;
    double slope = 0;
    for (const PowerTerm& term : terms) {
      const double part =
          std::exp(term.log_amplitude + term.*other * log_other + term.*variable * x);
      sum += part;
      slope += part * (term.*variable);
    }
    return std::pair{std::log(sum) - log_target, slope / sum};
  };
  const double x = decreasingRoot(excess, std::log(1e9));
  if (std::abs(excess(x).first) > 1e-9) {
    return fail(ErrorKind::kInfeasible, law.name,
                fmt::format("no number of {} reaches {:.4g} nats here", what, target_loss));
  }
  return std::exp(x);
}

}  // namespace

Result<ComputeOptimum> computeOptimum(const Law& law, Flop budget, double experts,
                                      double granularity) {
  if (auto asked = answers(law, budget, experts); !asked) return tl::unexpected(asked.error());
  const BudgetLine line(law, budget, experts, granularity);
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
  return solveVariable(law, model, target_loss, &PowerTerm::tokens_exponent,
                       &PowerTerm::params_exponent, std::log(model.params), "tokens");
}

Result<double> paramsForLoss(const Law& law, const LawPoint& training, double target_loss) {
  const double log_tokens = law.family->dependsOnTokens() ? std::log(training.train_tokens) : 0;
  return solveVariable(law, training, target_loss, &PowerTerm::params_exponent,
                       &PowerTerm::tokens_exponent, log_tokens, "parameters");
}

// The least loss falls with the budget; bisection in its logarithm over 1e3 to 1e60 FLOP.
Result<Flop> budgetForLoss(const Law& law, double target_loss, double experts, double granularity) {
  double low = std::log(1e3);
  double high = std::log(1e60);
  const auto lossAt = [&](double log_budget) -> Result<double> {
    return computeOptimum(law, Flop(std::exp(log_budget)), experts, granularity)
        .map([](const ComputeOptimum& optimum) { return optimum.loss; });
  };
  const Result<double> least = lossAt(high);
  if (!least) return tl::unexpected(least.error());
  if (*least > target_loss) {
    return fail(ErrorKind::kInfeasible, law.name,
                fmt::format("no budget reaches {:.4g} nats with E = {:g}; the floor is {:.4g}",
                            target_loss, experts, *least));
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
