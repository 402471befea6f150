#include "fitting/search/start_grid.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace moe {

namespace {

constexpr double kDeadShare = 1e-4;  // a dropped term starts with this share of the loss

/// All combinations of one value from each list, the last list fastest.
std::vector<std::vector<double>> product(const std::vector<std::vector<double>>& lists) {
  std::vector<std::vector<double>> result = {{}};
  for (const std::vector<double>& list : lists) {
    std::vector<std::vector<double>> longer;
    for (const std::vector<double>& head : result) {
      for (const double value : list) {
        longer.push_back(head);
        longer.back().push_back(value);
      }
    }
    result = std::move(longer);
  }
  return result;
}

/// Parameters that stand in no term belong to the effective variables.
template <class Note>
void noteEffective(const LawFamily& family, Note note) {
  for (int parameter = 0; parameter < static_cast<int>(family.parameters.size()); ++parameter) {
    const bool in_terms =
        std::any_of(family.terms.begin(), family.terms.end(), [&](const Term& term) {
          return std::any_of(term.begin(), term.end(), [parameter](const ExponentEntry& entry) {
            return entry.parameter == parameter;
          });
        });
    if (!in_terms) note(parameter, -1);
  }
}

/// Floors that a law with an outer power is searched at, as shares of the least loss.
std::vector<double> floorLevels(const Eigen::ArrayXd& log_loss) {
  std::vector<double> levels;
  for (const double share : {0.02, 0.35, 0.6, 0.78, 0.9}) {
    levels.push_back(std::log(share) + log_loss.minCoeff());
  }
  return levels;
}

/// Every parameter in the middle of its search list, amplitudes at 1.
Eigen::VectorXd middle(const LawFamily& family, const Bounds& bounds) {
  Eigen::VectorXd t = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(family.parameters.size()));
  for (std::size_t i = 0; i < family.parameters.size(); ++i) {
    const LawParameter& parameter = family.parameters[i];
    const auto index = static_cast<Eigen::Index>(i);
    if (bounds.pinned(index)) {
      t[index] = bounds.lower[index];
    } else if (!parameter.search.empty()) {
      t[index] = coordinateOf(parameter.coordinate, parameter.search[parameter.search.size() / 2]);
    }
  }
  return t;
}

/// The terms in which each parameter stands; -1 stands for the factor and the saturation.
std::vector<std::vector<int>> whereUsed(const LawFamily& family) {
  std::vector<std::vector<int>> used(family.parameters.size());
  const auto note = [&](int parameter, int term) {
    auto& list = used[static_cast<std::size_t>(parameter)];
    if (list.empty() || list.back() != term) list.push_back(term);
  };
  for (std::size_t term = 0; term < family.terms.size(); ++term) {
    for (const ExponentEntry& entry : family.terms[term]) {
      note(entry.parameter, static_cast<int>(term));
    }
  }
  for (const ExponentEntry& entry : family.factor) note(entry.parameter, -1);
  for (const int special : {family.e_start, family.e_max, family.power}) {
    if (special >= 0) note(special, -1);
  }
  if (!family.isPowerSum()) noteEffective(family, note);
  return used;
}

