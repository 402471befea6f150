#include "fitting/objective.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

#include "data/parallel.h"
#include "fit_data.h"
#include "fitting/search/box_map.h"
#include "fitting/search/polish.h"

namespace moe {
namespace {

// Half the square inside delta, delta (|r| - delta/2) beyond.
TEST(HuberObjective, IsQuadraticInsideAndLinearOutside) {
  const Objective huber{ObjectiveKind::kHuber, 0.1};
  EXPECT_DOUBLE_EQ(huber.rho(0.05), 0.00125);
  EXPECT_DOUBLE_EQ(huber.rho(-0.3), 0.1 * (0.3 - 0.05));
  EXPECT_DOUBLE_EQ(huber.slope(-0.3), -0.1);
  EXPECT_DOUBLE_EQ(huber.slope(0.05), 0.05);
}

TEST(FitProblem, SumsTheObjectiveOverItsPoints) {
  const test::Points points = test::gemstones();
  const Law law = *presetLaw("hoffmann2022");
  FitProblem problem(*law.family, points.runs, {});
  double sum = 0;
  for (const TrainingRun& run : points.runs) {
    sum += Objective{}.rho(std::log(law.loss({run.params, run.train_tokens}) / run.loss));
  }
  // The vector exponential differs from the scalar one by a few units in the last place.
  EXPECT_NEAR(problem.value(law.family->coordinates(law.values)) / sum, 1, 1e-11);
}

TEST(FitProblem, HasTheGradientOfFiniteDifferences) {
  const test::Points points = test::clarkEarly();
  const LawFamily& family = *findLawFamily("yun2024");
  for (const Objective objective : {Objective{}, Objective{ObjectiveKind::kLeastSquares, 0}}) {
    FitProblem problem(family, points.runs, objective);
    const Eigen::VectorXd at =
        family.coordinates(std::vector<double>{60, .6, 8000, 1.4, .25, .12, .43, -6e-4, 1.7, 165});
    Eigen::VectorXd gradient(at.size());
    problem.value(at, gradient);
    for (Eigen::Index i = 0; i < at.size(); ++i) {
      Eigen::VectorXd above = at;
      Eigen::VectorXd below = at;
      above[i] += 1e-6;
      below[i] -= 1e-6;
      const double slope = (problem.value(above) - problem.value(below)) / 2e-6;
      // Second-order terms of the steepest coordinate, d: 1e-12 times a third derivative of 1e6.
      EXPECT_NEAR(gradient[i], slope, 1e-6 * (1 + std::abs(slope))) << i;
    }
  }
}

TEST(FitProblem, IsInfiniteWhereTheLawOverflows) {
  const test::Points points = test::gemstones();
  FitProblem problem(*findLawFamily("chinchilla"), points.runs, {});
  Eigen::VectorXd far(5);
  far << 0, 2000, 0, 0.3, 0.3;
  EXPECT_EQ(problem.value(far), std::numeric_limits<double>::infinity());
}

// A search strays anywhere: amplitudes from e^-500 to e^500, effective variables below the smallest
// number. Ceres ends the whole program over a gradient that is no number beside a finite value.
TEST(FitProblem, HasAFiniteGradientWhereverItsValueIsFinite) {
  std::vector<TrainingRun> runs;
  for (const double params : {1e8, 1e9, 4e10}) {
    for (const double repeats : {1.0, 4.0}) {
      TrainingRun run;
      run.params = params;
      run.train_tokens = 30 * params;
      run.unique_tokens = repeats > 1 ? run.train_tokens / repeats : 0;
      run.experts = 2 * repeats;
      run.loss = 2.5;
      runs.push_back(run);
    }
  }
  std::mt19937_64 engine(7);
  std::uniform_real_distribution<double> unit(-1, 1);
  for (const LawFamily* family : lawFamilies()) {
    FitProblem problem(*family, runs, {});
    int finite = 0;
    for (int trial = 0; trial < 5000; ++trial) {
      const double reach = std::pow(500, std::abs(unit(engine)));
      Eigen::VectorXd at(problem.parameters());
      for (Eigen::Index i = 0; i < at.size(); ++i) at[i] = reach * unit(engine);
      Eigen::VectorXd gradient(at.size());
      if (!std::isfinite(problem.value(at, gradient))) continue;
      ++finite;
      ASSERT_TRUE(gradient.allFinite())
          << family->name << " at " << at.transpose() << ": " << gradient.transpose();
    }
    EXPECT_GT(finite, 10) << family->name;
  }
}

// The useful size U = D (A/B)^2 is 1e-300 and N/U overflows: N' = U (1 + r). At N' = U both terms
// are equal, so the size term is 1/sqrt(1 + r) of the data term, 0.3090 of the loss, and d ln L / d
// ln r = -0.3090 * alpha r / (1 + r) = -0.3090 * 0.5 * 4/5.
TEST(FitProblem, HasTheGradientOfParametersFarBeyondTheUsefulOnes) {
  TrainingRun run;
  run.params = 1e9;
  run.train_tokens = 1e10;
  run.loss = 1;
  const LawFamily& family = *findLawFamily("muennighoff2023");
  FitProblem problem(family, std::span(&run, 1), {.kind = ObjectiveKind::kLeastSquares});
  Eigen::VectorXd gradient(7);
  const std::vector<double> values = {1e-12, 1e-155, 1, 0.5, 0.5, 4, 15};
  const double value = problem.value(family.coordinates(values), gradient);
  const double residual = std::sqrt(2 * value);
  EXPECT_NEAR(std::abs(gradient[5]) / residual, 0.12361, 1e-5);
}

TEST(BoxMap, ReturnsWhereItCameFrom) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Bounds bounds{Eigen::Vector4d(-1, -kInfinity, 2, -kInfinity),
                      Eigen::Vector4d(3, 5, kInfinity, kInfinity)};
  const Eigen::VectorXd inside = Eigen::Vector4d(0.5, -7, 2.5, 11);
  const BoxMap map(bounds);
  Eigen::VectorXd back(4);
  map.toCoordinates(map.toFree(inside), back);
  EXPECT_LT((back - inside).cwiseAbs().maxCoeff(), 1e-14);
}

TEST(BoxMap, NeverLeavesTheBox) {
  const Bounds bounds{Eigen::Vector2d(-1, 2),
                      Eigen::Vector2d(3, std::numeric_limits<double>::infinity())};
  const BoxMap map(bounds);
  Eigen::VectorXd at(2);
  for (double x = -50; x <= 50; x += 0.37) {
    map.toCoordinates(Eigen::Vector2d(x, -x), at);
    EXPECT_GE(at[0], -1);
    EXPECT_LE(at[0], 3);
    EXPECT_GE(at[1], 2);
  }
}

TEST(RemainingGain, IsNothingAtTheOptimumAndSomethingBesideIt) {
  const test::Points points = test::gemstones();
  const LawFamily& family = *findLawFamily("chinchilla");
  const auto fit = fitLaw(family, points.data(), {});
  FitProblem problem(family, points.runs, {});
  const Bounds bounds = Bounds::of(family);
  EXPECT_LT(remainingGain(problem, bounds, fit->coordinates), 1e-9);
  Eigen::VectorXd beside = fit->coordinates;
  beside[3] += 0.01;
  EXPECT_GT(remainingGain(problem, bounds, beside), 1e-2);
}

TEST(ParallelFor, ThrowsWhatAWorkerThrew) {
  EXPECT_THROW(
      parallelFor(100, 4, {}, [](std::size_t i, std::size_t) { require(i != 57, "planted"); }),
      std::logic_error);
}

// The bound is the optimum when the data want to go beyond it: beta of runs that have none.
TEST(Polish, EndsOnTheBoundWhenTheOptimumLiesBeyond) {
  const LawFamily& family = *findLawFamily("chinchilla");
  Law law;
  law.family = &family;
  law.values = {1.7, 400, 1000, 0.35, 0.3};
  std::vector<TrainingRun> runs;
  for (int i = 0; i < 30; ++i) {
    TrainingRun run;
    run.params = 1e8 * (1 + i);
    run.train_tokens = 1e9 * (1 + (i * 7) % 13);
    run.loss = law.loss({run.params, run.train_tokens});
    runs.push_back(run);
  }
  FitProblem problem(family, runs, {});
  Bounds bounds = Bounds::of(family);
  bounds.lower[4] = 0.4;
  const Polished end = polish(problem, bounds, family.coordinates(law.values));
  EXPECT_DOUBLE_EQ(end.coordinates[4], 0.4);
}

}  // namespace
}  // namespace moe
