#include "fitting/laws/families/families.h"

namespace moe {

// L = floor + (a M^eta + b M^-eta) C^-eta, M = D/N, C = 6 N D                  [Gadre2024, eq. 4]
//   = floor + a 6^-eta N^(-2 eta) + b 6^-eta D^(-2 eta),
//
// Chinchilla with equal exponents, written in the over-training ratio. N counts embeddings. The
// optimum has M = (b/a)^(1/(2 eta)) at every budget.
LawFamily gadre2024Family() {
  using namespace families;
  enum { kFloor, kA, kB, kEta };
  const double log6 = std::log(6.0);
  LawFamily family;
  family.name = "gadre2024";
  family.formula = "L = floor + (a M^eta + b M^-eta) C^-eta, M = D/N, C = 6 N D";
  family.source = "Gadre2024";
  family.parameter_kind = ParameterKind::kTotal;
  family.counts_embeddings = true;
  family.parameters = {
      floorLoss(),
      amplitude("a", "size term at C = M = 1"),
      amplitude("b", "data term at C = M = 1"),
      exponent("eta", "how fast compute lowers the loss", 5e-4, 1, spread(0.015, 0.6, 40)),
  };
  family.terms = {
      {{kFloor}},
      {{kA}, {kEta, Feature::kOne, -log6}, {kEta, Feature::kLogN, -2}},
      {{kB}, {kEta, Feature::kOne, -log6}, {kEta, Feature::kLogD, -2}},
  };
  family.nested_in = "chinchilla";
  return family;
}

}  // namespace moe
