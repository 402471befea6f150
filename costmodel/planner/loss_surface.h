#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "fitting/laws/law.h"

namespace moe {

/// Tokens, USD or a size that nothing reaches.
inline constexpr double kEndless = std::numeric_limits<double>::infinity();
inline constexpr double kMostLogTokens = 300;  ///< ln D of 1e130 tokens: every falling term is gone
inline constexpr double kMostLogParams = 46;   ///< ln N of 1e20; nothing larger is searched

/// Training tokens of which only `unique` differ, as fresh ones [Muennighoff2023]:
///
///     D' = U + U r (1 - exp(-R/r))    R = D/U - 1    r = 15.387756
///
/// and back: infinite from U (1 + r) on. D itself up to U.
double freshTokens(double tokens, double unique);
double tokensOfFresh(double fresh, double unique);

/// A law at everything but N and D, made for being asked often: ln L, and the ln D at which a size
/// has a loss, in closed form where one term depends on D. Evaluations do not allocate. Logarithms
/// are natural; infinite ln D: no number of tokens is enough.
class LossSurface {
 public:
  /// `unique_tokens`: what there is without repeats. Laws that know repeats value them themselves,
  /// the others by freshTokens.
  LossSurface(const Law& law, const LawPoint& model, std::optional<double> unique_tokens);

  double logLoss(double log_params, double log_tokens) const;
  double logTokens(double log_params, double log_target) const;

  /// The model of least training FLOP (by the law's rule) with this loss, all tokens fresh: the
  /// loss-optimal model of that budget. None when the loss lies below what any size reaches.
  struct LossOptimal {
    double log_params = 0;
    double log_tokens = 0;
  };
  std::optional<LossOptimal> lossOptimal(double log_target) const;

 private:
  struct Local {
    double log_loss = 0;
    double params_slope = 0;
    double tokens_slope = 0;
  };
  double sumAt(double log_params, double log_fresh) const;
  double freshLogTokens(double log_params, double log_target) const;
  double logLossOfFresh(double log_params, double log_fresh) const;
  Local at(double log_params, double log_fresh) const;
  LawPoint point(double log_params, double log_tokens) const;
  double flopSlope(double log_params) const;

  const LawFamily* family_;
  std::vector<double> values_;  // of a law that is no sum of powers
  LawPoint model_;
  std::vector<PowerTerm> terms_;  // of one that is; the term with D last when it is alone
  bool closed_ = false;           // it falls with D, and stands inside the power if there is one
  double power_ = 1;
  std::size_t inside_from_ = 0;
  std::optional<double> unique_;      // valued by freshTokens
  std::optional<double> own_unique_;  // valued by the law
  double per_param_ = 6;
  double router_ = 0;
};

}  // namespace moe
