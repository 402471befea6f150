#include "costmodel/planner/loss_surface.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "costmodel/planner/bracketed_root.h"

namespace moe {
namespace {

constexpr double kRepeatDecay = 15.387756;  // R_D* of [Muennighoff2023], released code
constexpr double kLeastLogParams = 7;       // 1100 parameters
constexpr double kStartLogParams = 20.7;    // 1e9

}  // namespace

double freshTokens(double tokens, double unique) {
  if (!(tokens > unique)) return tokens;
  return unique * (1 - kRepeatDecay * std::expm1(-(tokens / unique - 1) / kRepeatDecay));
}

double tokensOfFresh(double fresh, double unique) {
  if (!(fresh > unique)) return fresh;
  const double left = 1 - (fresh / unique - 1) / kRepeatDecay;
  return left > 0 ? unique * (1 - kRepeatDecay * std::log(left)) : kEndless;
}

LossSurface::LossSurface(const Law& law, const LawPoint& model, std::optional<double> unique_tokens)
    : family_(law.family),
      model_(model),
      per_param_(law.flopPerParamToken(model)),
      router_(law.router_flop * model.granularity) {
  model_.unique_tokens = 0;
  const bool knows_repeats = family_->dependsOn(Variable::kRepeats);
  (knows_repeats ? own_unique_ : unique_) = unique_tokens;
  if (!family_->isPowerSum()) {
    values_ = law.values;
    return;
  }
  terms_ = family_->powers(law.values, model_);
  inside_from_ = terms_.size();
  if (family_->power >= 0) {
    power_ = law.values[static_cast<std::size_t>(family_->power)];
    inside_from_ = family_->inside_from;
  }
  const auto falls = [](const PowerTerm& term) { return term.tokens_exponent != 0; };
  const auto place = std::find_if(terms_.begin(), terms_.end(), falls);
  const bool is_inside = place - terms_.begin() >= static_cast<std::ptrdiff_t>(inside_from_);
  closed_ = std::count_if(terms_.begin(), terms_.end(), falls) == 1 && place->tokens_exponent < 0 &&
            is_inside == (family_->power >= 0);
  if (closed_) std::iter_swap(place, terms_.end() - 1);
}

LawPoint LossSurface::point(double log_params, double log_tokens) const {
  LawPoint result = model_;
  result.params = std::exp(log_params);
  result.train_tokens = std::exp(log_tokens);
  return result;
}

/// Of a sum of powers.
double LossSurface::sumAt(double log_params, double log_fresh) const {
  double outside = 0;
  double inside = 0;
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    const PowerTerm& term = terms_[i];
    (i < inside_from_ ? outside : inside) += std::exp(
        term.log_amplitude + term.params_exponent * log_params + term.tokens_exponent * log_fresh);
  }
  return inside_from_ == terms_.size() ? outside : outside + std::pow(inside, power_);
}

double LossSurface::logLossOfFresh(double log_params, double log_fresh) const {
  if (!terms_.empty()) return std::log(sumAt(log_params, log_fresh));
  return family_->at(values_, point(log_params, log_fresh)).log_loss;
}

double LossSurface::logLoss(double log_params, double log_tokens) const {
  if (own_unique_) {
    LawPoint repeated = point(log_params, log_tokens);
    repeated.unique_tokens = *own_unique_;
    return family_->at(values_, repeated).log_loss;
  }
  if (unique_) log_tokens = std::log(freshTokens(std::exp(log_tokens), *unique_));
  return logLossOfFresh(log_params, log_tokens);
}

namespace {

/// Root in ln D of an excess that falls with it.
template <class Excess>
double fallingRoot(const Excess& excess) {
  if (excess(kMostLogTokens) > 0) return kEndless;
  if (excess(0) < 0) return 0;
  return bracketedRoot(excess, 0, kMostLogTokens, 1e-13);
}

}  // namespace

