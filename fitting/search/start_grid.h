#pragma once

#include <Eigen/Core>
#include <vector>

#include "fitting/objective.h"
#include "fitting/search/small_nnls.h"

namespace moe {

/// A place to begin a descent, and how good it looked.
struct Start {
  Eigen::VectorXd coordinates;
  double score = 0;  ///< weighted sum of squared relative residuals
};

/// Global search by variable projection. Given its exponents a sum of powers is linear in its
/// amplitudes, so every node of a grid over the exponents is scored by a small non-negative least
/// squares on relative residuals L_hat/L - 1. Nodes are products of per-term candidates: the
/// columns of all candidates and their inner products are made once, and a node costs one k x k
/// solve for k terms. Exponents that several terms or the common factor share (E_start, E_max, d)
/// form the outer grid. Laws of one term (clark2022) are linear in logarithms instead; in a law
/// with an outer power k, (L - floor)^(1/k) is linear in the amplitudes, so k and the floor join
/// the outer grid; parameters of effective variables do too.
///
/// Built once for a data set; scored again for each set of weights, so that every bootstrap
/// resample can have its own global search.
class StartGrid {
 public:
  StartGrid(FitProblem& problem, const Bounds& bounds);

  /// The local minima of the grid for these weights, best first, at most `most`; then, up to
  /// `least`, the best other nodes that are three or more steps away from every start before them.
  std::vector<Start> starts(const Eigen::ArrayXd& weights, std::size_t least,
                            std::size_t most) const;

  std::size_t nodes() const;

  /// The `count` best nodes for these weights: enough to search again for weights not far from
  /// them.
  std::vector<std::size_t> shortlist(const Eigen::ArrayXd& weights, std::size_t count) const;
  /// The start of one node: its exponents, and the amplitudes that are best for these weights.
  Start startAt(std::size_t node, const Eigen::ArrayXd& weights, double score = 0) const;

  /// Where a node's columns stand: its outer node and, term by term, the column there. A law that
  /// is linear in logarithms has none.
  struct NodeColumns {
    std::size_t outer = 0;
    std::vector<Eigen::Index> columns;
  };
  NodeColumns columnsOf(std::size_t node) const;
  /// Points x candidates of an outer node, relative to the loss, and what they should add up to.
  const Eigen::MatrixXd& columns(std::size_t outer) const { return outer_[outer].columns; }
  const Eigen::VectorXd& target(std::size_t outer) const { return outer_[outer].target; }
  bool logLinear() const { return log_linear_; }

 private:
  /// One term's candidates at one outer node: columns [first, first + count) of `columns`.
  struct Block {
    Eigen::Index first = 0;
    Eigen::Index count = 0;
  };
  struct Outer {
    std::vector<double> shared;  // values of the shared exponents
    Eigen::MatrixXd columns;     // points x candidates, relative to the loss
    Eigen::VectorXd target;      // what the columns should add up to: 1 without an outer power
  };

  std::vector<double> scores(const Eigen::ArrayXd& weights) const;
  /// The weighted normal equations of one node: its columns' inner products and those with the
  /// target.
  struct NormalEquations {
    SmallMatrix gram;
    SmallVector right;
  };
  NormalEquations normalEquations(const Outer& outer, const std::vector<Eigen::Index>& chosen,
                                  const Eigen::ArrayXd& weights) const;
  std::vector<std::size_t> localMinima(const std::vector<double>& scores) const;
  bool apart(std::size_t a, std::size_t b) const;
  void setPoweredTarget(const Eigen::VectorXd& t, Eigen::ArrayXd& log_weight,
                        Eigen::VectorXd& target) const;
  void buildOuter(FitProblem& problem, const std::vector<double>& shared);
  void scoreOuter(const Outer& outer, const Eigen::ArrayXd& weights, double* scores) const;
  Eigen::VectorXd amplitudes(const Outer& outer, const std::vector<Eigen::Index>& chosen,
                             const Eigen::ArrayXd& weights) const;

  const LawFamily* family_;
  Bounds bounds_;
  std::vector<int> shared_parameters_;
  std::vector<std::vector<int>> own_parameters_;              // of each term
  std::vector<std::vector<std::vector<double>>> candidates_;  // term, candidate, exponent values
  std::vector<Block> blocks_;
  std::vector<Outer> outer_;
  std::vector<std::size_t> extents_;  // of the lattice of all nodes, slowest first
  Eigen::ArrayXd log_loss_;
  bool log_linear_ = false;
  std::size_t first_term_ = 0;  // terms before it stand outside a power and are constants
};

}  // namespace moe
