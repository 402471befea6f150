#include "fitting/laws/families/families.h"

namespace moe {

// L = a Ehat^delta N^(alpha + gamma ln Ehat) + b Ehat^omega D^(beta + zeta ln Ehat) + c
//                                                                [Ludziejewski2025, eq. 5]
// N is active parameters with embedding and head. Exponents are negative. Natural logarithms.
LawFamily ludziejewski2025Family() {
  using namespace families;
  enum { kA, kAlpha, kDelta, kGamma, kB, kBeta, kOmega, kZeta, kC, kEStart, kEMax };
  LawFamily family;
  family.name = "ludziejewski2025";
  family.formula =
      "L = a Ehat^delta N^(alpha + gamma ln Ehat) + b Ehat^omega D^(beta + zeta ln Ehat) + c";
  family.source = "Ludziejewski2025";
  family.parameter_kind = ParameterKind::kActive;
  family.counts_embeddings = true;
  family.parameters = {
      amplitude("a", "size term at N = Ehat = 1"),
      exponent("alpha", "exponent of size at Ehat = 1 (negative)", -2, -1e-3,
               {-0.5, -0.36, -0.27, -0.2, -0.14, -0.08}),
      needs(Variable::kExperts, 0,
            exponent("delta", "exponent of experts in the size term", -2, 2, {-0.25, -0.1, 0.05})),
      needs(Variable::kExperts, 0,
            exponent("gamma", "change of the size exponent with ln Ehat", -0.5, 0.5,
                     {-0.01, 0.0, 0.01})),
      amplitude("b", "data term at D = Ehat = 1"),
      exponent("beta", "exponent of data at Ehat = 1 (negative)", -2, -1e-3,
               {-0.6, -0.45, -0.35, -0.25, -0.17, -0.08}),
      needs(Variable::kExperts, 0,
            exponent("omega", "exponent of experts in the data term", -2, 2, {-0.4, 0.0, 0.4})),
      needs(Variable::kExperts, 0,
            exponent("zeta", "change of the data exponent with ln Ehat", -0.5, 0.5,
                     {-0.02, 0.0, 0.02})),
      floorLoss("c"),
      saturationStart(),
      saturationMost(),
  };
  family.terms = {
      {{kA}, {kAlpha, Feature::kLogN}, {kDelta, Feature::kLogE}, {kGamma, Feature::kLogNLogE}},
      {{kB}, {kBeta, Feature::kLogD}, {kOmega, Feature::kLogE}, {kZeta, Feature::kLogDLogE}},
      {{kC}},
  };
  family.e_start = kEStart;
  family.e_max = kEMax;
  return family;
}

}  // namespace moe
