#include "fitting/laws/law_family.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace moe {

namespace {

bool isTokens(Feature feature) {
  return feature == Feature::kLogD || feature == Feature::kLogDLogE;
}

bool isExperts(Feature feature) {
  return feature == Feature::kLogE || feature == Feature::kLogNLogE ||
         feature == Feature::kLogDLogE || feature == Feature::kLogShare;
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

/// Adds one entry at a point, N and D left open, to a power of N and D.
void addEntry(const ExponentEntry& entry, double coordinate, const FeatureValues& features,
              PowerTerm& power) {
  const double weight = entry.coefficient * coordinate;
  const double log_experts = features[index(Feature::kLogE)];
  switch (entry.feature) {
    case Feature::kLogN:
      power.params_exponent += weight;
      break;
    case Feature::kLogD:
      power.tokens_exponent += weight;
      break;
    case Feature::kLogNLogE:
      power.params_exponent += weight * log_experts;
      break;
    case Feature::kLogDLogE:
      power.tokens_exponent += weight * log_experts;
      break;
    default:
      power.log_amplitude += weight * features[index(entry.feature)];
  }
}

/// Share of a slope in a feature that belongs to ln N', ln D' and ln Ehat.
void addSlope(const ExponentEntry& entry, double weight, const FeatureValues& features,
              LossSlopes& slopes) {
  const double slope = entry.coefficient * weight;
  switch (entry.feature) {
    case Feature::kLogN:
      slopes.params += slope;
      break;
    case Feature::kLogD:
      slopes.train_tokens += slope;
      break;
    case Feature::kLogE:
      slopes.experts += slope;
      break;
    case Feature::kLogShare:
      slopes.experts -= slope;
      break;
    case Feature::kLogNLogE:
      slopes.params += slope * features[index(Feature::kLogE)];
      slopes.experts += slope * features[index(Feature::kLogN)];
      break;
    case Feature::kLogDLogE:
      slopes.train_tokens += slope * features[index(Feature::kLogE)];
      slopes.experts += slope * features[index(Feature::kLogD)];
      break;
    default:
      break;
  }
}

/// d ln Ehat / d ln E: Ehat E / (E - 1 + q)^2 when saturating, else 1.
double saturationSlope(const LawFamily& family, std::span<const double> values, double experts) {
  if (family.e_start < 0) return 1;
  const double start = values[static_cast<std::size_t>(family.e_start)];
  const double most = values[static_cast<std::size_t>(family.e_max)];
  const double head = experts - 1 + 1 / (1 / start - 1 / most);
  return family.effectiveExperts(values, experts) * experts / (head * head);
}

double coordinate(const LawFamily& family, std::span<const double> values,
                  const ExponentEntry& entry) {
  const auto i = static_cast<std::size_t>(entry.parameter);
  return coordinateOf(family.parameters[i].coordinate, values[i]);
}

double exponentOf(const LawFamily& family, std::span<const double> values, const Term& entries,
                  const FeatureValues& features) {
  double exponent = 0;
  for (const ExponentEntry& entry : entries) {
    exponent +=
        entry.coefficient * coordinate(family, values, entry) * features[index(entry.feature)];
  }
  return exponent;
}

/// All features at a point, and the slopes of ln N' and ln D' in (ln N, ln D). A law without D is
/// asked at points that have none.
FeatureValues featuresAt(const LawFamily& family, std::span<const double> values,
                         const LawPoint& point, LossSlopes& of_params, LossSlopes& of_tokens) {
  std::array<double, kMostParameters> ignored{};
  FeatureValues features = fixedFeatures(point);
  double& log_params = features[index(Feature::kLogN)];
  double& log_tokens = features[index(Feature::kLogD)];
  log_params = family.effective_params
                   ? family.effective_params(values, point, ignored.data(), of_params)
                   : std::log(point.params);
  if (family.effective_tokens) {
    log_tokens = family.effective_tokens(values, point, ignored.data(), of_tokens);
  } else if (point.train_tokens > 0) {
    log_tokens = std::log(point.train_tokens);
  }
  features[index(Feature::kLogE)] = std::log(family.effectiveExperts(values, point.experts));
  fillProducts(features);
  return features;
}

/// ln of the sum of all terms without the factor, and d of it / d exponent of each term.
struct TermShares {
  double log_sum = 0;
  std::array<double, kMostParameters> share{};
};

TermShares sharesAt(const LawFamily& family, std::span<const double> values,
                    const FeatureValues& features) {
  TermShares result;
  double outside = 0;
  double inside = 0;
  for (std::size_t i = 0; i < family.terms.size(); ++i) {
    result.share[i] = std::exp(exponentOf(family, values, family.terms[i], features));
    (family.isInside(i) ? inside : outside) += result.share[i];
  }
  const double k = family.power < 0 ? 1 : values[static_cast<std::size_t>(family.power)];
  const double raised = family.power < 0 ? 0 : std::pow(inside, k);
  const double sum = outside + raised;
  for (std::size_t i = 0; i < family.terms.size(); ++i) {
    result.share[i] *= family.isInside(i) ? k * raised / (inside * sum) : 1 / sum;
  }
  result.log_sum = std::log(sum);
  return result;
}

}  // namespace

double coordinateOf(Coordinate coordinate, double value) {
  if (coordinate == Coordinate::kLog) return std::log(value);
  return coordinate == Coordinate::kInverse ? 1 / value : value;
}

double valueOf(Coordinate coordinate, double t) {
  if (coordinate == Coordinate::kLog) return std::exp(t);
  return coordinate == Coordinate::kInverse ? 1 / t : t;
}

double valueSlope(Coordinate coordinate, double value) {
  if (coordinate == Coordinate::kLog) return value;
  return coordinate == Coordinate::kInverse ? -value * value : 1;
}

FeatureValues fixedFeatures(const LawPoint& point) {
  FeatureValues features{};
  features[index(Feature::kOne)] = 1;
  features[index(Feature::kLogG)] = std::log(point.granularity);
  features[index(Feature::kLogShare)] = std::log(point.activeShare());
  const double bits = point.precision.after_training;
  features[index(Feature::kBitsAfterTraining)] = bits > 0 ? bits : kNoBits;
  return features;
}

void fillProducts(FeatureValues& features) {
  const double log_experts = features[index(Feature::kLogE)];
  features[index(Feature::kLogNLogE)] = features[index(Feature::kLogN)] * log_experts;
  features[index(Feature::kLogDLogE)] = features[index(Feature::kLogD)] * log_experts;
}

bool LawFamily::dependsOn(Feature feature) const {
  return anyEntry(*this, [feature](Feature other) { return other == feature; });
}
bool LawFamily::dependsOn(Variable variable) const {
  return std::any_of(
      parameters.begin(), parameters.end(),
      [variable](const LawParameter& parameter) { return parameter.variable == variable; });
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
    result[static_cast<Eigen::Index>(i)] = coordinateOf(parameters[i].coordinate, natural[i]);
  }
  return result;
}