std::vector<double> searchValues(const LawFamily& family, const Bounds& bounds, int parameter) {
  const LawParameter& info = family.parameters[static_cast<std::size_t>(parameter)];
  std::vector<double> values;
  for (const double value : info.search) {
    values.push_back(std::clamp(coordinateOf(info.coordinate, value), bounds.lower[parameter],
                                bounds.upper[parameter]));
  }
  if (bounds.pinned(parameter)) values = {bounds.lower[parameter]};
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace

StartGrid::StartGrid(FitProblem& problem, const Bounds& bounds)
    : family_(&problem.family()), bounds_(bounds), log_loss_(problem.logLoss()) {
  const LawFamily& family = *family_;
  log_linear_ = family.terms.size() == 1;
  const std::vector<std::vector<int>> used = whereUsed(family);
  first_term_ = family.power >= 0 ? family.inside_from : 0;
  own_parameters_.resize(family.terms.size() - first_term_);
  std::vector<std::vector<double>> shared_lists;
  for (int parameter = 0; parameter < static_cast<int>(used.size()); ++parameter) {
    const std::vector<int>& terms = used[static_cast<std::size_t>(parameter)];
    std::vector<double> values = searchValues(family, bounds, parameter);
    const bool own = terms.size() == 1 && terms[0] >= static_cast<int>(first_term_);
    const bool outside = terms.size() == 1 && terms[0] >= 0 && !own;
    if (outside && values.empty()) values = floorLevels(log_loss_);
    if (values.empty()) continue;  // an amplitude
    if (own) {
      own_parameters_[static_cast<std::size_t>(terms[0]) - first_term_].push_back(parameter);
    } else {
      shared_parameters_.push_back(parameter);
      shared_lists.push_back(values);
      extents_.push_back(values.size());
    }
  }
  Eigen::Index first = 0;
  for (const std::vector<int>& own : own_parameters_) {
    std::vector<std::vector<double>> lists;
    for (const int parameter : own) {
      lists.push_back(searchValues(family, bounds, parameter));
      extents_.push_back(lists.back().size());
    }
    candidates_.push_back(product(lists));
    const auto count = static_cast<Eigen::Index>(candidates_.back().size());
    blocks_.push_back({first, count});
    first += count;
  }
  for (const std::vector<double>& shared : product(shared_lists)) buildOuter(problem, shared);
}

std::size_t StartGrid::nodes() const {
  return std::accumulate(extents_.begin(), extents_.end(), std::size_t{1}, std::multiplies<>());
}

void StartGrid::buildOuter(FitProblem& problem, const std::vector<double>& shared) {
  const LawFamily& family = *family_;
  Eigen::VectorXd t = middle(family, bounds_);
  for (std::size_t i = 0; i < shared.size(); ++i) t[shared_parameters_[i]] = shared[i];
  LawEvaluator& evaluator = problem.evaluator();
  evaluator.setEffective(t);
  if (family.e_start >= 0) {
    evaluator.setSaturation(std::exp(t[family.e_start]), std::exp(t[family.e_max]));
  }
  Outer outer;
  outer.shared = shared;
  if (log_linear_) {
    // Columns are the features themselves: ln L is linear in the coordinates.
    const Term& term = family.terms[0];
    outer.columns.resize(log_loss_.size(), static_cast<Eigen::Index>(term.size()));
    for (std::size_t k = 0; k < term.size(); ++k) {
      outer.columns.col(static_cast<Eigen::Index>(k)) =
          (term[k].coefficient * evaluator.feature(term[k].feature)).matrix();
    }
    outer_.push_back(std::move(outer));
    return;
  }
  outer.columns.resize(log_loss_.size(), blocks_.back().first + blocks_.back().count);
  const auto exponentOf = [&](const Term& entries, std::size_t from, Eigen::ArrayXd& exponent) {
    for (std::size_t k = from; k < entries.size(); ++k) {
      exponent +=
          entries[k].coefficient * t[entries[k].parameter] * evaluator.feature(entries[k].feature);
    }
  };
  Eigen::ArrayXd common = -log_loss_;  // ln of the weight of a column
  outer.target = Eigen::VectorXd::Ones(log_loss_.size());
  if (family.power >= 0) setPoweredTarget(t, common, outer.target);
  exponentOf(family.factor, 0, common);
  for (std::size_t term = 0; term < blocks_.size(); ++term) {
    for (Eigen::Index k = 0; k < blocks_[term].count; ++k) {
      const std::vector<double>& own = candidates_[term][static_cast<std::size_t>(k)];
      for (std::size_t i = 0; i < own.size(); ++i) t[own_parameters_[term][i]] = own[i];
      Eigen::ArrayXd exponent = common;
      exponentOf(family.terms[first_term_ + term], 1, exponent);  // entry 0 is the amplitude
      outer.columns.col(blocks_[term].first + k) = exponent.exp().matrix();
    }
  }
  outer_.push_back(std::move(outer));
}

// Given the floor and the power, (L - floor)^(1/k) is linear in the amplitudes inside, and a
// relative error of L is w = k (L - floor)^(1 - 1/k) / L times the error of that.
void StartGrid::setPoweredTarget(const Eigen::VectorXd& t, Eigen::ArrayXd& log_weight,
                                 Eigen::VectorXd& target) const {
  const auto power = static_cast<std::size_t>(family_->power);
  const double k = valueOf(family_->parameters[power].coordinate, t[family_->power]);
  double floor = 0;
  for (std::size_t term = 0; term < first_term_; ++term) {
    floor += std::exp(t[family_->terms[term][0].parameter]);
  }
  const Eigen::ArrayXd loss = log_loss_.exp();
  const Eigen::ArrayXd above = (loss - floor).max(1e-3 * loss);
  log_weight += std::log(k) + (1 - 1 / k) * above.log();
  target = (log_weight + above.log() / k).exp().matrix();
}

void StartGrid::scoreOuter(const Outer& outer, const Eigen::ArrayXd& weights,
                           double* scores) const {
  const Eigen::MatrixXd& columns = outer.columns;
  const std::size_t terms = blocks_.size();
  // Of a fit all weights are 1, and a copy of the columns would cost as much as the products.
  const bool even = (weights == 1).all();
  const Eigen::MatrixXd scaled =
      even ? Eigen::MatrixXd() : Eigen::MatrixXd(weights.matrix().asDiagonal() * columns);
  const Eigen::MatrixXd& weighted = even ? columns : scaled;
  const Eigen::VectorXd right = weighted.transpose() * outer.target;
  Eigen::MatrixXd gram(columns.cols(), columns.cols());
  for (std::size_t a = 0; a < terms; ++a) {
    for (Eigen::Index k = 0; k < blocks_[a].count; ++k) {
      const Eigen::Index column = blocks_[a].first + k;
      gram(column, column) = weighted.col(column).dot(columns.col(column));
    }
    for (std::size_t b = 0; b < a; ++b) {
      gram.block(blocks_[a].first, blocks_[b].first, blocks_[a].count, blocks_[b].count).noalias() =
          weighted.middleCols(blocks_[a].first, blocks_[a].count).transpose() *
          columns.middleCols(blocks_[b].first, blocks_[b].count);
    }
  }
  const double total = (weights * outer.target.array().square()).sum();
  std::vector<Eigen::Index> chosen(terms, 0);
  SmallMatrix small(static_cast<Eigen::Index>(terms), static_cast<Eigen::Index>(terms));
  SmallVector target(static_cast<Eigen::Index>(terms));
  for (double* score = scores;; ++score) {
    for (std::size_t a = 0; a < terms; ++a) {
      const Eigen::Index row = blocks_[a].first + chosen[a];
      target[static_cast<Eigen::Index>(a)] = right[row];
      for (std::size_t b = 0; b <= a; ++b) {
        const double value = gram(row, blocks_[b].first + chosen[b]);
        small(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b)) = value;
        small(static_cast<Eigen::Index>(b), static_cast<Eigen::Index>(a)) = value;
      }
    }
    *score = total - target.dot(smallNonNegative(small, target));
    std::size_t a = terms;
    while (a > 0 && ++chosen[a - 1] == blocks_[a - 1].count) chosen[--a] = 0;
    if (a == 0) return;
  }
}

