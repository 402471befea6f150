#pragma once

#include <Eigen/Core>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "data/error.h"
#include "data/training_run.h"
#include "fitting/laws/law_point.h"

namespace moe {

/// d ln L / d ln x for each variable x of a law.
struct LossSlopes {
  double params = 0;
  double train_tokens = 0;
  double experts = 0;
};

/// ln L and its slopes at one point.
struct LocalLoss {
  double log_loss = 0;
  LossSlopes slopes;
};

/// How a parameter enters the fit: as it is, as its natural logarithm, or as its inverse.
enum class Coordinate { kLinear, kLog, kInverse };

double coordinateOf(Coordinate coordinate, double value);
double valueOf(Coordinate coordinate, double coordinate_value);
/// d value / d coordinate.
double valueSlope(Coordinate coordinate, double value);

/// What must differ between runs before a parameter can be fitted; kAlways for N and D.
enum class Variable {
  kAlways,
  kExperts,
  kGranularity,
  kRepeats,
  kWeightBits,
  kActivationBits,
  kCacheBits,
  kBitsAfterTraining,
};

/// One parameter of a law family, in the units of its formula.
struct LawParameter {
  std::string_view name;     ///< as in files: "alpha"
  std::string_view meaning;  ///< in words
  Coordinate coordinate = Coordinate::kLinear;
  double lower = 0;  ///< default bounds of a fit; amplitudes have +-infinity in the log coordinate
  double upper = 0;
  std::vector<double> search;  ///< where the global search looks; empty for linear amplitudes
  Variable variable = Variable::kAlways;  ///< without which it cannot be fitted
  double neutral = 0;                     ///< where it is held when that variable never varies
};

/// With all but N and D fixed a term of a power sum is exp(c + p ln N + q ln D).
struct PowerTerm {
  double log_amplitude = 0;    ///< c_i
  double params_exponent = 0;  ///< p_i
  double tokens_exponent = 0;  ///< q_i
};

/// What exponents are made of. Each entry adds coefficient * t * feature to an exponent, where t is
/// the parameter in its coordinate (ln A for an amplitude). kLogShare is ln(k/E),
/// kBitsAfterTraining the bits of weights quantised after training (kNoBits where they are not).
enum class Feature {
  kOne,
  kLogN,
  kLogD,
  kLogE,
  kLogG,
  kLogNLogE,
  kLogDLogE,
  kLogShare,
  kBitsAfterTraining,
};
inline constexpr int kFeatures = 9;
inline constexpr std::size_t kMostParameters = 16;
inline constexpr double kNoBits = 1024;  ///< so many bits that quantisation costs nothing

/// A value for each feature.
using FeatureValues = std::array<double, kFeatures>;
constexpr std::size_t index(Feature feature) { return static_cast<std::size_t>(feature); }

/// The features of a point that no parameter changes; those of N, D and E are left at 0.
FeatureValues fixedFeatures(const LawPoint& point);
/// ln N ln E and ln D ln E from their factors.
void fillProducts(FeatureValues& features);

struct ExponentEntry {
  int parameter = 0;
  Feature feature = Feature::kOne;
  double coefficient = 1;
};

/// One term: the exponential of the sum of its entries. The first entry is the amplitude.
using Term = std::vector<ExponentEntry>;

/// Training FLOP of one token: per_param N + router G N^(2/3).
struct FlopRule {
  double per_param = 6;
  double router = 0;
};

/// ln X' of a variable X that acts through an effective one (data seen again is worth less), and
/// its slopes: d ln X' / d coordinate of each parameter (as long as the family's parameters, zero
/// when called) and d ln X' / d (ln N, ln D, ln E).
using EffectiveVariable = double (*)(std::span<const double> values, const LawPoint& point,
                                     double* parameter_slopes, LossSlopes& own_slopes);

/// A family of laws of the form
///
///     L(N, D, E, ..) = exp(factor) * (sum_outside exp(term_i) + (sum_inside exp(term_i))^power),
///
/// every exponent linear in the parameters' coordinates and in the features; without a power all
/// terms are one sum. All published laws that moeplan has are of this form. Ehat saturates when the
/// family has E_start and E_max:
///
///     1/Ehat = 1/(E - 1 + (1/E_start - 1/E_max)^-1) + 1/E_max          [Clark2022, eq. 20]
///
/// and is E itself when not; N and D may be replaced by effective ones. Adding a family means
/// filling this struct in a file of its own; README.md in this folder shows how.
struct LawFamily {
  std::string_view name;     ///< on the command line
  std::string_view formula;  ///< for people
  std::string_view source;   ///< key of data/REFERENCES.md
  ParameterKind parameter_kind = ParameterKind::kUnstated;
  bool counts_embeddings = false;
  std::vector<LawParameter> parameters;
  std::vector<Term> terms;
  Term factor;
  int power = -1;               ///< index of the outer power in `parameters`, -1 when there is none
  std::size_t inside_from = 0;  ///< terms from here on stand inside the power
  EffectiveVariable effective_params = nullptr;
  EffectiveVariable effective_tokens = nullptr;
  /// Of a family whose paper counts otherwise than 6 N D, by the experts of its runs; else null.
  FlopRule (*flop_rule)(double experts) = nullptr;
  /// The share of that FLOP which a point costs (k/E where N is total, P/16 by precision); else
  /// null.
  double (*compute_share)(const LawPoint& point) = nullptr;
  int e_start = -1;  ///< index of E_start in `parameters`, -1 when E does not saturate
  int e_max = -1;
  std::string_view nested_in;  ///< the family that has this one as a special case, if any

  bool dependsOn(Feature feature) const;
  bool dependsOnTokens() const;
  bool dependsOnExperts() const;
  bool dependsOnGranularity() const;
  int parameterIndex(std::string_view parameter) const;  ///< -1 when there is none

  bool dependsOn(Variable variable) const;
  /// True when ln L is the logarithm of a sum of powers of N and D, with or without a power.
  bool isPowerSum() const { return effective_params == nullptr && effective_tokens == nullptr; }

  /// True for a term that stands inside the power.
  bool isInside(std::size_t term) const { return power >= 0 && term >= inside_from; }

  /// Values to coordinates and back; both are as long as `parameters`.
  Eigen::VectorXd coordinates(std::span<const double> values) const;
  std::vector<double> values(const Eigen::VectorXd& coordinates) const;

  /// Effective number of experts; `experts` itself when the family does not saturate.
  double effectiveExperts(std::span<const double> values, double experts) const;

  /// ln L and its slopes at a point.
  LocalLoss at(std::span<const double> values, const LawPoint& point) const;

  /// The terms at everything but N and D of a point, the factor folded in (but not into terms
  /// inside a power: a family has a factor or a power). Only of a power sum.
  std::vector<PowerTerm> powers(std::span<const double> values, const LawPoint& point) const;
};

/// All families in a fixed order, and one by its name (nullptr when unknown).
std::span<const LawFamily* const> lawFamilies();
const LawFamily* findLawFamily(std::string_view name);

}  // namespace moe
