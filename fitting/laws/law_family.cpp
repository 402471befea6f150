#include "fitting/laws/law_family.h"

#include <cmath>

namespace moe {

namespace {

bool isTokens(Feature feature) {
  return feature == Feature::kLogD || feature == Feature::kLogDLogE;
}

bool isExperts(Feature feature) {
  return feature == Feature::kLogE || feature == Feature::kLogNLogE ||
         feature == Feature::kLogDLogE;
}

template <class Predicate>
bool anyEntry(const LawFamily& family, Predicate predicate) {
  for (const ExponentEntry& entry : family.factor) {
    if (predicate(entry.feature)) return true;
  }
  for (const Term& term : family.terms) {
    for (const ExponentEntry& entry : term) {
      if (predicate(entry.feature)) return true;
    }
  }
  return false;
}

double coordinateOf(const LawParameter& parameter, double value) {
  return parameter.coordinate == Coordinate::kLog ? std::log(value) : value;
}

/// Adds one entry at fixed ln Ehat and ln G to a power of N and D.
void addEntry(const ExponentEntry& entry, double coordinate, double log_experts,
              double log_granularity, PowerTerm& power) {
  const double weight = entry.coefficient * coordinate;
  switch (entry.feature) {
    case Feature::kOne:
      power.log_amplitude += weight;
      break;
    case Feature::kLogN:
      power.params_exponent += weight;
      break;
    case Feature::kLogD:
      power.tokens_exponent += weight;
      break;
    case Feature::kLogE:
      power.log_amplitude += weight * log_experts;
      break;
    case Feature::kLogG:
      power.log_amplitude += weight * log_granularity;
      break;
    case Feature::kLogNLogE:
      power.params_exponent += weight * log_experts;
      break;
    case Feature::kLogDLogE:
      power.tokens_exponent += weight * log_experts;
      break;
  }
}

}  // namespace

bool LawFamily::dependsOn(Feature feature) const {
  return anyEntry(*this, [feature](Feature other) { return other == feature; });
}
bool LawFamily::dependsOnTokens() const { return anyEntry(*this, isTokens); }
bool LawFamily::dependsOnExperts() const { return anyEntry(*this, isExperts); }
bool LawFamily::dependsOnGranularity() const { return dependsOn(Feature::kLogG); }

int LawFamily::parameterIndex(std::string_view parameter) const {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name == parameter) return static_cast<int>(i);
  }
  return -1;
}

Eigen::VectorXd LawFamily::coordinates(std::span<const double> natural) const {
  Eigen::VectorXd result(static_cast<Eigen::Index>(natural.size()));
  for (std::size_t i = 0; i < natural.size(); ++i) {
    result[static_cast<Eigen::Index>(i)] = coordinateOf(parameters[i], natural[i]);
  }
  return result;
}

std::vector<double> LawFamily::values(const Eigen::VectorXd& coordinates) const {
  std::vector<double> result(parameters.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const double t = coordinates[static_cast<Eigen::Index>(i)];
    result[i] = parameters[i].coordinate == Coordinate::kLog ? std::exp(t) : t;
  }
  return result;
}

double LawFamily::effectiveExperts(std::span<const double> natural, double experts) const {
  if (e_start < 0) return experts;
  const double start = natural[static_cast<std::size_t>(e_start)];
  const double most = natural[static_cast<std::size_t>(e_max)];
  const double head = experts - 1 + 1 / (1 / start - 1 / most);
  return 1 / (1 / head + 1 / most);
}

std::vector<PowerTerm> LawFamily::powers(std::span<const double> natural, double experts,
                                         double granularity) const {
  const double log_experts = std::log(effectiveExperts(natural, experts));
  const double log_granularity = std::log(granularity);
  const auto add = [&](const Term& entries, PowerTerm& power) {
    for (const ExponentEntry& entry : entries) {
      const auto index = static_cast<std::size_t>(entry.parameter);
      addEntry(entry, coordinateOf(parameters[index], natural[index]), log_experts, log_granularity,
               power);
    }
  };
  PowerTerm common;
  add(factor, common);
  std::vector<PowerTerm> result;
  for (const Term& term : terms) {
    PowerTerm power = common;
    add(term, power);
    result.push_back(power);
  }
  return result;
}

}  // namespace moe
