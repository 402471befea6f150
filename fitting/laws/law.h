#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/error.h"
#include "data/units.h"
#include "fitting/laws/law_family.h"

namespace moe {

/// The runs that a law was fitted on, or its paper's: smallest and largest of each variable.
struct Range {
  double low = 0;
  double high = 0;
};
struct FittedRange {
  std::optional<Range> params;
  std::optional<Range> train_tokens;
  std::optional<Range> tokens_per_param;
  std::optional<Range> experts;
};

/// How far a point lies outside the fitted range, in decades; 0 inside or where nothing is known.
struct Extrapolation {
  double params_decades = 0;
  double tokens_decades = 0;
  double tokens_per_param_decades = 0;
  double experts_decades = 0;
  double worst() const;
  /// The largest over N, D and D/N, which decide whether a plan may be recommended.
  double worstOfSizeAndTokens() const;
};

/// A plan further outside, by `worstOfSizeAndTokens`, is marked and never recommended.
inline constexpr double kMarkedDecades = 1;

/// The same law fitted under another choice: an earlier or later window of evaluations. What a plan
/// changes between variants is often larger than its interval, so it is shown beside it.
struct LawVariant {
  std::string label;  ///< "earlier window 0.04..0.19"
  std::vector<double> values;
};

/// A formula with values, where they come from, where they hold and how sure they are.
struct Law {
  const LawFamily* family = nullptr;
  std::vector<double> values;  ///< in the order of family->parameters
  std::string name;            ///< preset name, or what it was fitted on
  std::string source;
  double flop_per_param_token = 6;  ///< training FLOP of a token: this * N + router_flop G N^(2/3)
  double router_flop = 0;           ///< 0 but for krajewski2024, whose FLOP rule counts routers
  /// What N counts in the runs behind the law; the family's own meaning where they do not say.
  ParameterKind parameter_kind = ParameterKind::kUnstated;
  FittedRange range;
  std::vector<std::vector<double>> posterior;  ///< joint draws of `values`; may be empty
  std::vector<LawVariant> variants;            ///< refits under other choices; may be empty
  double residual_rms = 0;                     ///< scatter of a run about it, in ln L; 0 unknown
  std::vector<std::string> unidentified;       ///< parameters that the runs do not determine
  std::vector<Warning> warnings;               ///< what every user of the law must be told

  /// Training FLOP of one token at a point, over N: flop_per_param_token times the share of it that
  /// the point costs (k/E in abnar2025, P/16 in kumar2024).
  double flopPerParamToken(const LawPoint& point) const;

  /// Why no budget has an optimum under this law although its formula has one: D or N hardly varied
  /// over its runs, which then cannot tell that term from a constant, or D/N hardly did, and they
  /// cannot tell the two terms from each other. Empty when they can.
  std::string noOptimum() const;

  /// Errors (kUnanswered): an expert count that a law without E says nothing about: not that of its
  /// runs, where they had one, else not 1.
  Result<void> knowsExperts(double experts) const;

  double loss(const LawPoint& point) const;  ///< nats per token
  LossSlopes slopes(const LawPoint& point) const;
  Extrapolation extrapolation(const LawPoint& point) const;
  /// The same law with one posterior draw for its values, without a posterior.
  Law draw(std::size_t index) const;
  Law withValues(std::vector<double> other) const;
};

/// Published coefficients by preset name ("ludziejewski2025"); an error that suggests the nearest.
Result<Law> presetLaw(std::string_view name);
std::vector<std::string> presetNames();

/// A law on its own budget line D = C / (k N + r G N^(2/3)), k = flop_per_param_token times the
/// model's share of it and r = router_flop, everything but N and D as in `model`. Cheap to make and
/// evaluate: the planner's inner loop. For sums of powers ln L is convex in ln N along the line (a
/// log-sum-exp of linear forms), so each root is unique on its branch; laws with effective N or D
/// (muennighoff2023) fall and then rise as well, and are searched inside a bracket.
class BudgetLine {
 public:
  BudgetLine(const Law& law, Flop budget, const LawPoint& model);

  double tokens(double params) const;
  double loss(double params) const;
  /// d ln L / d ln N along the line.
  double slope(double params) const;

  /// The N of least loss, found to rounding; none when loss falls or rises for ever.
  std::optional<double> optimum() const;

  /// The N < optimum with this loss (the over-trained branch). The optimum itself when the target
  /// equals its loss to 1e-13; none when the target is below it.
  std::optional<double> overTrained(double target_loss, double optimum) const;

  /// The N > optimum with this loss (the under-trained branch).
  std::optional<double> underTrained(double target_loss, double optimum) const;

 private:
  struct Local {
    double log_loss = 0;
    double slope = 0;      // d ln L / d ln N
    double curvature = 0;  // second derivative, without that of ln D
  };
  Local at(double log_params) const;
  Local ofPowers(double log_params, double log_tokens, double tokens_slope) const;
  Local ofLaw(double log_params, double log_tokens, double tokens_slope) const;
  double logTokens(double log_params) const;
  double tokensSlope(double log_params) const;
  bool mayHaveOptimum() const;
  std::optional<double> branch(double target_loss, double optimum, double direction) const;

  const LawFamily* family_;
  std::vector<double> values_;  // of a law that is no sum of powers
  LawPoint model_;
  std::vector<PowerTerm> terms_;  // of one that is
  double power_ = 1;
  std::size_t inside_from_ = 0;  // terms from here on stand inside the power
  double log_budget_ = 0;
  double per_param_ = 6;
  double router_ = 0;
};

/// Loss-optimal point at a training budget.
struct ComputeOptimum {
  double experts = 1;
  double params = 0;
  double train_tokens = 0;
  double loss = 0;
  double tokens_per_param() const { return train_tokens / params; }
};

/// Errors: the law has no D (clark2022); E asked of a law without E; no interior optimum; a budget
/// that is not positive. N and D of `model` are not used.
Result<ComputeOptimum> computeOptimum(const Law& law, Flop budget, const LawPoint& model);

/// Tokens that a model of this size needs for a loss; none-error when the floor lies above it.
Result<double> tokensForLoss(const Law& law, const LawPoint& model, double target_loss);

/// Smallest N that reaches a loss on D tokens; error when the floor lies above it.
Result<double> paramsForLoss(const Law& law, const LawPoint& training, double target_loss);

/// Least training budget at which some N reaches the loss.
Result<Flop> budgetForLoss(const Law& law, double target_loss, const LawPoint& model);

/// Effective parameter count: the N at which the dense model (E = 1) on as many tokens has the loss
/// of this point. For clark2022 that is in closed form [Clark2022, eq. 21]
///
///     Nbar = N^(alpha(Ehat) / alpha(E_start)) (Ehat / E_start)^(b / alpha(E_start)),
///     alpha(x) = a + c log10 x,
///
/// which the general search meets. Errors: a law without experts; no dense N has that loss.
Result<double> effectiveParams(const Law& law, const LawPoint& point);

}  // namespace moe
