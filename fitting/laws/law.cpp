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

}  // namespace

double Extrapolation::worstOfSizeAndTokens() const {
  return std::max({params_decades, tokens_decades, tokens_per_param_decades});
}

double Extrapolation::worst() const { return std::max(worstOfSizeAndTokens(), experts_decades); }

std::string Law::noOptimum() const {
  constexpr double kHardly = 1.05;
  constexpr double kRounded = 1.002;  // tokens are counted in thousands or whole batches
  if (!family->dependsOnTokens()) return {};
  for (const auto& [letter, runs] :
       {std::pair{"D", &range.train_tokens}, std::pair{"N", &range.params},
        std::pair{"D/N", &range.tokens_per_param}}) {
    if (*runs && (*runs)->high <= kHardly * (*runs)->low) {
      if ((*runs)->high < kRounded * (*runs)->low) {
        return fmt::format("{} is {:.4g} in every run", letter, (*runs)->low);
      }
      return fmt::format("{} hardly varies over them ({:.4g} to {:.4g})", letter, (*runs)->low,
                         (*runs)->high);
    }
  }
  return {};
}

double Law::flopPerParamToken(const LawPoint& point) const {
  return flop_per_param_token *
         (family->compute_share == nullptr ? 1 : family->compute_share(point));
}

double Law::loss(const LawPoint& point) const {
  return std::exp(family->at(values, point).log_loss);
}

LossSlopes Law::slopes(const LawPoint& point) const { return family->at(values, point).slopes; }

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