std::vector<double> StartGrid::scores(const Eigen::ArrayXd& weights) const {
  std::vector<double> scores(nodes());
  const std::size_t inner = scores.size() / outer_.size();
  for (std::size_t i = 0; i < outer_.size(); ++i) {
    if (log_linear_) {
      const Eigen::VectorXd root = weights.sqrt().matrix();
      const Eigen::MatrixXd columns = root.asDiagonal() * outer_[i].columns;
      const Eigen::VectorXd target = root.cwiseProduct(log_loss_.matrix());
      scores[i] = (columns * columns.colPivHouseholderQr().solve(target) - target).squaredNorm();
    } else {
      scoreOuter(outer_[i], weights, scores.data() + i * inner);
    }
  }
  return scores;
}

std::vector<std::size_t> StartGrid::localMinima(const std::vector<double>& scores) const {
  std::vector<std::size_t> minima;
  for (std::size_t node = 0; node < scores.size(); ++node) {
    bool least = true;
    std::size_t stride = 1;
    for (std::size_t d = extents_.size(); d-- > 0 && least; stride *= extents_[d]) {
      const std::size_t index = node / stride % extents_[d];
      least = (index == 0 || scores[node] <= scores[node - stride]) &&
              (index + 1 == extents_[d] || scores[node] < scores[node + stride]);
    }
    if (least) minima.push_back(node);
  }
  std::stable_sort(minima.begin(), minima.end(),
                   [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  return minima;
}

bool StartGrid::apart(std::size_t a, std::size_t b) const {
  std::size_t steps = 0;
  for (std::size_t d = extents_.size(); d-- > 0;) {
    const std::size_t i = a % extents_[d];
    const std::size_t j = b % extents_[d];
    steps += i > j ? i - j : j - i;
    a /= extents_[d];
    b /= extents_[d];
  }
  return steps >= 3;
}

std::vector<Start> StartGrid::starts(const Eigen::ArrayXd& weights, std::size_t least,
                                     std::size_t most) const {
  const std::vector<double> score = scores(weights);
  std::vector<std::size_t> chosen = localMinima(score);
  if (chosen.size() > most) chosen.resize(most);
  if (chosen.size() < least) {
    std::vector<std::size_t> order(score.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto looked_at = std::min<std::size_t>(order.size(), 512);
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(looked_at),
                      order.end(),
                      [&](std::size_t a, std::size_t b) { return score[a] < score[b]; });
    for (std::size_t i = 0; i < looked_at && chosen.size() < least; ++i) {
      const bool far = std::all_of(chosen.begin(), chosen.end(),
                                   [&](std::size_t node) { return apart(node, order[i]); });
      if (far) chosen.push_back(order[i]);
    }
  }
  std::vector<Start> result;
  for (const std::size_t node : chosen) result.push_back(startAt(node, weights, score[node]));
  return result;
}

std::vector<std::size_t> StartGrid::shortlist(const Eigen::ArrayXd& weights,
                                              std::size_t count) const {
  const std::vector<double> score = scores(weights);
  std::vector<std::size_t> order(score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto kept = static_cast<std::ptrdiff_t>(std::min(count, order.size()));
  std::partial_sort(order.begin(), order.begin() + kept, order.end(),
                    [&](std::size_t a, std::size_t b) { return score[a] < score[b]; });
  order.resize(static_cast<std::size_t>(kept));
  return order;
}

StartGrid::NodeColumns StartGrid::columnsOf(std::size_t node) const {
  const std::size_t inner = nodes() / outer_.size();
  NodeColumns chosen{node / inner, std::vector<Eigen::Index>(log_linear_ ? 0 : blocks_.size())};
  std::size_t rest = node % inner;
  for (std::size_t term = chosen.columns.size(); term-- > 0;) {
    const auto count = static_cast<std::size_t>(blocks_[term].count);
    chosen.columns[term] = blocks_[term].first + static_cast<Eigen::Index>(rest % count);
    rest /= count;
  }
  return chosen;
}

StartGrid::NormalEquations StartGrid::normalEquations(const Outer& outer,
                                                      const std::vector<Eigen::Index>& chosen,
                                                      const Eigen::ArrayXd& weights) const {
  const auto terms = static_cast<Eigen::Index>(blocks_.size());
  NormalEquations normal{SmallMatrix(terms, terms), SmallVector(terms)};
  for (Eigen::Index a = 0; a < terms; ++a) {
    const auto column = outer.columns.col(chosen[static_cast<std::size_t>(a)]).array();
    normal.right[a] = (weights * column * outer.target.array()).sum();
    for (Eigen::Index b = 0; b <= a; ++b) {
      normal.gram(a, b) = normal.gram(b, a) =
          (weights * column * outer.columns.col(chosen[static_cast<std::size_t>(b)]).array()).sum();
    }
  }
  return normal;
}

Eigen::VectorXd StartGrid::amplitudes(const Outer& outer, const std::vector<Eigen::Index>& chosen,
                                      const Eigen::ArrayXd& weights) const {
  const NormalEquations normal = normalEquations(outer, chosen, weights);
  const double total = (weights * outer.target.array().square()).sum();
  const SmallVector solved = smallNonNegative(normal.gram, normal.right);
  Eigen::VectorXd result(solved.size());
  for (Eigen::Index a = 0; a < solved.size(); ++a) {
    result[a] = std::max(solved[a], kDeadShare * total / normal.right[a]);
  }
  return result;
}

Start StartGrid::startAt(std::size_t node, const Eigen::ArrayXd& weights, double score) const {
  const LawFamily& family = *family_;
  const auto [outer_node, chosen] = columnsOf(node);
  const Outer& outer = outer_[outer_node];
  Start start;
  start.score = score;
  start.coordinates = middle(family, bounds_);
  for (std::size_t i = 0; i < shared_parameters_.size(); ++i) {
    start.coordinates[shared_parameters_[i]] = outer.shared[i];
  }
  if (log_linear_) {
    const Eigen::VectorXd root = weights.sqrt().matrix();
    const Eigen::MatrixXd columns = root.asDiagonal() * outer.columns;
    const Eigen::VectorXd solution =
        columns.colPivHouseholderQr().solve(root.cwiseProduct(log_loss_.matrix()));
    for (std::size_t k = 0; k < family.terms[0].size(); ++k) {
      start.coordinates[family.terms[0][k].parameter] = solution[static_cast<Eigen::Index>(k)];
    }
    return start;
  }
  for (std::size_t term = 0; term < blocks_.size(); ++term) {
    const auto own_node = static_cast<std::size_t>(chosen[term] - blocks_[term].first);
    const std::vector<double>& own = candidates_[term][own_node];
    for (std::size_t i = 0; i < own.size(); ++i) {
      start.coordinates[own_parameters_[term][i]] = own[i];
    }
  }
  const Eigen::VectorXd sizes = amplitudes(outer, chosen, weights);
  for (std::size_t term = 0; term < blocks_.size(); ++term) {
    start.coordinates[family.terms[first_term_ + term][0].parameter] =
        std::log(sizes[static_cast<Eigen::Index>(term)]);
  }
  return start;
}

}  // namespace moe
