#include "fitting/laws/law_evaluator.h"

#include <cmath>

#include "fitting/laws/vector_math.h"

namespace moe {

namespace {

constexpr Eigen::Index kFeatures = 7;

Eigen::Index columnOf(Feature feature) { return static_cast<Eigen::Index>(feature); }

}  // namespace

LawEvaluator::LawEvaluator(const LawFamily& family, std::span<const TrainingRun> runs)
    : family_(&family) {
  const auto points = static_cast<Eigen::Index>(runs.size());
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
  total_.resize(points);
  buffer_.resize(points);
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

bool LawEvaluator::evaluate(const Eigen::VectorXd& coordinates) {
  coordinates_ = coordinates;
  if (family_->e_start >= 0) {
    setSaturation(std::exp(coordinates[family_->e_start]), std::exp(coordinates[family_->e_max]));
  }
  for (std::size_t k = 0; k < family_->terms.size(); ++k) {
    auto share = shares_.col(static_cast<Eigen::Index>(k));
    const Term& term = family_->terms[k];
    const double constant = term[0].coefficient * coordinates[term[0].parameter];
    if (term.size() == 1) {
      share = std::exp(constant);
      continue;
    }
    share =
        constant + term[1].coefficient * coordinates[term[1].parameter] * feature(term[1].feature);
    for (std::size_t i = 2; i < term.size(); ++i) {
      share += term[i].coefficient * coordinates[term[i].parameter] * feature(term[i].feature);
    }
    exponentials(share.data(), static_cast<std::size_t>(share.size()));
  }
  total_ = shares_.rowwise().sum();
  const double least = total_.minCoeff();
  if (!(least > 0) || !std::isfinite(total_.maxCoeff())) return false;
  logarithms(total_.data(), log_loss_.data(), static_cast<std::size_t>(total_.size()));
  for (const ExponentEntry& entry : family_->factor) {
    log_loss_ += (entry.coefficient * coordinates[entry.parameter]) * feature(entry.feature);
  }
  total_ = total_.inverse();
  for (Eigen::Index k = 0; k < shares_.cols(); ++k) shares_.col(k) *= total_;
  return true;
}

Eigen::ArrayXd LawEvaluator::expertSlopes() const {
  Eigen::ArrayXd slope = Eigen::ArrayXd::Zero(size());
  const auto add = [&](const ExponentEntry& entry, const auto& share) {
    const double weight = entry.coefficient * coordinates_[entry.parameter];
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
  return slope;
}

void LawEvaluator::gradient(const Eigen::ArrayXd& slopes, Eigen::VectorXd& gradient) const {
  gradient.setZero(coordinates_.size());
  for (std::size_t k = 0; k < family_->terms.size(); ++k) {
    buffer_ = slopes * shares_.col(static_cast<Eigen::Index>(k));
    for (const ExponentEntry& entry : family_->terms[k]) {
      gradient[entry.parameter] +=
          entry.coefficient * (entry.feature == Feature::kOne
                                   ? buffer_.sum()
                                   : (buffer_ * feature(entry.feature)).sum());
    }
  }
  for (const ExponentEntry& entry : family_->factor) {
    gradient[entry.parameter] += entry.coefficient * (slopes * feature(entry.feature)).sum();
  }
  if (family_->e_start < 0) return;
  buffer_ = slopes * expertSlopes();  // the chain rule through ln Ehat
  gradient[family_->e_start] = (buffer_ * slope_start_).sum();
  gradient[family_->e_max] = (buffer_ * slope_max_).sum();
}

Eigen::MatrixXd LawEvaluator::jacobian() const {
  Eigen::MatrixXd jacobian = Eigen::MatrixXd::Zero(size(), coordinates_.size());
  for (std::size_t k = 0; k < family_->terms.size(); ++k) {
    for (const ExponentEntry& entry : family_->terms[k]) {
      jacobian.col(entry.parameter).array() +=
          entry.coefficient * shares_.col(static_cast<Eigen::Index>(k)) * feature(entry.feature);
    }
  }
  for (const ExponentEntry& entry : family_->factor) {
    jacobian.col(entry.parameter).array() += entry.coefficient * feature(entry.feature);
  }
  if (family_->e_start >= 0) {
    const Eigen::ArrayXd slope = expertSlopes();
    jacobian.col(family_->e_start).array() = slope * slope_start_;
    jacobian.col(family_->e_max).array() = slope * slope_max_;
  }
  return jacobian;
}

}  // namespace moe
