#include "fitting/laws/families/families.h"

namespace moe {

namespace {

/// Places of the parameters.
namespace clark2022 {
enum { kA, kB, kC, kD, kEStart, kEMax };
}  // namespace clark2022

// log10 L = a log10 N + b log10 Ehat + c log10 N log10 Ehat + d              [Clark2022, eq. 1]
//
// N is what one token sees of the dense model, without embeddings. No D: every run of the paper
// saw 131e9 tokens. In natural logarithms the interaction is c / ln 10 and the constant d ln 10.
LawFamily clark() {
  using namespace clark2022;
  using namespace families;
  LawFamily family;
  family.source = "Clark2022";
  family.parameter_kind = ParameterKind::kDense;
  family.parameters = {
      exponent("a", "exponent of size (negative)", -2, -1e-4, {}),
      needs(Variable::kExperts, 0,
            exponent("b", "exponent of experts at N = 1 (negative)", -2, 0, {})),
      needs(Variable::kExperts, 0,
            exponent("c", "interaction of size and experts, decimal logarithms", -0.2, 0.2, {})),
      exponent("d", "log10 of the loss at N = Ehat = 1", -kInfinity, kInfinity, {}),
  };
  family.terms = {{{kD, Feature::kOne, kLn10},
                   {kA, Feature::kLogN},
                   {kB, Feature::kLogE},
                   {kC, Feature::kLogNLogE, 1 / kLn10}}};
  return family;
}

}  // namespace

LawFamily clark2022Family() {
  using namespace clark2022;
  LawFamily family = clark();
  family.name = "clark2022";
  family.formula = "log10 L = a log10 N + b log10 Ehat + c log10 N log10 Ehat + d, Ehat saturating";
  family.parameters.push_back(families::saturationStart());
  family.parameters.push_back(families::saturationMost());
  family.e_start = kEStart;
  family.e_max = kEMax;
  return family;
}

LawFamily clark2022PlainFamily() {
  LawFamily family = clark();
  family.name = "clark2022-plain";
  family.nested_in = "clark2022";
  family.formula = "log10 L = a log10 N + b log10 E + c log10 N log10 E + d";
  return family;
}

}  // namespace moe