std::vector<double> LawFamily::values(const Eigen::VectorXd& coordinates) const {
  std::vector<double> result(parameters.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = valueOf(parameters[i].coordinate, coordinates[static_cast<Eigen::Index>(i)]);
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

LocalLoss LawFamily::at(std::span<const double> natural, const LawPoint& point) const {
  LossSlopes of_params{1, 0, 0};
  LossSlopes of_tokens{0, 1, 0};
  const FeatureValues features = featuresAt(*this, natural, point, of_params, of_tokens);
  const TermShares shares = sharesAt(*this, natural, features);
  LossSlopes inner;  // in ln N', ln D', ln Ehat
  const auto addSlopes = [&](const Term& entries, double share) {
    for (const ExponentEntry& entry : entries) {
      addSlope(entry, share * coordinate(*this, natural, entry), features, inner);
    }
  };
  for (std::size_t i = 0; i < terms.size(); ++i) addSlopes(terms[i], shares.share[i]);
  addSlopes(factor, 1);
  LocalLoss local{shares.log_sum + exponentOf(*this, natural, factor, features), {}};
  local.slopes.params = inner.params * of_params.params + inner.train_tokens * of_tokens.params;
  local.slopes.train_tokens =
      inner.params * of_params.train_tokens + inner.train_tokens * of_tokens.train_tokens;
  local.slopes.experts = inner.experts * saturationSlope(*this, natural, point.experts);
  return local;
}

std::vector<PowerTerm> LawFamily::powers(std::span<const double> natural,
                                         const LawPoint& point) const {
  FeatureValues features = fixedFeatures(point);
  features[index(Feature::kLogE)] = std::log(effectiveExperts(natural, point.experts));
  const auto add = [&](const Term& entries, PowerTerm& power_term) {
    for (const ExponentEntry& entry : entries) {
      const auto i = static_cast<std::size_t>(entry.parameter);
      addEntry(entry, coordinateOf(parameters[i].coordinate, natural[i]), features, power_term);
    }
  };
  PowerTerm common;
  add(factor, common);
  std::vector<PowerTerm> result;
  for (const Term& term : terms) {
    PowerTerm power_term = common;
    add(term, power_term);
    result.push_back(power_term);
  }
  return result;
}

}  // namespace moe
