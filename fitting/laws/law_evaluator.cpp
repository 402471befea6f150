#include "fitting/laws/law_evaluator.h"

#include <algorithm>
#include <cmath>

#include "fitting/laws/vector_math.h"

namespace moe {

namespace {

Eigen::Index columnOf(Feature feature) { return static_cast<Eigen::Index>(feature); }

bool usesProducts(const LawFamily& family) {
  const auto product = [](const ExponentEntry& entry) {
    return entry.feature == Feature::kLogNLogE || entry.feature == Feature::kLogDLogE;
  };
  return std::any_of(family.factor.begin(), family.factor.end(), product) ||
         std::any_of(family.terms.begin(), family.terms.end(), [&](const Term& term) {
           return std::any_of(term.begin(), term.end(), product);
         });
}

/// The sum of some columns, column by column: by rows it would stride through memory.
void addColumns(const Eigen::ArrayXXd& columns, Eigen::Index first, Eigen::Index end,
                Eigen::ArrayXd& sum) {
  for (Eigen::Index k = first; k < end; ++k) sum += columns.col(k);
}

}  // namespace

ExpertLevels ExpertLevels::of(std::span<const LawPoint> points) {
  ExpertLevels levels;
  for (const LawPoint& point : points) levels.counts.push_back(point.experts);
  std::sort(levels.counts.begin(), levels.counts.end());
  levels.counts.erase(std::unique(levels.counts.begin(), levels.counts.end()), levels.counts.end());
  for (const LawPoint& point : points) {
    const auto level = std::lower_bound(levels.counts.begin(), levels.counts.end(), point.experts);
    levels.of_point.push_back(static_cast<std::size_t>(level - levels.counts.begin()));
  }
  return levels;
}

LawEvaluator::LawEvaluator(const LawFamily& family, std::span<const TrainingRun> runs)
    : family_(&family) {
  const auto points = static_cast<Eigen::Index>(runs.size());
  features_.resize(points, kFeatures);
  for (Eigen::Index i = 0; i < points; ++i) {
    const LawPoint point = pointOf(runs[static_cast<std::size_t>(i)]);
    points_.push_back(point);
    FeatureValues features = fixedFeatures(point);
    features[index(Feature::kLogN)] = std::log(point.params);
    features[index(Feature::kLogD)] = std::log(point.train_tokens);
    features[index(Feature::kLogE)] = std::log(point.experts);
    for (int k = 0; k < kFeatures; ++k) features_(i, k) = features[static_cast<std::size_t>(k)];
  }
  makeBuffers();
}

LawEvaluator::LawEvaluator(const LawEvaluator& all, std::span<const Eigen::Index> chosen)
    : family_(all.family_) {
  const auto points = static_cast<Eigen::Index>(chosen.size());
  features_.resize(points, kFeatures);
  for (Eigen::Index k = 0; k < kFeatures; ++k) {
    for (Eigen::Index i = 0; i < points; ++i)
      features_(i, k) = all.features_(chosen[static_cast<std::size_t>(i)], k);
  }
  for (const Eigen::Index i : chosen) points_.push_back(all.points_[static_cast<std::size_t>(i)]);
  makeBuffers();
}

void LawEvaluator::makeBuffers() {
  levels_ = ExpertLevels::of(points_);
  has_products_ = usesProducts(*family_);
  level_values_.resize(3, static_cast<Eigen::Index>(levels_.counts.size()));
  updateProducts();
  const Eigen::Index points = size();
  const auto parameters = static_cast<Eigen::Index>(family_->parameters.size());
  if (family_->effective_params) params_slopes_.setZero(points, parameters);
  if (family_->effective_tokens) tokens_slopes_.setZero(points, parameters);
  slope_start_.resize(points);
  slope_max_.resize(points);
  shares_.resize(points, static_cast<Eigen::Index>(family_->terms.size()));
  log_loss_.resize(points);
  total_.resize(points);
}

void LawEvaluator::updateProducts() {
  if (!has_products_) return;
  features_.col(columnOf(Feature::kLogNLogE)) = feature(Feature::kLogN) * feature(Feature::kLogE);
  features_.col(columnOf(Feature::kLogDLogE)) = feature(Feature::kLogD) * feature(Feature::kLogE);
}

void LawEvaluator::setEffective(const Eigen::VectorXd& coordinates) {
  if (family_->isPowerSum()) return;
  const std::vector<double> values = family_->values(coordinates);
  std::vector<double> slopes(values.size());
  LossSlopes ignored;
  const auto fill = [&](EffectiveVariable effective, Feature which, Eigen::ArrayXXd& kept) {
    if (effective == nullptr) return;
    for (Eigen::Index i = 0; i < size(); ++i) {
      std::fill(slopes.begin(), slopes.end(), 0);
      features_(i, columnOf(which)) =
          effective(values, points_[static_cast<std::size_t>(i)], slopes.data(), ignored);
      kept.row(i) = Eigen::Map<const Eigen::RowVectorXd>(slopes.data(),
                                                         static_cast<Eigen::Index>(slopes.size()))
                        .array();
    }
  };
  fill(family_->effective_params, Feature::kLogN, params_slopes_);
  fill(family_->effective_tokens, Feature::kLogD, tokens_slopes_);
  updateProducts();
}

// With q = 1/(1/E_start - 1/E_max) and x = E - 1 + q:
//   Ehat = 1/(1/x + 1/E_max)        d ln Ehat / d ln E_start = Ehat q^2 / (x^2 E_start)
//   d ln Ehat / d ln E_max = Ehat/E_max (1 - q^2/x^2)
void LawEvaluator::setSaturation(double e_start, double e_max) {
  if (e_start == e_start_ && e_max == e_max_) return;
  e_start_ = e_start;
  e_max_ = e_max;
  const double q = 1 / (1 / e_start - 1 / e_max);
  for (std::size_t level = 0; level < levels_.counts.size(); ++level) {
    const double x = levels_.counts[level] - 1 + q;
    const double effective = 1 / (1 / x + 1 / e_max);
    const double ratio = (q / x) * (q / x);
    level_values_.col(static_cast<Eigen::Index>(level)) << std::log(effective),
        effective * ratio / e_start, effective / e_max * (1 - ratio);
  }
  for (Eigen::Index i = 0; i < size(); ++i) {
    const auto level = static_cast<Eigen::Index>(levels_.of_point[static_cast<std::size_t>(i)]);
    features_(i, columnOf(Feature::kLogE)) = level_values_(0, level);
    slope_start_[i] = level_values_(1, level);
    slope_max_[i] = level_values_(2, level);
  }
  updateProducts();
}

void LawEvaluator::evaluateTerm(std::size_t k) {
  auto share = shares_.col(static_cast<Eigen::Index>(k));
  const Term& term = family_->terms[k];
  const double constant = term[0].coefficient * coordinates_[term[0].parameter];
  if (term.size() == 1) {
    share = std::exp(constant);
    return;
  }
  share =
      constant + term[1].coefficient * coordinates_[term[1].parameter] * feature(term[1].feature);
  for (std::size_t i = 2; i < term.size(); ++i) {
    share += term[i].coefficient * coordinates_[term[i].parameter] * feature(term[i].feature);
  }
  exponentials(share.data(), static_cast<std::size_t>(share.size()));
}

/// Fills total_ and turns the terms into slopes of ln L; false when a sum is not positive and
/// finite.
bool LawEvaluator::sumTerms() {
  const auto usable = [](const Eigen::ArrayXd& sum) {
    return sum.minCoeff() > 0 && std::isfinite(sum.maxCoeff());
  };
  if (family_->power < 0) {
    total_ = shares_.col(0);
    addColumns(shares_, 1, shares_.cols(), total_);
    if (!usable(total_)) return false;
    logarithms(total_.data(), log_loss_.data(), static_cast<std::size_t>(total_.size()));
    total_ = total_.inverse();
    for (Eigen::Index k = 0; k < shares_.cols(); ++k) shares_.col(k) *= total_;
    return true;
  }
  const auto outside = static_cast<Eigen::Index>(family_->inside_from);
  const double power =
      valueOf(family_->parameters[static_cast<std::size_t>(family_->power)].coordinate,
              coordinates_[family_->power]);
  inside_ = shares_.col(outside);
  addColumns(shares_, outside + 1, shares_.cols(), inside_);
  if (!usable(inside_)) return false;
  const auto points = static_cast<std::size_t>(size());
  log_inside_.resize(size());
  logarithms(inside_.data(), log_inside_.data(), points);
  raised_share_ = power * log_inside_;
  exponentials(raised_share_.data(), points);
  total_ = raised_share_;
  addColumns(shares_, 0, outside, total_);
  if (!usable(total_)) return false;
  logarithms(total_.data(), log_loss_.data(), points);
  raised_share_ /= total_;
  for (Eigen::Index k = 0; k < shares_.cols(); ++k) {
    if (k < outside) {
      shares_.col(k) /= total_;
    } else {
      shares_.col(k) *= power * raised_share_ / inside_;
    }
  }
  return true;
}

bool LawEvaluator::evaluate(const Eigen::VectorXd& coordinates) {
  coordinates_ = coordinates;
  if (family_->e_start >= 0) {
    setSaturation(std::exp(coordinates[family_->e_start]), std::exp(coordinates[family_->e_max]));
  }
  setEffective(coordinates);
  for (std::size_t k = 0; k < family_->terms.size(); ++k) evaluateTerm(k);
  if (!sumTerms()) return false;
  for (const ExponentEntry& entry : family_->factor) {
    log_loss_ += (entry.coefficient * coordinates[entry.parameter]) * feature(entry.feature);
  }
  return true;
}

Eigen::ArrayXd LawEvaluator::slopesIn(std::initializer_list<Chain> chains) const {
  Eigen::ArrayXd slope = Eigen::ArrayXd::Zero(size());
  const auto add = [&](const ExponentEntry& entry, const auto& share) {
    const double weight = entry.coefficient * coordinates_[entry.parameter];
    for (const auto& [which, other] : chains) {
      if (entry.feature == which) slope += weight * share * feature(other);
    }
  };
  for (std::size_t term = 0; term < family_->terms.size(); ++term) {
    for (const ExponentEntry& entry : family_->terms[term]) {
      add(entry, shares_.col(static_cast<Eigen::Index>(term)));
    }
  }
  for (const ExponentEntry& entry : family_->factor) add(entry, feature(Feature::kOne));
  return slope;
}

Eigen::ArrayXd LawEvaluator::expertSlopes() const {
  return slopesIn({{Feature::kLogE, Feature::kOne},
                   {Feature::kLogNLogE, Feature::kLogN},
                   {Feature::kLogDLogE, Feature::kLogD}});
}
Eigen::ArrayXd LawEvaluator::paramsSlopes() const {
  return slopesIn({{Feature::kLogN, Feature::kOne}, {Feature::kLogNLogE, Feature::kLogE}});
}
Eigen::ArrayXd LawEvaluator::tokensSlopes() const {
  return slopesIn({{Feature::kLogD, Feature::kOne}, {Feature::kLogDLogE, Feature::kLogE}});
}

void LawEvaluator::gradient(const Eigen::ArrayXd& slopes, Eigen::VectorXd& gradient) const {
  gradient.setZero(coordinates_.size());
  const auto points = static_cast<std::size_t>(size());
  for (std::size_t k = 0; k < family_->terms.size(); ++k) {
    const double* share = shares_.col(static_cast<Eigen::Index>(k)).data();
    for (const ExponentEntry& entry : family_->terms[k]) {
      const double* factor = feature(entry.feature).data();
      gradient[entry.parameter] +=
          entry.coefficient * (entry.feature == Feature::kOne
                                   ? sumOfProducts(slopes.data(), share, points)
                                   : sumOfProducts(slopes.data(), share, factor, points));
    }
  }
  for (const ExponentEntry& entry : family_->factor) {
    gradient[entry.parameter] +=
        entry.coefficient * sumOfProducts(slopes.data(), feature(entry.feature).data(), points);
  }
  if (family_->power >= 0) gradient[family_->power] += (slopes * powerSlopes()).sum();
  if (family_->e_start >= 0) {
    const Eigen::ArrayXd by_experts = expertSlopes();  // the chain rule through ln Ehat
    gradient[family_->e_start] =
        sumOfProducts(slopes.data(), by_experts.data(), slope_start_.data(), points);
    gradient[family_->e_max] =
        sumOfProducts(slopes.data(), by_experts.data(), slope_max_.data(), points);
  }
  if (family_->effective_params) {
    gradient += params_slopes_.matrix().transpose() * (slopes * paramsSlopes()).matrix();
  }
  if (family_->effective_tokens) {
    gradient += tokens_slopes_.matrix().transpose() * (slopes * tokensSlopes()).matrix();
  }
}

// d ln L / d k = (sum inside)^k / L * ln(sum inside).
Eigen::ArrayXd LawEvaluator::powerSlopes() const {
  const auto& parameter = family_->parameters[static_cast<std::size_t>(family_->power)];
  const double value = valueOf(parameter.coordinate, coordinates_[family_->power]);
  return raised_share_ * log_inside_ * valueSlope(parameter.coordinate, value);
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
  if (family_->power >= 0) jacobian.col(family_->power).array() += powerSlopes();
  if (family_->effective_params) {
    jacobian += (params_slopes_.colwise() * paramsSlopes()).matrix();
  }
  if (family_->effective_tokens) {
    jacobian += (tokens_slopes_.colwise() * tokensSlopes()).matrix();
  }
  return jacobian;
}

}  // namespace moe
