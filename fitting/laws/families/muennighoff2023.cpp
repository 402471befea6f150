#include "fitting/laws/families/families.h"

namespace moe {

namespace {

/// Places of the parameters: both variants begin alike, the tied one has no beta.
namespace muennighoff2023 {
enum { kFloor, kA, kB, kAlpha, kBeta, kParamsDecay, kTokensDecay };
enum { kTiedParamsDecay = 4, kTiedTokensDecay = 5 };
}  // namespace muennighoff2023

/// X' = U (1 + r (1 - exp(-R/r))), R = X/U - 1: X of which only U are worth their full value.
struct Saturated {
  double log_value = 0;
  double by_whole = 0;   // d ln X' / d ln X
  double by_unique = 0;  // d ln X' / d ln U
  double by_decay = 0;   // d ln X' / d ln r
};

Saturated saturated(double whole, double unique, double decay) {
  const double excess = whole / unique - 1;
  const double left = std::exp(-excess / decay);
  const double lost = -std::expm1(-excess / decay);            // 1 - left
  const double ratio = 1 + decay * lost;                       // X' / U
  const double fading = left > 0 ? left * excess / decay : 0;  // x e^-x, also where x overflows
  return {std::log(unique * ratio), left * whole / (unique * ratio),
          1 - left * whole / (unique * ratio), decay * (lost - fading) / ratio};
}

/// U_N = min(N, N_opt(U_D)), N_opt the loss-optimal size for the unique tokens, and
/// d ln N_opt / d (ln A, ln B, alpha, beta, ln U_D).
struct UsefulParams {
  double log_value = 0;
  double by_size = 0;
  double by_data = 0;
  double by_alpha = 0;
  double by_beta = 0;
  double by_tokens = 0;
};

// N_opt = (U_D G)^(beta/alpha) G, G = (alpha A / (beta B))^(1/(alpha + beta)).
UsefulParams optimalParams(double log_size, double log_data, double alpha, double beta,
                           double log_tokens) {
  const double sum = alpha + beta;
  const double log_g = (std::log(alpha / beta) + log_size - log_data) / sum;
  const double power = beta / alpha;
  const double by_g = power + 1;
  UsefulParams result;
  result.log_value = power * (log_tokens + log_g) + log_g;
  result.by_size = by_g / sum;
  result.by_data = -by_g / sum;
  result.by_alpha = by_g * (1 / alpha - log_g) / sum - power / alpha * (log_tokens + log_g);
  result.by_beta = by_g * (-1 / beta - log_g) / sum + (log_tokens + log_g) / alpha;
  result.by_tokens = power;
  return result;
}

double effectiveParams(std::span<const double> values, const LawPoint& point, int beta, int decay,
                       double* slopes, LossSlopes& own) {
  using namespace muennighoff2023;
  const auto at = [&](int i) { return values[static_cast<std::size_t>(i)]; };
  const UsefulParams most = optimalParams(std::log(at(kA)), std::log(at(kB)), at(kAlpha), at(beta),
                                          std::log(point.uniqueTokens()));
  const double log_params = std::log(point.params);
  own = {1, 0, 0};
  if (log_params <= most.log_value) return log_params;
  const Saturated result = saturated(point.params, std::exp(most.log_value), at(decay));
  slopes[kA] = result.by_unique * most.by_size;
  slopes[kB] = result.by_unique * most.by_data;
  slopes[kAlpha] = result.by_unique * most.by_alpha;
  slopes[beta] += result.by_unique * most.by_beta;
  slopes[decay] = result.by_decay;
  own.params = result.by_whole;
  // U_D is D itself while no token repeats.
  const bool repeats = point.uniqueTokens() < point.train_tokens;
  own.train_tokens = repeats ? 0 : result.by_unique * most.by_tokens;
  return result.log_value;
}

double effectiveTokens(std::span<const double> values, const LawPoint& point, int decay,
                       double* slopes, LossSlopes& own) {
  const double unique = point.uniqueTokens();
  own = {0, 1, 0};
  if (!(unique < point.train_tokens)) return std::log(point.train_tokens);
  const Saturated result =
      saturated(point.train_tokens, unique, values[static_cast<std::size_t>(decay)]);
  slopes[decay] = result.by_decay;
  own.train_tokens = result.by_whole;
  return result.log_value;
}

LawParameter paramsDecay() {
  return families::scale("R_N*", "how many times the useful size still helps", 1e-2, 1e5,
                         {1, 5, 60});
}
LawParameter tokensDecay() {
  return families::needs(
      Variable::kRepeats, 15,
      families::scale("R_D*", "how many repeats of the data still help", 1e-2, 1e5, {4, 15, 100}));
}

LawFamily base() {
  using namespace muennighoff2023;
  using namespace families;
  LawFamily family;
  family.source = "Muennighoff2023";
  family.parameter_kind = ParameterKind::kTotal;
  family.counts_embeddings = true;
  family.parameters = {
      floorLoss(),
      amplitude("A", "size term at N' = 1"),
      amplitude("B", "data term at D' = 1"),
      exponent("alpha", "how fast size lowers the loss", 1e-2, 2, spread(0.06, 0.9, 15)),
  };
  family.terms = {
      {{kFloor}},
      {{kA}, {kAlpha, Feature::kLogN, -1}},
      {{kB}, {kBeta, Feature::kLogD, -1}},
  };
  return family;
}

}  // namespace

// L = floor + A/N'^alpha + B/D'^beta                                       [Muennighoff2023, eq. 5]
//   D' = U_D + U_D R_D* (1 - exp(-R_D/R_D*)), R_D = D/U_D - 1: repeats of U_D unique tokens
//   N' = U_N + U_N R_N* (1 - exp(-R_N/R_N*)), R_N = N/U_N - 1, U_N = min(N, N_opt(U_D))
LawFamily muennighoff2023Family() {
  using namespace muennighoff2023;
  LawFamily family = base();
  family.name = "muennighoff2023";
  family.formula = "L = floor + A/N'^alpha + B/D'^beta, N' and D' saturating by R_N* and R_D*";
  family.parameters.push_back(families::exponent("beta", "how fast data lowers the loss", 1e-2, 2,
                                                 families::spread(0.06, 0.9, 15)));
  family.parameters.push_back(paramsDecay());
  family.parameters.push_back(tokensDecay());
  family.effective_params = [](std::span<const double> values, const LawPoint& point,
                               double* slopes, LossSlopes& own) {
    return effectiveParams(values, point, kBeta, kParamsDecay, slopes, own);
  };
  family.effective_tokens = [](std::span<const double> values, const LawPoint& point,
                               double* slopes, LossSlopes& own) {
    return effectiveTokens(values, point, kTokensDecay, slopes, own);
  };
  return family;
}

// alpha = beta, as the paper fits it.
LawFamily muennighoff2023TiedFamily() {
  using namespace muennighoff2023;
  LawFamily family = base();
  family.name = "muennighoff2023-tied";
  family.formula = "L = floor + A/N'^alpha + B/D'^alpha, N' and D' saturating by R_N* and R_D*";
  family.terms[2][1].parameter = kAlpha;
  family.parameters.push_back(paramsDecay());
  family.parameters.push_back(tokensDecay());
  family.nested_in = "muennighoff2023";
  family.effective_params = [](std::span<const double> values, const LawPoint& point,
                               double* slopes, LossSlopes& own) {
    return effectiveParams(values, point, kAlpha, kTiedParamsDecay, slopes, own);
  };
  family.effective_tokens = [](std::span<const double> values, const LawPoint& point,
                               double* slopes, LossSlopes& own) {
    return effectiveTokens(values, point, kTiedTokensDecay, slopes, own);
  };
  return family;
}

}  // namespace moe
