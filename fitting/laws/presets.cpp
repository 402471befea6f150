#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "data/nearest_name.h"
#include "fitting/laws/law.h"

namespace moe {

namespace {

FittedRange range(Range params, Range tokens, Range experts) {
  FittedRange result;
  result.params = params;
  result.train_tokens = tokens;
  result.experts = experts;
  return result;
}

Law named(std::string_view family, std::string name, std::vector<double> values, std::string source,
          FittedRange fitted) {
  Law law;
  law.family = findLawFamily(family);
  require(law.family != nullptr, "preset of no family");
  require(values.size() == law.family->parameters.size(), "preset with a wrong number of values");
  law.values = std::move(values);
  law.name = std::move(name);
  law.source = std::move(source);
  law.range = fitted;
  law.parameter_kind = law.family->parameter_kind;
  return law;
}

// Values in the order floor, A, B, alpha, beta.
Law hoffmann() {
  return named("chinchilla", "hoffmann2022", {1.69337, 406.401, 410.723, 0.33917084, 0.2849083},
               "Hoffmann2022 (precision of the TeX source, as used by Besiroglu2024)",
               range({70e6, 16e9}, {5e9, 500e9}, {1, 1}));
}
Law besiroglu() {
  return named("chinchilla", "besiroglu2024", {1.8172, 482.01, 2085.43, 0.3478, 0.3658},
               "Besiroglu2024, Table 1 (240 points; the five largest losses left out)",
               range({70e6, 16e9}, {5e9, 500e9}, {1, 1}));
}
Law sardana() {
  return named("chinchilla", "sardana2024", {1.69, 406.4, 410.7, 0.336, 0.283},
               "Sardana2024, appendix A (Hoffmann2022 with corrected exponents)",
               range({70e6, 16e9}, {5e9, 500e9}, {1, 1}));
}

// Values in the order floor, a, b, eta: the paper's recipe (5 small runs, least squares on the
// loss) repeated on its released runs, which gives its printed errors of extrapolation.
Law gadre(std::string name, std::vector<double> values) {
  Law law = named("gadre2024", std::move(name), std::move(values),
                  "Gadre2024, refitted from its released runs by its own recipe",
                  range({11e6, 411e6}, {0.2e9, 8.2e9}, {1, 1}));
  law.range.tokens_per_param = Range{20, 320};
  return law;
}

// exp(0.6254804), exp(6.255414), exp(7.3049974), alpha = beta, R_N*, R_D*. The decays are where the
// authors' search stopped on a flat ridge.
Law muennighoff() {
  Law law = named("muennighoff2023-tied", "muennighoff2023",
                  {1.8691436, 520.82544, 1487.7176, 0.3526596, 5.309743, 15.387756},
                  "Muennighoff2023, released code", range({7e6, 9e9}, {1e8, 900e9}, {1, 1}));
  law.values[0] = std::exp(0.6254804);
  law.values[1] = std::exp(6.255414);
  law.values[2] = std::exp(7.3049974);
  law.unidentified = {"R_N*", "R_D*"};
  law.warnings.push_back({"differences_only",
                          "the authors call its absolute loss unlikely to be useful: use it for "
                          "differences; R_N* and R_D* lie on a flat ridge"});
  return law;
}

// Values in the order A, alpha, B, floor, (gamma, n) of weights, activations and KV cache, C_T,
// gamma_D, gamma_N, gamma_post.
Law kumar() {
  Law law = named("kumar2024", "kumar2024",
                  {4.299e3, 0.4965, 1.806e4, 2.7648, 2.6745, 0.3037, 2.2102, 1.4072, 0.9578, 2.4185,
                   0.0598, 0.5068, 0.3439, 0.5907},
                  "Kumar2024, Table 2", range({30e6, 220e6}, {1.5e9, 26e9}, {1, 1}));
  law.warnings.push_back({"outside_its_setup",
                          "the authors call these constants unlikely to be useful outside their "
                          "set-up; that the offsets n_x are subtracted from the bits' exponent is "
                          "inferred from their optimal precision of 7 to 8 bits"});
  return law;
}

Law abnar() {
  Law law = named("abnar2025", "abnar2025",
                  {16612.50, 0.5962, 5455.67, 0.3954, 0.4598, -0.1666, 17.26, 0.1603, 0.1595, 0.94},
                  "Abnar2025, Table 3 (two second-hand copies that agree)", {});
  law.warnings.push_back({"sparsity_range",
                          "fitted to sparsity up to 0.95; at 0.98 its own error is ten times as "
                          "large (R^2 68 %)"});
  return law;
}

// Values in the order a, b, c, d, E_start, E_max; D is 130e9 tokens in every run.
Law clark(std::string name, std::vector<double> values) {
  return named("clark2022", std::move(name), std::move(values), "Clark2022, Table 3",
               range({15e6, 1.3e9}, {130e9, 130e9}, {1, 512}));
}

// Values in the order a, alpha, delta, gamma, b, beta, omega, zeta, c, E_start, E_max.
Law ludziejewski() {
  Law law = named(
      "ludziejewski2025", "ludziejewski2025",
      {35.91, -0.1889, -0.2285, 0.0098, 35.98, -0.1775, 0.5529, -0.0259, 1.3637, 2.0732, 290.4521},
      "Ludziejewski2025, Table 3", range({79e6, 2.7e9}, {0.5e9, 80e9}, {1, 32}));
  law.warnings.push_back({"tokens_per_param_range",
                          "the paper does not print the range of tokens per parameter of its runs; "
                          "its authors regard about 414 as beyond it"});
  return law;
}

Law krajewski(std::string name, std::vector<double> values, double expansion, Range params,
              Range tokens) {
  Law law = named("krajewski2024", std::move(name), std::move(values),
                  expansion == 64 ? "Krajewski2024, Table 1" : "Krajewski2024, Table 8",
                  range(params, tokens, {expansion, expansion}));
  const FlopRule rule = law.family->flop_rule(expansion);
  law.flop_per_param_token = rule.per_param;
  law.router_flop = rule.router;
  return law;
}

struct Preset {
  std::string name;
  std::function<Law()> make;
};

const std::vector<Preset>& presets() {
  static const std::vector<Preset> kPresets = {
      {"hoffmann2022", hoffmann},
      {"besiroglu2024", besiroglu},
      {"sardana2024", sardana},
      {"gadre2024-c4",
       [] {
         return gadre("gadre2024-c4", {1.508, 141.3, 189.5, 0.1212});
       }},
      {"gadre2024-redpajama",
       [] {
         return gadre("gadre2024-redpajama", {1.837, 212.2, 366.7, 0.1364});
       }},
      {"gadre2024-refinedweb",
       [] {
         return gadre("gadre2024-refinedweb", {1.734, 157.1, 246.2, 0.1272});
       }},
      {"muennighoff2023", muennighoff},
      {"kumar2024", kumar},
      {"abnar2025", abnar},
      {"clark2022-s-base",
       [] {
         return clark("clark2022-s-base", {-0.082, -0.108, 0.009, 1.104, 1.847, 314.478});
       }},
      {"clark2022-rl-r",
       [] {
         return clark("clark2022-rl-r", {-0.083, -0.126, 0.012, 1.111, 1.880, 469.982});
       }},
      {"clark2022-hash",
       [] {
         return clark("clark2022-hash", {-0.087, -0.136, 0.012, 1.157, 4.175, 477.741});
       }},
      {"ludziejewski2025", ludziejewski},
      {"krajewski2024-e64",
       [] {
         return krajewski("krajewski2024-e64", {18.1, 0.115, 30.8, 0.147, 2.1, 0.58, 0.47}, 64,
                          {129e6, 3.7e9}, {16e9, 130e9});
       }},
      {"krajewski2024-e16",
       [] {
         return krajewski("krajewski2024-e16", {19.64, 0.124, 57.07, 0.169, 1.18, 0.986, 0.472}, 16,
                          {129e6, 3.7e9}, {8e9, 66e9});
       }},
      {"krajewski2024-dense",
       [] {
         return named("krajewski2024-dense", "krajewski2024-dense",
                      {16.3, 0.126, 26.7, 0.127, 0.47}, "Krajewski2024, Table 1",
                      range({129e6, 3.7e9}, {16e9, 130e9}, {1, 1}));
       }},
  };
  return kPresets;
}

}  // namespace

std::vector<std::string> presetNames() {
  std::vector<std::string> names;
  for (const Preset& preset : presets()) names.push_back(preset.name);
  return names;
}

Result<Law> presetLaw(std::string_view name) {
  for (const Preset& preset : presets()) {
    if (preset.name == name) return preset.make();
  }
  return fail(ErrorKind::kInput, std::string(name),
              fmt::format("no such law preset; nearest: {}",
                          fmt::join(nearestNames(name, presetNames(), 3), ", ")));
}

}  // namespace moe
