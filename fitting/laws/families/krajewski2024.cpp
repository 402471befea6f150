#include "fitting/laws/families/families.h"

namespace moe {

namespace {

LawParameter sizeExponent() {
  return families::exponent("alpha", "how fast size lowers the loss", 1e-3, 2,
                            families::spread(0.03, 0.6, 12));
}
LawParameter dataExponent() {
  return families::exponent("beta", "how fast data lowers the loss", 1e-3, 2,
                            families::spread(0.03, 0.8, 16));
}

// Their FLOP rule: (12 d^2 c_f + d E G c_r) n D with c_f = 6, c_r = 14, N = d^2 (8E + 4) n and
// d = 64 n, n blocks [Krajewski2024, section 5]. With n = (N / (64^2 (8E+4)))^(1/3) the first part
// is 72/(8E+4) N and the second 14 E G 64 n^2.
FlopRule flopRule(double experts) {
  const double width = 8 * experts + 4;
  return {72 / width, 14 * experts * 64 / std::pow(64.0 * 64.0 * width, 2.0 / 3)};
}

}  // namespace

// L = c + (g/G^gamma + a)/N^alpha + b/D^beta                            [Krajewski2024, eq. 5]
//
// N is total parameters without embeddings and routers, at a fixed expansion E = N_MoE/N_ff;
// G = d_ff/d_expert. E is not a variable.
LawFamily krajewski2024Family() {
  using namespace families;
  enum { kA, kAlpha, kB, kBeta, kG, kGamma, kC };
  LawFamily family;
  family.name = "krajewski2024";
  family.formula = "L = c + (g/G^gamma + a)/N^alpha + b/D^beta";
  family.source = "Krajewski2024";
  family.parameter_kind = ParameterKind::kTotal;
  family.flop_rule = flopRule;
  family.parameters = {
      amplitude("a", "size term that granularity does not remove"),
      sizeExponent(),
      amplitude("b", "data term at D = 1"),
      dataExponent(),
      needs(Variable::kGranularity, std::exp(-12),
            boundedAmplitude("g", "size term that granularity removes", -12)),
      needs(Variable::kGranularity, 0.6,
            exponent("gamma", "how fast granularity helps", 1e-3, 3, {0.2, 0.45, 0.7, 1.1, 1.8})),
      floorLoss("c"),
  };
  family.terms = {
      {{kC}},
      {{kG}, {kGamma, Feature::kLogG, -1}, {kAlpha, Feature::kLogN, -1}},
      {{kA}, {kAlpha, Feature::kLogN, -1}},
      {{kB}, {kBeta, Feature::kLogD, -1}},
  };
  return family;
}

// The dense law of the same paper, Table 1: L = c + a/N^alpha + b/D^beta.
LawFamily krajewski2024DenseFamily() {
  using namespace families;
  enum { kA, kAlpha, kB, kBeta, kC };
  LawFamily family;
  family.name = "krajewski2024-dense";
  family.formula = "L = c + a/N^alpha + b/D^beta";
  family.source = "Krajewski2024";
  family.parameter_kind = ParameterKind::kTotal;
  family.parameters = {amplitude("a", "size term at N = 1"), sizeExponent(),
                       amplitude("b", "data term at D = 1"), dataExponent(), floorLoss("c")};
  family.terms = {
      {{kC}}, {{kA}, {kAlpha, Feature::kLogN, -1}}, {{kB}, {kBeta, Feature::kLogD, -1}}};
  return family;
}

}  // namespace moe
