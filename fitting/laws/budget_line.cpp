#include <algorithm>
#include <cmath>
#include <utility>

#include "fitting/laws/law.h"

namespace moe {

namespace {

constexpr int kMaxSteps = 200;
constexpr double kWidest = 1e4;          // of a bracket in ln N
constexpr double kSmallestStep = 1e-15;  // relative to ln N: below it a double does not move

}  // namespace

BudgetLine::BudgetLine(const Law& law, Flop budget, const LawPoint& model)
    : family_(law.family),
      model_(model),
      log_budget_(std::log(budget.value())),
      per_param_(law.flopPerParamToken(model)),
      router_(law.router_flop * model.granularity) {
  if (!family_->isPowerSum()) {
    values_ = law.values;
    return;
  }
  terms_ = family_->powers(law.values, model);
  inside_from_ = terms_.size();
  if (family_->power >= 0) {
    power_ = law.values[static_cast<std::size_t>(family_->power)];
    inside_from_ = family_->inside_from;
  }
}

double BudgetLine::logTokens(double log_params) const {
  const double n = std::exp(log_params);
  const double router = router_ == 0 ? 0 : router_ * std::exp(log_params * 2 / 3);
  return log_budget_ - std::log(per_param_ * n + router);
}

/// d ln D / d ln N along the line.
double BudgetLine::tokensSlope(double log_params) const {
  if (router_ == 0) return -1;
  const double dense = per_param_ * std::exp(log_params);
  const double router = router_ * std::exp(log_params * 2 / 3);
  return -(dense + router * 2 / 3) / (dense + router);
}

double BudgetLine::tokens(double params) const { return std::exp(logTokens(std::log(params))); }

BudgetLine::Local BudgetLine::at(double log_params) const {
  const double log_tokens = logTokens(log_params);
  const double tokens_slope = tokensSlope(log_params);
  return terms_.empty() ? ofLaw(log_params, log_tokens, tokens_slope)
                        : ofPowers(log_params, log_tokens, tokens_slope);
}

namespace {

/// A sum of exponentials exp(e_i) and, by the e_i' and e_i'', the derivatives of its logarithm.
struct LogSum {
  double sum = 0;
  double first = 0;
  double second = 0;
  void add(double part, double slope, double curvature) {
    sum += part;
    first += part * slope;
    second += part * (slope * slope + curvature);
  }
  double slope() const { return first / sum; }
  double curvature() const { return second / sum - slope() * slope(); }
};

}  // namespace

BudgetLine::Local BudgetLine::ofPowers(double log_params, double log_tokens,
                                       double tokens_slope) const {
  LogSum inside;
  LogSum total;
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    const PowerTerm& term = terms_[i];
    const double part = std::exp(term.log_amplitude + term.params_exponent * log_params +
                                 term.tokens_exponent * log_tokens);
    const double exponent = term.params_exponent + term.tokens_exponent * tokens_slope;
    (i < inside_from_ ? total : inside).add(part, exponent, 0);
  }
  if (inside_from_ < terms_.size()) {
    total.add(std::pow(inside.sum, power_), power_ * inside.slope(), power_ * inside.curvature());
  }
  return {std::log(total.sum), total.slope(), total.curvature()};
}

// The curvature only guides Newton's steps, so a difference of slopes is enough.
BudgetLine::Local BudgetLine::ofLaw(double log_params, double log_tokens,
                                    double tokens_slope) const {
  const auto localAt = [&](double shift) {
    LawPoint point = model_;
    point.params = std::exp(log_params + shift);
    point.train_tokens = std::exp(log_tokens + tokens_slope * shift);
    const LocalLoss local = family_->at(values_, point);
    return std::pair{local.log_loss,
                     local.slopes.params + tokens_slope * local.slopes.train_tokens};
  };
  constexpr double kStep = 1e-5;
  const auto [log_loss, slope] = localAt(0);
  const double curvature = (localAt(kStep).second - localAt(-kStep).second) / (2 * kStep);
  return {log_loss, slope, std::max(curvature, 1e-12)};
}

double BudgetLine::loss(double params) const { return std::exp(at(std::log(params)).log_loss); }

double BudgetLine::slope(double params) const { return at(std::log(params)).slope; }

// Along the line the terms are exp(a_i + s_i ln N). A least loss exists exactly when the s_i take
// both signs; then the slope rises through zero once and Newton's method, kept inside a bracket
// that shrinks, finds it.
bool BudgetLine::mayHaveOptimum() const {
  if (terms_.empty()) return true;
  double least = 0;
  double most = 0;
  for (const PowerTerm& term : terms_) {
    const double exponent = term.params_exponent - term.tokens_exponent;
    least = std::min(least, exponent);
    most = std::max(most, exponent);
  }
  return least < 0 && most > 0;
}

std::optional<double> BudgetLine::optimum() const {
  if (!mayHaveOptimum()) return std::nullopt;
  double low = std::log(1e9);
  double high = low;
  for (double width = 1; at(low).slope > 0; width *= 2) {
    low -= width;
    if (width > kWidest) return std::nullopt;
  }
  for (double width = 1; at(high).slope < 0; width *= 2) {
    high += width;
    if (width > kWidest) return std::nullopt;
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

// ln L - ln target is negative at the optimum `inner`. From a point `outer` where it is positive
// Newton's steps move towards the optimum; where it is convex they never pass the root, and a step
// that leaves the bracket halves it instead.
std::optional<double> BudgetLine::branch(double target_loss, double optimum,
                                         double direction) const {
  const double log_target = std::log(target_loss);
  double inner = std::log(optimum);
  const double excess = log_target - at(inner).log_loss;
  if (std::abs(excess) <= 1e-13) return optimum;
  if (excess < 0) return std::nullopt;
  double x = inner;
  for (double width = 0.25; at(x).log_loss <= log_target; width *= 2) {
    inner = x;
    x += direction * width;
    if (width > kWidest) return std::nullopt;
  }
  double outer = x;
  for (int step = 0; step < kMaxSteps; ++step) {
    const Local local = at(x);
    (local.log_loss > log_target ? outer : inner) = x;
    double move = (log_target - local.log_loss) / local.slope;
    const bool inside = (x + move - inner) * direction > 0 && (outer - x - move) * direction >= 0;
    if (!inside) move = 0.5 * (inner + outer) - x;
    if (std::abs(move) <= kSmallestStep * std::abs(x)) break;
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
