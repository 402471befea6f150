#include "fitting/laws/families/families.h"

namespace moe {

// L = floor + A/N^alpha + B/D^beta                                   [Hoffmann2022, eq. 2]
//
// N counts embeddings in the paper; C = 6 N D. Dense: E is not a variable.
LawFamily chinchillaFamily() {
  using namespace families;
  enum { kFloor, kA, kB, kAlpha, kBeta };
  LawFamily family;
  family.name = "chinchilla";
  family.formula = "L = floor + A/N^alpha + B/D^beta";
  family.source = "Hoffmann2022";
  family.parameter_kind = ParameterKind::kTotal;
  family.counts_embeddings = true;
  family.parameters = {
      floorLoss(),
      amplitude("A", "size term at N = 1"),
      amplitude("B", "data term at D = 1"),
      exponent("alpha", "how fast size lowers the loss", 1e-3, 2, spread(0.03, 1.27, 32)),
      exponent("beta", "how fast data lowers the loss", 1e-3, 2, spread(0.03, 1.27, 32)),
  };
  family.terms = {
      {{kFloor}},
      {{kA}, {kAlpha, Feature::kLogN, -1}},
      {{kB}, {kBeta, Feature::kLogD, -1}},
  };
  family.nested_in = "skaling";
  return family;
}

// alpha = beta, as fits with few runs assume.
LawFamily chinchillaTiedFamily() {
  LawFamily family = families::tied(chinchillaFamily(), "chinchilla-tied", "beta", "alpha");
  family.formula = "L = floor + A/N^alpha + B/D^alpha";
  family.nested_in = "chinchilla";
  return family;
}

}  // namespace moe
