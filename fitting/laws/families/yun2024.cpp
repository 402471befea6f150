#include "fitting/laws/families/families.h"

namespace moe {

namespace {

/// Places of the parameters.
namespace yun2024 {
enum { kA, kB, kC, kF, kAlpha, kBeta, kGamma, kD, kEStart, kEMax };
}  // namespace yun2024

// log L = log(A/N^alpha + B/Ehat^beta + C/D^gamma + F) + d log N log Ehat    [Yun2024, eq. 4]
//
// N is the size of the corresponding dense model without embeddings. The paper does not print the
// base of its logarithms nor any coefficient: both logarithms are natural here.
LawFamily yun() {
  using namespace yun2024;
  using namespace families;
  LawFamily family;
  family.source = "Yun2024";
  family.parameter_kind = ParameterKind::kDense;
  family.parameters = {
      amplitude("A", "size term at N = 1"),
      needs(Variable::kExperts, std::exp(-12),
            boundedAmplitude("B", "expert term at Ehat = 1", -12)),
      amplitude("C", "data term at D = 1"),
      boundedAmplitude("F", "constant part of the loss", -10),
      exponent("alpha", "how fast size lowers the loss", 1e-3, 2,
               {0.04, 0.08, 0.13, 0.18, 0.23, 0.29, 0.36, 0.45, 0.6}),
      needs(Variable::kExperts, 0.3,
            exponent("beta", "how fast experts lower the loss", 1e-3, 2,
                     {0.05, 0.12, 0.25, 0.45, 0.8})),
      exponent("gamma", "how fast data lowers the loss", 1e-3, 2,
               {0.05, 0.1, 0.18, 0.27, 0.36, 0.46, 0.6, 0.8}),
      needs(Variable::kExperts, 0,
            exponent("d", "interaction of size and experts, natural logarithms", -0.1, 0.1,
                     {-0.006, -0.002, 0, 0.002})),
  };
  family.terms = {
      {{kA}, {kAlpha, Feature::kLogN, -1}},
      {{kB}, {kBeta, Feature::kLogE, -1}},
      {{kC}, {kGamma, Feature::kLogD, -1}},
      {{kF}},
  };
  family.factor = {{kD, Feature::kLogNLogE}};
  return family;
}

}  // namespace

LawFamily yun2024Family() {
  using namespace yun2024;
  LawFamily family = yun();
  family.name = "yun2024";
  family.formula =
      "ln L = ln(A/N^alpha + B/Ehat^beta + C/D^gamma + F) + d ln N ln Ehat, Ehat saturating";
  family.parameters.push_back(families::saturationStart());
  family.parameters.push_back(families::saturationMost());
  family.e_start = kEStart;
  family.e_max = kEMax;
  return family;
}

LawFamily yun2024PlainFamily() {
  LawFamily family = yun();
  family.name = "yun2024-plain";
  family.nested_in = "yun2024";
  family.formula = "ln L = ln(A/N^alpha + B/E^beta + C/D^gamma + F) + d ln N ln E";
  return family;
}

}  // namespace moe
