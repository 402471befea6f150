#include "fitting/laws/law.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moe {

namespace {

double decadesOutside(const std::optional<Range>& range, double value) {
  if (!range) return 0;
  if (value > range->high) return std::log10(value / range->high);
  if (value < range->low) return std::log10(range->low / value);
  return 0;
}

/// d (exponent) / d ln Ehat of the entries of one term.
double expertSlope(const LawFamily& family, const std::vector<double>& values, const Term& term,
                   const LawPoint& point) {
  double slope = 0;
  for (const ExponentEntry& entry : term) {
    const double weight = entry.coefficient * values[static_cast<std::size_t>(entry.parameter)];
    if (entry.feature == Feature::kLogE) slope += weight;
    if (entry.feature == Feature::kLogNLogE) slope += weight * std::log(point.params);
    if (entry.feature == Feature::kLogDLogE) slope += weight * std::log(point.train_tokens);
    require(entry.feature == Feature::kOne ||
                family.parameters[static_cast<std::size_t>(entry.parameter)].coordinate ==
                    Coordinate::kLinear,
            "a slope in ln E needs a linear coordinate");
  }
  return slope;
}

/// d ln Ehat / d ln E: Ehat E / (E - 1 + q)^2 when saturating, else 1.
double saturationSlope(const LawFamily& family, const std::vector<double>& values, double experts) {
  if (family.e_start < 0) return 1;
  const double start = values[static_cast<std::size_t>(family.e_start)];
  const double most = values[static_cast<std::size_t>(family.e_max)];
  const double head = experts - 1 + 1 / (1 / start - 1 / most);
  return family.effectiveExperts(values, experts) * experts / (head * head);
}

}  // namespace

double Extrapolation::worstOfSizeAndTokens() const {
  return std::max({params_decades, tokens_decades, tokens_per_param_decades});
}

double Extrapolation::worst() const { return std::max(worstOfSizeAndTokens(), experts_decades); }

std::string Law::noOptimum() const {
  constexpr double kHardly = 1.05;
  if (!family->dependsOnTokens()) return {};
  for (const auto& [letter, runs] :
       {std::pair{"D", &range.train_tokens}, std::pair{"N", &range.params}}) {
    if (*runs && (*runs)->high <= kHardly * (*runs)->low) {
      return fmt::format("{} hardly varies over them ({:.4g} to {:.4g})", letter, (*runs)->low,
                         (*runs)->high);
    }
  }
  return {};
}

double Law::loss(const LawPoint& point) const {
  const double log_params = std::log(point.params);
  const double log_tokens = family->dependsOnTokens() ? std::log(point.train_tokens) : 0;
  double sum = 0;
  for (const PowerTerm& term : family->powers(values, point.experts, point.granularity)) {
    sum += std::exp(term.log_amplitude + term.params_exponent * log_params +
                    term.tokens_exponent * log_tokens);
  }
  return sum;
}

LossSlopes Law::slopes(const LawPoint& point) const {
  const double log_params = std::log(point.params);
  const double log_tokens = family->dependsOnTokens() ? std::log(point.train_tokens) : 0;
  const std::vector<PowerTerm> powers = family->powers(values, point.experts, point.granularity);
  LossSlopes slopes;
  double sum = 0;
  double experts_slope = 0;
  for (std::size_t i = 0; i < powers.size(); ++i) {
    const PowerTerm& term = powers[i];
    const double part = std::exp(term.log_amplitude + term.params_exponent * log_params +
                                 term.tokens_exponent * log_tokens);
    sum += part;
    slopes.params += part * term.params_exponent;
    slopes.train_tokens += part * term.tokens_exponent;
    experts_slope += part * expertSlope(*family, values, family->terms[i], point);
  }
  slopes.params /= sum;
  slopes.train_tokens /= sum;
  experts_slope = experts_slope / sum + expertSlope(*family, values, family->factor, point);
  slopes.experts = experts_slope * saturationSlope(*family, values, point.experts);
  return slopes;
}

Extrapolation Law::extrapolation(const LawPoint& point) const {
  Extrapolation result;
  result.params_decades = decadesOutside(range.params, point.params);
  if (family->dependsOnTokens()) {
    result.tokens_decades = decadesOutside(range.train_tokens, point.train_tokens);
    result.tokens_per_param_decades =
        decadesOutside(range.tokens_per_param, point.train_tokens / point.params);
  }
  if (family->dependsOnExperts()) {
    result.experts_decades = decadesOutside(range.experts, point.experts);
  }
  return result;
}

Law Law::withValues(std::vector<double> other) const {
  Law copy;
  copy.family = family;
  copy.values = std::move(other);
  copy.name = name;
  copy.source = source;
  copy.flop_per_param_token = flop_per_param_token;
  copy.router_flop = router_flop;
  copy.range = range;
  copy.parameter_kind = parameter_kind;
  copy.residual_rms = residual_rms;
  return copy;
}

Law Law::draw(std::size_t index) const { return withValues(posterior[index]); }

}  // namespace moe
