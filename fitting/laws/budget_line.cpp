#include <cmath>

#include "fitting/laws/law.h"

namespace moe {

namespace {

constexpr int kMaxSteps = 200;
constexpr double kSmallestStep = 1e-15;  // relative to ln N: below it a double does not move

}  // namespace

BudgetLine::BudgetLine(const Law& law, Flop budget, double experts, double granularity)
    : terms_(law.family->powers(law.values, experts, granularity)),
      log_budget_(std::log(budget.value())),
      per_param_(law.flop_per_param_token),
      router_(law.router_flop * granularity) {}

double BudgetLine::logTokens(double log_params) const {
  const double n = std::exp(log_params);
  const double router = router_ == 0 ? 0 : router_ * std::exp(log_params * 2 / 3);
  return log_budget_ - std::log(per_param_ * n + router);
}

double BudgetLine::tokens(double params) const { return std::exp(logTokens(std::log(params))); }

BudgetLine::Local BudgetLine::at(double log_params) const {
  const double log_tokens = logTokens(log_params);
  double tokens_slope = -1;
  if (router_ != 0) {
    const double dense = per_param_ * std::exp(log_params);
    const double router = router_ * std::exp(log_params * 2 / 3);
    tokens_slope = -(dense + router * 2 / 3) / (dense + router);
  }
  double sum = 0;
  double first = 0;
  double second = 0;
  for (const PowerTerm& term : terms_) {
    const double part = std::exp(term.log_amplitude + term.params_exponent * log_params +
                                 term.tokens_exponent * log_tokens);
    const double exponent = term.params_exponent + term.tokens_exponent * tokens_slope;
    sum += part;
    first += part * exponent;
    second += part * exponent * exponent;
  }
  const double slope = first / sum;
  return {std::log(sum), slope, second / sum - slope * slope};
}

double BudgetLine::loss(double params) const { return std::exp(at(std::log(params)).log_loss); }

double BudgetLine::slope(double params) const { return at(std::log(params)).slope; }

// Along the line the terms are exp(a_i + s_i ln N). A least loss exists exactly when the s_i take
// both signs; then the slope rises through zero once and Newton's method, kept inside a bracket
// that shrinks, finds it.
std::optional<double> BudgetLine::optimum() const {
  double least = 0;
  double most = 0;
  for (const PowerTerm& term : terms_) {
    const double exponent = term.params_exponent - term.tokens_exponent;
    least = std::min(least, exponent);
    most = std::max(most, exponent);
  }
  if (!(least < 0 && most > 0)) return std::nullopt;

  double low = std::log(1e9);
  double high = low;
  for (double width = 1; at(low).slope > 0; width *= 2) {
    low -= width;
    if (width > 1e4) return std::nullopt;
  }
  for (double width = 1; at(high).slope < 0; width *= 2) {
    high += width;
    if (width > 1e4) return std::nullopt;
  }
  double x = 0.5 * (low + high);
  for (int step = 0; step < kMaxSteps; ++step) {
    const Local local = at(x);
    (local.slope < 0 ? low : high) = x;
    double next = x - local.slope / local.curvature;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (std::abs(next - x) <= kSmallestStep * std::abs(x)) break;
    x = next;
  }
  return std::exp(x);
}

// ln L - ln target is convex in ln N and negative at the optimum. From a point where it is
// positive Newton's steps move towards the optimum and never pass the root.
std::optional<double> BudgetLine::branch(double target_loss, double optimum,
                                         double direction) const {
  const double log_target = std::log(target_loss);
  const double best = std::log(optimum);
  const double excess = log_target - at(best).log_loss;
  if (std::abs(excess) <= 1e-13) return optimum;
  if (excess < 0) return std::nullopt;
  double x = best;
  for (double width = 0.25; at(x).log_loss <= log_target; width *= 2) {
    x += direction * width;
    if (width > 1e4) return std::nullopt;
  }
  for (int step = 0; step < kMaxSteps; ++step) {
    const Local local = at(x);
    const double move = (log_target - local.log_loss) / local.slope;
    if (!(move * direction < 0) || std::abs(move) <= kSmallestStep * std::abs(x)) break;
    x += move;
  }
  return std::exp(x);
}

std::optional<double> BudgetLine::overTrained(double target_loss, double optimum) const {
  return branch(target_loss, optimum, -1);
}

std::optional<double> BudgetLine::underTrained(double target_loss, double optimum) const {
  return branch(target_loss, optimum, +1);
}

}  // namespace moe
