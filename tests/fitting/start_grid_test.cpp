#include "fitting/search/start_grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "fitting/fit.h"
#include "fitting/search/node_shortlist.h"

namespace moe {
namespace {

// 3 x + y = 5, x + 2 y = 5: x = 1, y = 2.
TEST(SmallNonNegative, SolvesWhereAllIsPositive) {
  SmallMatrix gram(2, 2);
  gram << 3, 1, 1, 2;
  SmallVector right(2);
  right << 5, 5;
  const SmallVector x = smallNonNegative(gram, right);
  EXPECT_NEAR(x[0], 1, 1e-10);
  EXPECT_NEAR(x[1], 2, 1e-10);
}

// Unconstrained x = (4/3, -1/3): the second is dropped, and 2 x = 2 is left.
TEST(SmallNonNegative, DropsWhatWouldBeNegative) {
  SmallMatrix gram(2, 2);
  gram << 2, 2, 2, 5;
  SmallVector right(2);
  right << 2, 1;
  const SmallVector x = smallNonNegative(gram, right);
  EXPECT_NEAR(x[0], 1, 1e-10);
  EXPECT_EQ(x[1], 0);
}

TEST(SmallNonNegative, IsZeroWhereNothingCanBeSolved) {
  const SmallVector x = smallNonNegative(SmallMatrix::Zero(3, 3), SmallVector::Ones(3));
  EXPECT_EQ(x, SmallVector::Zero(3));
}

/// Forty runs of five points each on a published law with 1 % noise.
struct GridOfCurves {
  FitData data;
  FitProblem problem;
  StartGrid grid;

  static FitData curvesOn(const Law& law) {
    std::mt19937_64 engine(4);
    std::uniform_real_distribution<double> unit;
    std::normal_distribution<double> normal;
    std::vector<TrainingRun> runs;
    std::vector<std::size_t> group;
    for (std::size_t i = 0; i < 200; ++i) {
      TrainingRun run;
      run.params = std::pow(10, 7.5 + 2.5 * unit(engine));
      run.train_tokens = std::pow(10, 9.5 + 2 * unit(engine));
      run.loss = law.loss({run.params, run.train_tokens}) * std::exp(0.01 * normal(engine));
      runs.push_back(run);
      group.push_back(i / 5);
    }
    return FitData::of(runs, group);
  }

  explicit GridOfCurves(const char* family)
      : data(curvesOn(*presetLaw("besiroglu2024"))),
        problem(*findLawFamily(family), data.points, {.kind = ObjectiveKind::kLeastSquares}),
        grid(problem, Bounds::of(*findLawFamily(family))) {}
};

// starts() scores every node with inner products over points; the best of them is a local minimum.
TEST(NodeShortlist, FindsTheNodeThatTheWholeGridFinds) {
  for (const char* family : {"chinchilla", "skaling"}) {
    const GridOfCurves curves(family);
    std::vector<std::size_t> nodes(curves.grid.nodes());
    std::iota(nodes.begin(), nodes.end(), std::size_t{0});
    const NodeShortlist shortlist(curves.grid, nodes, curves.data.group, curves.data.groups);
    std::mt19937_64 engine(9);
    for (int resample = 0; resample < 5; ++resample) {
      Eigen::VectorXd counts = Eigen::VectorXd::Zero(40);
      for (int i = 0; i < 40; ++i) counts[static_cast<Eigen::Index>(engine() % 40)] += 1;
      Eigen::ArrayXd weights(200);
      for (std::size_t i = 0; i < 200; ++i)
        weights[static_cast<Eigen::Index>(i)] =
            counts[static_cast<Eigen::Index>(curves.data.group[i])];
      const Start expected = curves.grid.starts(weights, 1, 1).front();
      const Start found = curves.grid.startAt(shortlist.best(counts), weights);
      EXPECT_EQ(found.coordinates, expected.coordinates) << family;
    }
  }
}

TEST(FitProblem, OfPointsWithWeightHasTheValueOfTheWhole) {
  GridOfCurves curves("chinchilla");
  Eigen::ArrayXd weights = Eigen::ArrayXd::Zero(200);
  for (Eigen::Index i = 0; i < 200; i += 3) weights[i] = 1.0 + static_cast<double>(i % 2);
  FitProblem part(curves.problem, weights);
  EXPECT_EQ(part.points(), 67);
  curves.problem.setWeights(weights);
  const Eigen::VectorXd at = curves.grid.starts(weights, 1, 1).front().coordinates;
  Eigen::VectorXd whole_gradient(at.size()), part_gradient(at.size());
  // Sums of 200 terms of equal size in another order: some 200 units in the last place.
  const double value = curves.problem.value(at, whole_gradient);
  EXPECT_NEAR(part.value(at, part_gradient), value, 1e-13 * value);
  EXPECT_LT((whole_gradient - part_gradient).norm(), 1e-12 * whole_gradient.norm() + 1e-15);
}

}  // namespace
}  // namespace moe
