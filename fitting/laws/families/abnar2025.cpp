#include "fitting/laws/families/families.h"

namespace moe {

namespace {

// Compute is 6 N_active D and N is total.
double activeShare(const LawPoint& point) { return point.activeShare(); }

}  // namespace

// L = a/N^alpha + b/D^beta + c/(1-S)^lambda + d/((1-S)^delta N^gamma) + e, S = (E - k)/E
//                                                                            [Abnar2025, eq. 6]
// N is total parameters; 1 - S = k/E is the active share. lambda is negative: a sparser model has
// less of that term.
LawFamily abnar2025Family() {
  using namespace families;
  enum { kA, kAlpha, kB, kBeta, kC, kLambda, kD, kDelta, kGamma, kE };
  LawFamily family;
  family.name = "abnar2025";
  family.formula =
      "L = a/N^alpha + b/D^beta + c/(1-S)^lambda + d/((1-S)^delta N^gamma) + e, "
      "1-S = k/E";
  family.source = "Abnar2025";
  family.parameter_kind = ParameterKind::kTotal;
  family.parameters = {
      amplitude("a", "size term at N = 1"),
      exponent("alpha", "how fast total size lowers the loss", 1e-3, 2,
               {0.06, 0.15, 0.25, 0.4, 0.6, 0.85}),
      amplitude("b", "data term at D = 1"),
      exponent("beta", "how fast data lowers the loss", 1e-3, 2, {0.1, 0.2, 0.3, 0.4, 0.55, 0.75}),
      needs(Variable::kExperts, std::exp(-12),
            boundedAmplitude("c", "term of sparsity alone, dense", -12)),
      needs(Variable::kExperts, 0,
            exponent("lambda", "how sparsity raises that term (negative: lowers it)", -2, 2,
                     {-0.6, -0.17, 0.05, 0.3})),
      needs(Variable::kExperts, std::exp(-12),
            boundedAmplitude("d", "term of sparsity and size at N = 1, dense", -12)),
      needs(Variable::kExperts, 0,
            exponent("delta", "how sparsity raises the size term", -2, 2, {0.03, 0.16, 0.5})),
      needs(Variable::kExperts, 0.16,
            exponent("gamma", "how fast size lowers the term of sparsity", 1e-3, 2,
                     {0.05, 0.16, 0.35})),
      floorLoss("e"),
  };
  family.terms = {
      {{kE}},
      {{kA}, {kAlpha, Feature::kLogN, -1}},
      {{kB}, {kBeta, Feature::kLogD, -1}},
      {{kC}, {kLambda, Feature::kLogShare, -1}},
      {{kD}, {kDelta, Feature::kLogShare, -1}, {kGamma, Feature::kLogN, -1}},
  };
  family.compute_share = activeShare;
  return family;
}

}  // namespace moe
