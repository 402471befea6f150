#include "fitting/search/random_starts.h"

#include <algorithm>
#include <cmath>

#include "data/counter_random.h"

namespace moe {

namespace {

constexpr double kLeastShare = 1e-3;

/// Evenly in [0, 1).
double unit(std::uint64_t seed, std::uint64_t start, std::uint64_t index) {
  return static_cast<double>(counterRandom(seed, start, index) >> 11) * 0x1p-53;
}

/// Where a searched parameter may begin, in its coordinate.
std::pair<double, double> searchRange(const LawParameter& parameter) {
  double low = coordinateOf(parameter.coordinate, parameter.search.front());
  double high = low;
  for (const double value : parameter.search) {
    low = std::min(low, coordinateOf(parameter.coordinate, value));
    high = std::max(high, coordinateOf(parameter.coordinate, value));
  }
  const double margin = std::max((high - low) / 3, 0.1 * std::abs(high));
  return {low - margin, high + margin};
}

/// Amplitudes by which the terms carry random shares of one run's loss.
void shareAmplitudes(FitProblem& problem, std::uint64_t seed, std::uint64_t start,
                     Eigen::VectorXd& t) {
  const LawFamily& family = problem.family();
  LawEvaluator& evaluator = problem.evaluator();
  evaluator.evaluate(t);  // sets the effective variables
  const Eigen::Index run = problem.points() / 2;
  for (std::size_t k = 0; k < family.terms.size(); ++k) {
    const Term& term = family.terms[k];
    double exponent = 0;
    for (std::size_t i = 1; i < term.size(); ++i) {
      exponent +=
          term[i].coefficient * t[term[i].parameter] * evaluator.feature(term[i].feature)[run];
    }
    const double share = std::pow(kLeastShare, unit(seed, start, 1000 + k));
    t[term[0].parameter] =
        (problem.logLoss()[run] + std::log(share) - exponent) / term[0].coefficient;
  }
}

}  // namespace

std::vector<Eigen::VectorXd> randomStarts(FitProblem& problem, const Bounds& bounds,
                                          std::size_t count, std::uint64_t seed) {
  const LawFamily& family = problem.family();
  std::vector<Eigen::VectorXd> starts;
  for (std::size_t start = 0; start < count; ++start) {
    Eigen::VectorXd t = Eigen::VectorXd::Zero(problem.parameters());
    for (std::size_t i = 0; i < family.parameters.size(); ++i) {
      const LawParameter& parameter = family.parameters[i];
      const auto index = static_cast<Eigen::Index>(i);
      const double at = unit(seed, start, i);
      if (!parameter.search.empty()) {
        const auto [low, high] = searchRange(parameter);
        t[index] = low + at * (high - low);
      } else if (std::isfinite(bounds.lower[index]) && std::isfinite(bounds.upper[index])) {
        t[index] = bounds.lower[index] + at * (bounds.upper[index] - bounds.lower[index]);
      }
    }
    t = t.cwiseMax(bounds.lower).cwiseMin(bounds.upper);
    shareAmplitudes(problem, seed, start, t);
    starts.push_back(t.cwiseMax(bounds.lower).cwiseMin(bounds.upper));
  }
  return starts;
}

}  // namespace moe
