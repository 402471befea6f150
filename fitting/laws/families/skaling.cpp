#include "fitting/laws/families/families.h"

namespace moe {

// L = (A/N^alpha + B/D^beta)^k + floor                                        [Videau2026]
//
// Chinchilla with an outer power; k = 1 is Chinchilla. The optimum on a budget is that of the sum
// inside, so it has Chinchilla's closed form. A and B are per loss^(1/k).
LawFamily skalingFamily() {
  using namespace families;
  enum { kA, kB, kAlpha, kBeta, kPower, kFloor };
  LawFamily family;
  family.name = "skaling";
  family.formula = "L = (A/N^alpha + B/D^beta)^k + floor";
  family.source = "Videau2026";
  family.parameter_kind = ParameterKind::kTotal;
  family.parameters = {
      amplitude("A", "size term at N = 1, inside the power"),
      amplitude("B", "data term at D = 1, inside the power"),
      exponent("alpha", "how fast size lowers the sum inside", 1e-3, 6,
               {0.1, 0.18, 0.26, 0.35, 0.45, 0.6, 0.8, 1.0, 1.3, 1.7}),
      exponent("beta", "how fast data lowers the sum inside", 1e-3, 6,
               {0.1, 0.18, 0.26, 0.35, 0.45, 0.6, 0.8, 1.0, 1.3, 1.7}),
      scale("k", "outer power; 1 is Chinchilla", 0.05, 4, {0.25, 0.4, 0.65, 1, 1.6}),
      floorLoss(),
  };
  family.terms = {
      {{kFloor}},
      {{kA}, {kAlpha, Feature::kLogN, -1}},
      {{kB}, {kBeta, Feature::kLogD, -1}},
  };
  family.power = kPower;
  family.inside_from = 1;
  return family;
}

LawFamily skalingTiedFamily() {
  LawFamily family = families::tied(skalingFamily(), "skaling-tied", "beta", "alpha");
  family.formula = "L = (A/N^alpha + B/D^alpha)^k + floor";
  family.nested_in = "skaling";
  return family;
}

}  // namespace moe