double LossSurface::freshLogTokens(double log_params, double log_target) const {
  if (!closed_)
    return fallingRoot([&](double y) { return logLossOfFresh(log_params, y) - log_target; });
  double gap = std::exp(log_target);
  for (std::size_t i = 0; i + 1 < terms_.size(); ++i) {
    if (i == inside_from_) gap = gap > 0 ? std::pow(gap, 1 / power_) : -1;
    gap -= std::exp(terms_[i].log_amplitude + terms_[i].params_exponent * log_params);
  }
  if (inside_from_ + 1 == terms_.size()) gap = gap > 0 ? std::pow(gap, 1 / power_) : -1;
  if (!(gap > 0)) return kEndless;
  const PowerTerm& last = terms_.back();
  return (last.log_amplitude + last.params_exponent * log_params - std::log(gap)) /
         -last.tokens_exponent;
}

double LossSurface::logTokens(double log_params, double log_target) const {
  if (own_unique_)
    return fallingRoot([&](double y) { return logLoss(log_params, y) - log_target; });
  const double log_fresh = freshLogTokens(log_params, log_target);
  if (!unique_ || log_fresh > kMostLogTokens) return log_fresh;
  return std::log(tokensOfFresh(std::exp(log_fresh), *unique_));
}

LossSurface::Local LossSurface::at(double log_params, double log_fresh) const {
  if (terms_.empty()) {
    const LocalLoss local = family_->at(values_, point(log_params, log_fresh));
    return {local.log_loss, local.slopes.params, local.slopes.train_tokens};
  }
  double sums[2] = {0, 0};
  double params[2] = {0, 0};
  double tokens[2] = {0, 0};
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    const PowerTerm& term = terms_[i];
    const double part = std::exp(term.log_amplitude + term.params_exponent * log_params +
                                 term.tokens_exponent * log_fresh);
    const bool inside = i >= inside_from_;
    sums[inside] += part;
    params[inside] += part * term.params_exponent;
    tokens[inside] += part * term.tokens_exponent;
  }
  if (inside_from_ < terms_.size()) {
    const double outer = power_ * std::pow(sums[1], power_ - 1);
    sums[0] += std::pow(sums[1], power_);
    params[0] += outer * params[1];
    tokens[0] += outer * tokens[1];
  }
  return {std::log(sums[0]), params[0] / sums[0], tokens[0] / sums[0]};
}

/// d ln (training FLOP of one token) / d ln N.
double LossSurface::flopSlope(double log_params) const {
  if (router_ == 0) return 1;
  const double router = router_ / per_param_ * std::exp(-log_params / 3);  // over that of N
  return (1 + router * 2 / 3) / (1 + router);
}

// Along the loss the training FLOP fall and then rise with N; their slope is
// w - (d ln L / d ln N) / (d ln L / d ln D), w = flopSlope.
std::optional<LossSurface::LossOptimal> LossSurface::lossOptimal(double log_target) const {
  const auto tokensAt = [&](double x) { return freshLogTokens(x, log_target); };
  double start = kStartLogParams;
  while (start < kMostLogParams && tokensAt(start) > kMostLogTokens) start += 0.5;
  if (!(start < kMostLogParams)) {
    start = kStartLogParams;
    while (start > kLeastLogParams && tokensAt(start) > kMostLogTokens) start -= 0.5;
    if (!(start > kLeastLogParams)) return std::nullopt;
  }
  const auto slope = [&](double x) {
    const double y = tokensAt(x);
    if (y > kMostLogTokens) return x < start ? -kEndless : kEndless;
    const Local local = at(x, y);
    return flopSlope(x) - local.params_slope / local.tokens_slope;
  };
  double low = start;
  double high = start;
  while (slope(low) > 0 && low > kLeastLogParams) low -= 1;
  while (slope(high) < 0 && high < kMostLogParams) high += 1;
  if (slope(low) > 0 || slope(high) < 0) return std::nullopt;
  const double x = low == high ? low : bracketedRoot(slope, low, high, 1e-12);
  return LossOptimal{x, tokensAt(x)};
}

}  // namespace moe
