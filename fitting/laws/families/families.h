#pragma once

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "fitting/laws/law_family.h"

namespace moe {

// One function a family, each in a file of its own with its formula and its source.
LawFamily chinchillaFamily();
LawFamily chinchillaTiedFamily();
LawFamily skalingFamily();
LawFamily skalingTiedFamily();
LawFamily gadre2024Family();
LawFamily muennighoff2023Family();
LawFamily muennighoff2023TiedFamily();
LawFamily kumar2024Family();
LawFamily yun2024Family();
LawFamily yun2024PlainFamily();
LawFamily clark2022Family();
LawFamily clark2022PlainFamily();
LawFamily ludziejewski2025Family();
LawFamily abnar2025Family();
LawFamily krajewski2024Family();
LawFamily krajewski2024DenseFamily();

namespace families {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kLn10 = std::numbers::ln10;

/// An amplitude fitted as its logarithm and free of bounds.
inline LawParameter amplitude(std::string_view name, std::string_view meaning) {
  return {name, meaning, Coordinate::kLog, 0, kInfinity, {}};
}

/// A constant that the data may push to zero: its logarithm is bounded below.
inline LawParameter boundedAmplitude(std::string_view name, std::string_view meaning,
                                     double log_lower) {
  return {name, meaning, Coordinate::kLog, std::exp(log_lower), kInfinity, {}};
}

/// The irreducible loss.
inline LawParameter floorLoss(std::string_view name = "floor") {
  return boundedAmplitude(name, "loss that no size and no data removes, nats", -10);
}

inline LawParameter exponent(std::string_view name, std::string_view meaning, double lower,
                             double upper, std::vector<double> search) {
  return {name, meaning, Coordinate::kLinear, lower, upper, std::move(search)};
}

/// A positive number fitted as its logarithm, searched at a few places.
inline LawParameter scale(std::string_view name, std::string_view meaning, double lower,
                          double upper, std::vector<double> search) {
  return {name, meaning, Coordinate::kLog, lower, upper, std::move(search)};
}

/// The same parameter, which can be fitted only where `variable` differs between runs and is held
/// at `neutral` where it does not.
inline LawParameter needs(Variable variable, double neutral, LawParameter parameter) {
  parameter.variable = variable;
  parameter.neutral = neutral;
  return parameter;
}

/// E_start in [1, 30]: where the effect of experts begins. Weakly identified in practice.
inline LawParameter saturationStart() {
  return needs(Variable::kExperts, 2,
               scale("E_start", "effective experts of a dense model", 1, 30, {1.7, 3.2}));
}

/// E_max in [64, 1e5]: where more experts stop helping. Weakly identified in practice.
inline LawParameter saturationMost() {
  return needs(Variable::kExperts, 350,
               scale("E_max", "effective experts of infinitely many", 64, 1e5, {150, 350, 1500}));
}

/// `count` values from low to high, evenly spaced.
inline std::vector<double> spread(double low, double high, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(low + (high - low) * i / (count - 1));
  return values;
}

/// The family with one exponent less: `which` is the same as `with`, a parameter before it. Not for
/// families with effective variables, which know their parameters by place.
LawFamily tied(LawFamily family, std::string_view name, std::string_view which,
               std::string_view with);

}  // namespace families
}  // namespace moe
