#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "fitting/search/start_grid.h"

namespace moe {

/// Some nodes of a grid, scored again for weights that are equal within a group of points (a run):
/// the inner products of their columns are summed over each group once, so that the scores of a
/// resample cost groups, not points.
class NodeShortlist {
 public:
  /// `group` is that of each point, 0..groups-1; `nodes` is not empty.
  NodeShortlist(const StartGrid& grid, std::span<const std::size_t> nodes,
                std::span<const std::size_t> group, std::size_t groups);

  /// The node of the least weighted sum of squares for these weights of groups.
  std::size_t best(const Eigen::VectorXd& group_weights) const;

 private:
  using Products = std::array<Eigen::Index, kMostTerms>;
  /// Which rows of sums_ make a node's normal equations.
  struct Node {
    std::size_t node = 0;
    Eigen::Index terms = 0;
    Eigen::Index total = 0;
    Products right{};
    std::array<Products, kMostTerms> gram{};  // lower triangle
  };
  /// Two columns of an outer node; kTarget stands for what they should add up to.
  struct Pair {
    std::size_t outer = 0;
    Eigen::Index first = 0;
    Eigen::Index second = 0;
    auto operator<=>(const Pair&) const = default;
  };
  static constexpr Eigen::Index kTarget = -1;

  Node nodeOf(const StartGrid& grid, std::size_t node, std::map<Pair, Eigen::Index>& rows) const;
  void sumProducts(const StartGrid& grid, const std::map<Pair, Eigen::Index>& rows,
                   std::span<const std::size_t> group, std::size_t groups);

  std::vector<Node> nodes_;
  Eigen::MatrixXd sums_;  // products x groups
};

}  // namespace moe
