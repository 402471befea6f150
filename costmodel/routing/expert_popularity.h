#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "data/error.h"
#include "data/readers/routing_trace.h"

namespace moe {

enum class PopularityKind { kUniform, kPowerLaw, kMeasured };

/// "uniform", "power-law", "measured".
std::string_view name(PopularityKind kind);

/// How the router of a model is taken to behave.
struct RoutingAssumption {
  PopularityKind popularity = PopularityKind::kUniform;
  /// Power law: exponent of the density of popularities, as in aiconfigurator's power_law_1.2.
  double alpha = 1.2;
  /// Power law: largest over smallest possible popularity. Fitted to the experts touched on three
  /// tasks: 11, 16 and 38 (0.6 to 1.2 % rms), all tasks mixed: 6. With 16 for all of them 2.7, 1.0
  /// and 7.4 % rms, mixed 6 %.
  double span = 16;
  /// How much alike the tokens of one sequence choose: 0 independent ... 1 all the same. 0.1 is
  /// typical of measured texts (0.075 to 0.11).
  double correlation = 0;
  std::optional<ExpertCounts> measured;  ///< for kMeasured
};

/// p_e, the probability that a token chooses expert e, for each routed layer that is told apart.
/// Each layer's add up to top_k. Uniform routing lists no layer.
struct ExpertPopularity {
  std::size_t experts = 0;
  std::size_t top_k = 0;
  std::vector<double> chosen;          ///< p_e, [layers][experts]
  std::vector<double> log_not_chosen;  ///< ln(1 - p_e), same shape; minus infinity where p_e is 1

  bool uniform() const { return chosen.empty(); }
  std::size_t layers() const { return experts > 0 ? chosen.size() / experts : 0; }
  std::span<const double> layer(std::size_t index) const {
    return std::span(chosen).subspan(index * experts, experts);
  }
};

/// The popularities under an assumption.
///
/// The power law is deterministic: where aiconfigurator draws the weights of the E experts from
/// the density x^-alpha on [1, S] (S the span), we take the middles of E equally likely parts,
///
///     w_r = (1 - (1 - S^(1-alpha)) u_r)^(1/(1-alpha)),  u_r = 1 - (r + 1/2)/E,  r = 0 .. E-1
///
/// (S^u_r for alpha = 1), the most popular expert first. So equal questions have equal answers,
/// and the expected load of ranks is that of the draws within 5 %. A bounded power law is within
/// 1.2 % rms of the coverage measured on three tasks; Zipf's law (rank^-z) only within 4 %.
///
/// p_e = min(1, lambda w_e) with lambda such that they add up to top_k: no token chooses an expert
/// twice. Measured counts are not cut off: p_e = top_k n_e / sum n.
///
/// Errors: kUsage for sizes, alpha, span or correlation out of range; kInput for counts of another
/// number of experts, a layer without tokens, or an expert that got more tokens than there were.
Result<ExpertPopularity> expertPopularity(const RoutingAssumption& assumption, std::size_t experts,
                                          std::size_t top_k);

/// The span that aiconfigurator gives its kernel measurements under a power law, where the largest
/// weight is 0.8 times the tokens of the batch: 0.8 T. With few assignments (T k <= E) its weights
/// lie between 0.01 and 2: 200.
double kernelTableSpan(double tokens, std::size_t experts, std::size_t top_k);

}  // namespace moe
