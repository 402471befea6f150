#pragma once

#include <Eigen/Core>
#include <span>
#include <string_view>
#include <vector>

#include "data/error.h"
#include "data/training_run.h"

namespace moe {

/// Where a loss law is evaluated. A law ignores what it does not depend on.
struct LawPoint {
  double params = 0;        ///< N, counted as the law's `parameter_kind` says
  double train_tokens = 0;  ///< D
  double experts = 1;       ///< E
  double granularity = 1;   ///< G
};

/// d ln L / d ln x for each variable x of a law.
struct LossSlopes {
  double params = 0;
  double train_tokens = 0;
  double experts = 0;
};

/// How a parameter enters the fit: as it is, or as its natural logarithm.
enum class Coordinate { kLinear, kLog };

/// One parameter of a law family, in the units of its formula.
struct LawParameter {
  std::string_view name;     ///< as in files: "alpha"
  std::string_view meaning;  ///< in words
  Coordinate coordinate = Coordinate::kLinear;
  double lower = 0;  ///< default bounds of a fit; amplitudes have +-infinity in the log coordinate
  double upper = 0;
  std::vector<double> search;  ///< where the global search looks; empty for linear amplitudes
};

/// At fixed E and G every sum-of-powers law is ln L = ln sum_i exp(c_i + p_i ln N + q_i ln D).
struct PowerTerm {
  double log_amplitude = 0;    ///< c_i
  double params_exponent = 0;  ///< p_i
  double tokens_exponent = 0;  ///< q_i
};

/// What a sum of powers is made of. Each entry adds coefficient * t * feature to an exponent,
/// where t is the parameter in its coordinate (ln A for an amplitude).
enum class Feature { kOne, kLogN, kLogD, kLogE, kLogG, kLogNLogE, kLogDLogE };

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

/// A family of laws of the form
///
///     L(N, D, E, G) = exp(factor) * sum_i exp(term_i),
///
/// every exponent linear in the parameters' coordinates and in ln N, ln D, ln Ehat, ln G and the
/// products ln N ln Ehat, ln D ln Ehat. All published expert-aware laws that moeplan has are of
/// this form. Ehat saturates when the family has E_start and E_max:
///
///     1/Ehat = 1/(E - 1 + (1/E_start - 1/E_max)^-1) + 1/E_max          [Clark2022, eq. 20]
///
/// and is E itself when not. Adding a family means filling this struct in a file of its own;
/// README.md in this folder shows how.
struct LawFamily {
  std::string_view name;     ///< on the command line
  std::string_view formula;  ///< for people
  std::string_view source;   ///< key of data/REFERENCES.md
  ParameterKind parameter_kind = ParameterKind::kUnstated;
  bool counts_embeddings = false;
  std::vector<LawParameter> parameters;
  std::vector<Term> terms;
  Term factor;
  /// Of a family whose paper counts otherwise than 6 N D, by the experts of its runs; else null.
  FlopRule (*flop_rule)(double experts) = nullptr;
  int e_start = -1;  ///< index of E_start in `parameters`, -1 when E does not saturate
  int e_max = -1;

  bool dependsOn(Feature feature) const;
  bool dependsOnTokens() const;
  bool dependsOnExperts() const;
  bool dependsOnGranularity() const;
  int parameterIndex(std::string_view parameter) const;  ///< -1 when there is none

  /// Values to coordinates and back; both are as long as `parameters`.
  Eigen::VectorXd coordinates(std::span<const double> values) const;
  std::vector<double> values(const Eigen::VectorXd& coordinates) const;

  /// Effective number of experts; `experts` itself when the family does not saturate.
  double effectiveExperts(std::span<const double> values, double experts) const;

  /// The terms at one E and G, the factor folded in.
  std::vector<PowerTerm> powers(std::span<const double> values, double experts,
                                double granularity) const;
};

/// All families in a fixed order, and one by its name (nullptr when unknown).
std::span<const LawFamily* const> lawFamilies();
const LawFamily* findLawFamily(std::string_view name);

}  // namespace moe
