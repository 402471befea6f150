#include "fitting/search/node_shortlist.h"

#include <limits>

namespace moe {

NodeShortlist::NodeShortlist(const StartGrid& grid, std::span<const std::size_t> nodes,
                             std::span<const std::size_t> group, std::size_t groups) {
  std::map<Pair, Eigen::Index> rows;
  for (const std::size_t node : nodes) nodes_.push_back(nodeOf(grid, node, rows));
  sumProducts(grid, rows, group, groups);
}

NodeShortlist::Node NodeShortlist::nodeOf(const StartGrid& grid, std::size_t index,
                                          std::map<Pair, Eigen::Index>& rows) const {
  const auto [outer, columns] = grid.columnsOf(index);
  const auto row = [&, outer = outer](Eigen::Index a, Eigen::Index b) {
    return rows.try_emplace({outer, a, b}, static_cast<Eigen::Index>(rows.size())).first->second;
  };
  Node node;
  node.node = index;
  node.terms = static_cast<Eigen::Index>(columns.size());
  node.total = row(kTarget, kTarget);
  for (std::size_t a = 0; a < columns.size(); ++a) {
    node.right[a] = row(columns[a], kTarget);
    for (std::size_t b = 0; b <= a; ++b) node.gram[a][b] = row(columns[a], columns[b]);
  }
  return node;
}

void NodeShortlist::sumProducts(const StartGrid& grid, const std::map<Pair, Eigen::Index>& rows,
                                std::span<const std::size_t> group, std::size_t groups) {
  sums_ = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(rows.size()),
                                static_cast<Eigen::Index>(groups));
  for (const auto& [pair, row] : rows) {
    const auto value = [&grid, outer = pair.outer](Eigen::Index column, Eigen::Index point) {
      return column == kTarget ? grid.target(outer)[point] : grid.columns(outer)(point, column);
    };
    for (std::size_t i = 0; i < group.size(); ++i) {
      const auto point = static_cast<Eigen::Index>(i);
      sums_(row, static_cast<Eigen::Index>(group[i])) +=
          value(pair.first, point) * value(pair.second, point);
    }
  }
}

std::size_t NodeShortlist::best(const Eigen::VectorXd& group_weights) const {
  const Eigen::VectorXd products = sums_ * group_weights;
  std::size_t best = nodes_.front().node;
  double least = std::numeric_limits<double>::infinity();
  for (const Node& node : nodes_) {
    SmallMatrix gram(node.terms, node.terms);
    SmallVector right(node.terms);
    for (Eigen::Index a = 0; a < node.terms; ++a) {
      const auto row = static_cast<std::size_t>(a);
      right[a] = products[node.right[row]];
      for (Eigen::Index b = 0; b <= a; ++b)
        gram(a, b) = gram(b, a) = products[node.gram[row][static_cast<std::size_t>(b)]];
    }
    const double score = products[node.total] - right.dot(smallNonNegative(gram, right));
    if (score < least) best = node.node;
    least = std::min(least, score);
  }
  return best;
}

}  // namespace moe
