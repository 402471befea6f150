#include "fitting/laws/law_evaluator.h"

#include <cmath>

namespace moe {

namespace {

constexpr Eigen::Index kFeatures = 7;

Eigen::Index columnOf(Feature feature) { return static_cast<Eigen::Index>(feature); }

}  // namespace

LawEvaluator::LawEvaluator(const LawFamily& family, std::span<const TrainingRun> runs)
    : family_(&family) {
  const auto points = static_cast<Eigen::Index>(runs.size());
  const auto parameters = static_cast<Eigen::Index>(family.parameters.size());
  experts_.resize(points);
  features_.resize(points, kFeatures);
  for (Eigen::Index i = 0; i < points; ++i) {
    const TrainingRun& run = runs[static_cast<std::size_t>(i)];
    experts_[i] = run.experts;
    features_(i, columnOf(Feature::kOne)) = 1;
    features_(i, columnOf(Feature::kLogN)) = std::log(run.params);
    features_(i, columnOf(Feature::kLogD)) = std::log(run.train_tokens);
    features_(i, columnOf(Feature::kLogE)) = std::log(run.experts);
    features_(i, columnOf(Feature::kLogG)) = std::log(run.granularity);
  }
  features_.col(columnOf(Feature::kLogNLogE)) = feature(Feature::kLogN) * feature(Feature::kLogE);
  features_.col(columnOf(Feature::kLogDLogE)) = feature(Feature::kLogD) * feature(Feature::kLogE);
  slope_start_.resize(points);
  slope_max_.resize(points);
  shares_.resize(points, static_cast<Eigen::Index>(family.terms.size()));
  log_loss_.resize(points);
  jacobian_.resize(points, parameters);
}

// With q = 1/(1/E_start - 1/E_max) and x = E - 1 + q:
//   Ehat = 1/(1/x + 1/E_max)        d ln Ehat / d ln E_start = Ehat q^2 / (x^2 E_start)
//   d ln Ehat / d ln E_max = Ehat/E_max (1 - q^2/x^2)
void LawEvaluator::setSaturation(double e_start, double e_max) {
  if (e_start == e_start_ && e_max == e_max_) return;
  e_start_ = e_start;
  e_max_ = e_max;
  const double q = 1 / (1 / e_start - 1 / e_max);
  for (Eigen::Index i = 0; i < size(); ++i) {
    const double x = experts_[i] - 1 + q;
    const double effective = 1 / (1 / x + 1 / e_max);
    const double ratio = (q / x) * (q / x);
    features_(i, columnOf(Feature::kLogE)) = std::log(effective);
    slope_start_[i] = effective * ratio / e_start;
    slope_max_[i] = effective / e_max * (1 - ratio);
  }
  features_.col(columnOf(Feature::kLogNLogE)) = feature(Feature::kLogN) * feature(Feature::kLogE);
  features_.col(columnOf(Feature::kLogDLogE)) = feature(Feature::kLogD) * feature(Feature::kLogE);
}

bool LawEvaluator::evaluate(const Eigen::VectorXd& coordinates, bool with_jacobian) {
  if (family_->e_start >= 0) {
    setSaturation(std::exp(coordinates[family_->e_start]), std::exp(coordinates[family_->e_max]));
  }
  for (std::size_t term = 0; term < family_->terms.size(); ++term) {
    auto share = shares_.col(static_cast<Eigen::Index>(term));
    bool first = true;
    for (const ExponentEntry& entry : family_->terms[term]) {
      const double weight = entry.coefficient * coordinates[entry.parameter];
      if (first) {
        share = weight * feature(entry.feature);
      } else {
        share += weight * feature(entry.feature);
      }
      first = false;
    }
  }
  shares_ = shares_.exp();
  total_ = shares_.rowwise().sum();
  log_loss_ = total_.log();
  for (const ExponentEntry& entry : family_->factor) {
    log_loss_ += (entry.coefficient * coordinates[entry.parameter]) * feature(entry.feature);
  }
  if (!log_loss_.isFinite().all()) return false;
  shares_.colwise() /= total_;
  if (with_jacobian) {
    jacobian_.setZero();
    fillJacobian();
    if (family_->e_start >= 0) fillSaturationColumns(coordinates);
  }
  return true;
}

// The chain rule through ln Ehat: d ln L / d ln Ehat times the slopes of setSaturation.
void LawEvaluator::fillSaturationColumns(const Eigen::VectorXd& coordinates) {
  Eigen::ArrayXd slope = Eigen::ArrayXd::Zero(size());
  const auto add = [&](const ExponentEntry& entry, const auto& share) {
    const double weight = entry.coefficient * coordinates[entry.parameter];
    if (entry.feature == Feature::kLogE) slope += weight * share;
    if (entry.feature == Feature::kLogNLogE) slope += weight * share * feature(Feature::kLogN);
    if (entry.feature == Feature::kLogDLogE) slope += weight * share * feature(Feature::kLogD);
  };
  for (std::size_t term = 0; term < family_->terms.size(); ++term) {
    for (const ExponentEntry& entry : family_->terms[term]) {
      add(entry, shares_.col(static_cast<Eigen::Index>(term)));
    }
  }
  for (const ExponentEntry& entry : family_->factor) add(entry, feature(Feature::kOne));
  jacobian_.col(family_->e_start).array() = slope * slope_start_;
  jacobian_.col(family_->e_max).array() = slope * slope_max_;
}

void LawEvaluator::fillJacobian() {
  for (std::size_t term = 0; term < family_->terms.size(); ++term) {
    const auto share = shares_.col(static_cast<Eigen::Index>(term));
    for (const ExponentEntry& entry : family_->terms[term]) {
      if (entry.feature == Feature::kOne) {
        jacobian_.col(entry.parameter).array() += entry.coefficient * share;
      } else {
        jacobian_.col(entry.parameter).array() +=
            entry.coefficient * share * feature(entry.feature);
      }
    }
  }
  for (const ExponentEntry& entry : family_->factor) {
    jacobian_.col(entry.parameter).array() += entry.coefficient * feature(entry.feature);
  }
}

}  // namespace moe
