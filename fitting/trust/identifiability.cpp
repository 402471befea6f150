#include "fitting/trust/identifiability.h"

#include <fmt/format.h>

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "fitting/search/polish.h"
#include "fitting/trust/rise_scale.h"
#include "fitting/trust/standard_errors.h"

namespace moe {

namespace {

constexpr double kNullSingularValue = 1e-8;  // relative to the largest, columns scaled to 1
constexpr double kNullComponent = 0.02;
constexpr double kDeadTerm = 1e-3;
constexpr double kIllConditioned = 1e5;
constexpr double kRidgeComponent = 0.2;  // of a unit vector: parameters that a ridge names

void mark(ParameterFit& parameter, std::string reason) {
  if (!parameter.identified) return;
  parameter.identified = false;
  parameter.reason = std::move(reason);
}

/// Columns of the Jacobian scaled to length 1; pinned and on-bound columns are left out (zero).
Eigen::MatrixXd scaledJacobian(FitProblem& problem, const FitResult& result) {
  problem.value(result.coordinates);
  Eigen::MatrixXd jacobian = problem.jacobian();
  for (Eigen::Index i = 0; i < jacobian.cols(); ++i) {
    const double length = jacobian.col(i).norm();
    if (onBound(result.bounds, result.coordinates, i) || length == 0) {
      jacobian.col(i).setZero();
    } else {
      jacobian.col(i) /= length;
    }
  }
  return jacobian;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return text;
}

/// "D is 2e+10 in every run", "D/N hardly varies (19.9 to 20.3)", or empty text.
std::string hardlyVaries(const FitData& data, std::string_view name,
                         double (*variable)(const TrainingRun&)) {
  double low = std::numeric_limits<double>::infinity();
  double high = 0;
  for (const TrainingRun& run : data.points) {
    low = std::min(low, variable(run));
    high = std::max(high, variable(run));
  }
  if (high > 1.05 * low) return {};
  constexpr double kRounded = 1.002;  // tokens are counted in thousands or whole batches
  if (high < kRounded * low) return fmt::format("{} is {:.4g} in every run", name, low);
  return fmt::format("{} hardly varies ({:.4g} to {:.4g})", name, low, high);
}

std::string constantVariables(const FitData& data, const LawFamily& family) {
  std::string text;
  if (family.dependsOnTokens()) {
    text = hardlyVaries(data, "D", [](const TrainingRun& run) { return run.train_tokens; });
  }
  if (text.empty() && family.dependsOnExperts()) {
    text = hardlyVaries(data, "E", [](const TrainingRun& run) { return run.experts; });
  }
  if (text.empty())
    text = hardlyVaries(data, "N", [](const TrainingRun& run) { return run.params; });
  return text;
}

/// Size and data grow together: their terms differ by the exponents alone.
std::string constantRatio(const FitData& data, const LawFamily& family) {
  if (!family.dependsOnTokens() || !constantVariables(data, family).empty()) return {};
  return hardlyVaries(data, "D/N",
                      [](const TrainingRun& run) { return run.train_tokens / run.params; });
}

/// Exact trade-offs: the null space of the Jacobian.
void markNullSpace(const Eigen::MatrixXd& jacobian, const FitData& data, FitResult& result) {
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(jacobian, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Eigen::VectorXd& singular = svd.singularValues();
  const auto free = (jacobian.colwise().squaredNorm().array() > 0).count();
  if (free == 0) return;
  result.condition_number = singular[0] / singular[std::min(free, singular.size()) - 1];
  Eigen::VectorXd null_weight = Eigen::VectorXd::Zero(jacobian.cols());
  for (Eigen::Index k = 0; k < free && k < singular.size(); ++k) {
    if (singular[k] <= kNullSingularValue * singular[0]) {
      null_weight += svd.matrixV().col(k).cwiseAbs2();
    }
  }
  std::vector<std::string> names;
  for (Eigen::Index i = 0; i < null_weight.size(); ++i) {
    if (std::sqrt(null_weight[i]) > kNullComponent) {
      names.push_back(result.parameters[static_cast<std::size_t>(i)].name);
    }
  }
  if (names.empty()) return;
  std::string cause = constantVariables(data, *result.family);
  if (cause.empty()) cause = constantRatio(data, *result.family);
  result.null_space = names;
  const std::string ridge =
      fmt::format("{}{} cannot be told apart", cause.empty() ? "" : cause + ": ", joined(names));
  result.ridges.push_back(ridge);
  for (ParameterFit& parameter : result.parameters) {
    if (std::find(names.begin(), names.end(), parameter.name) != names.end())
      mark(parameter, ridge);
  }
}

void markBounds(FitResult& result) {
  for (std::size_t i = 0; i < result.parameters.size(); ++i) {
    const auto index = static_cast<Eigen::Index>(i);
    ParameterFit& parameter = result.parameters[i];
    if (result.bounds.pinned(index)) {
      parameter.fixed = true;
      mark(parameter, "held at this value");
      continue;
    }
    if (!onBound(result.bounds, result.coordinates, index)) continue;
    parameter.on_bound = true;
    mark(parameter, fmt::format("ended on its bound {:.4g}", parameter.value));
  }
}

void markDeadTerms(FitProblem& problem, FitResult& result) {
  problem.value(result.coordinates);
  const Eigen::ArrayXXd& shares = problem.evaluator().shares();
  const LawFamily& family = *result.family;
  for (std::size_t term = 0; term < family.terms.size(); ++term) {
    const double most = shares.col(static_cast<Eigen::Index>(term)).maxCoeff();
    if (most >= kDeadTerm) continue;
    for (const ExponentEntry& entry : family.terms[term]) {
      mark(result.parameters[static_cast<std::size_t>(entry.parameter)],
           fmt::format("its term carries at most {:.1e} of any loss", most));
    }
  }
}

/// True when the bound is more than ten standard errors away: no refit is needed to exclude it.
bool farAway(const FitResult& result, Eigen::Index index, double bound) {
  const ParameterFit& parameter = result.parameters[static_cast<std::size_t>(index)];
  if (!parameter.standard_error) return false;
  const Coordinate coordinate =
      result.family->parameters[static_cast<std::size_t>(index)].coordinate;
  const double error =
      *parameter.standard_error / std::abs(valueSlope(coordinate, parameter.value));
  return std::abs(result.coordinates[index] - bound) > 10 * error;
}

/// Parameters whose bound the data do not exclude.
void markOpenProfiles(FitProblem& problem, FitResult& result) {
  const RiseScale scale(problem, result);
  for (std::size_t i = 0; i < result.parameters.size(); ++i) {
    const auto index = static_cast<Eigen::Index>(i);
    if (!result.parameters[i].identified) continue;
    for (const double bound : {result.bounds.lower[index], result.bounds.upper[index]}) {
      if (!std::isfinite(bound) || farAway(result, index, bound)) continue;
      Bounds held = result.bounds;
      held.lower[index] = held.upper[index] = bound;
      Eigen::VectorXd start = result.coordinates;
      start[index] = bound;
      const Polished end = polish(problem, held, start, {.max_iterations = 200, .rounds = 2});
      if (scale.chiSquare(end.value) >= scale.critical(0.95)) continue;
      const double value = result.family->values(end.coordinates)[i];
      mark(result.parameters[i], fmt::format("the data do not exclude {:.4g}, its bound", value));
      break;
    }
  }
}

/// An amplitude means nothing when no exponent of its term does.
void markOrphanAmplitudes(FitResult& result) {
  const LawFamily& family = *result.family;
  for (const Term& term : family.terms) {
    if (term.size() < 2) continue;
    bool known = false;
    for (std::size_t k = 1; k < term.size(); ++k) {
      const ParameterFit& exponent = result.parameters[static_cast<std::size_t>(term[k].parameter)];
      known = known || exponent.identified || exponent.fixed;
    }
    ParameterFit& amplitude = result.parameters[static_cast<std::size_t>(term[0].parameter)];
    if (!known) mark(amplitude, "no exponent of its term is identified");
  }
}

void nameConstantRatio(const FitData& data, FitResult& result) {
  const std::string cause = constantRatio(data, *result.family);
  if (cause.empty()) return;
  result.ridges.push_back(
      cause +
      ": the size term and the data term can hardly be told apart; runs at another D/N would");
}

/// The parameters that move along the direction which the data hold least.
void nameIllConditioning(const Eigen::MatrixXd& jacobian, FitResult& result) {
  if (result.condition_number <= kIllConditioned) return;
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(jacobian, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const auto free = (jacobian.colwise().squaredNorm().array() > 0).count();
  const Eigen::VectorXd weakest =
      svd.matrixV().col(std::min(free, svd.singularValues().size()) - 1);
  std::vector<std::string> names;
  for (Eigen::Index i = 0; i < weakest.size(); ++i) {
    if (std::abs(weakest[i]) < kRidgeComponent) continue;
    names.push_back(result.parameters[static_cast<std::size_t>(i)].name);
  }
  result.ridges.push_back(
      fmt::format("{} trade off almost exactly along one direction (condition number {:.1e} of the "
                  "scaled Jacobian): read them together, not one by one",
                  joined(names), result.condition_number));
}

}  // namespace

void describeParameters(FitProblem& problem, const FitData& data, FitResult& result) {
  const LawFamily& family = *result.family;
  for (std::size_t i = 0; i < family.parameters.size(); ++i) {
    ParameterFit& parameter = result.parameters.emplace_back();
    parameter.name = family.parameters[i].name;
    parameter.meaning = family.parameters[i].meaning;
    parameter.value = result.values[i];
  }
  markBounds(result);
  const Eigen::MatrixXd jacobian = scaledJacobian(problem, result);
  markNullSpace(jacobian, data, result);
  markDeadTerms(problem, result);
  fillStandardErrors(problem, data, result);
  markOpenProfiles(problem, result);
  markOrphanAmplitudes(result);
  if (result.ridges.empty()) nameConstantRatio(data, result);
  if (result.ridges.empty()) nameIllConditioning(jacobian, result);
  fillStandardErrors(problem, data, result);
}

}  // namespace moe
