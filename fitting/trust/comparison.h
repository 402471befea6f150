#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "data/progress.h"
#include "fitting/fit.h"
#include "fitting/trust/hold_out.h"

namespace moe {

struct ComparisonOptions {
  FitOptions fit = {};
  std::vector<bool> held = {};  ///< rows to hold out, see largestCompute; none when empty
  std::size_t folds = 10;       ///< of the cross-validation; 0: none
  std::uint64_t seed = 0;
};

/// How a family stands against the leader.
enum class Standing {
  kUnsuitable,  ///< these runs cannot fit it
  kLeader,      ///< least error on unseen runs
  kCannotTell,  ///< the runs do not separate it from the leader
  kBeaten,      ///< clearly worse
};

/// Mean excess of |ln L_hat - ln L| over the leader's on the same unseen runs.
struct ErrorExcess {
  double mean = 0;
  Range ci95;  ///< Student's t over the unseen runs; infinite with fewer than two
};

/// One family on the data.
struct FamilyScore {
  const LawFamily* family = nullptr;
  std::string unsuitable;  ///< why it was not fitted
  std::optional<FitResult> fit;
  std::size_t free_parameters = 0;  ///< neither held nor on a bound
  double log_likelihood = 0;
  double aic = 0;
  double bic = 0;
  std::optional<HoldOutResult> hold_out;
  std::string no_hold_out;  ///< why there is none
  std::optional<HoldOutResult> cross_validation;
  std::string no_cross_validation;
  Standing standing = Standing::kUnsuitable;
  /// The first of the families given that is the same function on these runs, if any.
  const LawFamily* same_as = nullptr;
  std::optional<ErrorExcess> hold_out_excess;
  std::optional<ErrorExcess> cross_validation_excess;
};

struct Comparison {
  std::vector<FamilyScore> scores;  ///< best first; unsuitable ones last
  /// Of the leader and those that cannot be told from it, the one of least BIC: what the runs
  /// support without asking for more than they hold. None is taken for
  /// its BIC alone that could not be fitted without the unseen runs. Index into scores; none when
  /// nothing fits.
  std::optional<std::size_t> recommended;
};

/// Excess of a family's errors over another's on the same unseen runs; none where one of them has
/// no errors.
std::optional<ErrorExcess> errorExcess(const std::optional<HoldOutResult>& own,
                                       const std::optional<HoldOutResult>& other);

/// Whether at least two of the witnesses that compareFamilies names clearly speak against a family
/// and for another one, and none the opposite.
bool clearlyBeaten(const FamilyScore& score, const FamilyScore& by);

/// Fits every family and ranks them by the error on the runs held out (or by cross-validation where
/// nothing is held out). A family is beaten when at least two of three witnesses clearly speak
/// against it and none for it: the held-out runs and the cross-validation (a 95 % interval of its
/// excess error over the leader's above zero; below zero on average speaks for it) and BIC (higher
/// or lower by 10). One witness is not enough: the intervals take the fits as they are, and the
/// largest runs share whatever a fit extrapolates wrongly.
///
/// AIC and BIC are of ln L with the scale of the residuals fitted (and counted): Laplace's density
/// for the Huber objective, Gauss' for least squares; points of one run count as one:
///
///     Laplace  ln p = -n (1 + ln(2 mean|r|))        Gauss  ln p = -n/2 (1 + ln(2 pi mean r^2))
///     AIC = 2 (p + 1) - 2 ln p      BIC = (p + 1) ln n - 2 ln p      n  runs, p  free parameters
///
/// Errors: kCancelled; families that do not suit the runs are listed, not errors.
Result<Comparison> compareFamilies(std::span<const LawFamily* const> families,
                                   std::span<const TrainingRun> runs,
                                   std::span<const std::size_t> group,
                                   const ComparisonOptions& options, std::stop_token stop = {},
                                   const ProgressSink& progress = {});

}  // namespace moe
