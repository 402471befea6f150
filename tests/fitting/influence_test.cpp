#include "fitting/trust/influence.h"

#include <gmock/gmock.h>

#include <Eigen/LU>
#include <cmath>
#include <random>

#include "fitting/trust/residuals.h"
#include "tests/fitting/fit_data.h"

namespace moe {
namespace {

std::vector<TrainingRun> simulated(int count, double noise, double spread_by_size = 0) {
  const Law law = *presetLaw("besiroglu2024");
  std::mt19937_64 engine(3);
  std::uniform_real_distribution<double> unit;
  std::normal_distribution<double> normal;
  std::vector<TrainingRun> runs;
  for (int i = 0; i < count; ++i) {
    TrainingRun run;
    run.run_id = "run" + std::to_string(i);
    const double size = unit(engine);
    run.params = std::pow(10, 7.5 + 2 * size);
    run.train_tokens = std::pow(10, 9 + 2 * unit(engine));
    run.loss = law.loss(pointOf(run)) *
               std::exp(noise * std::exp(spread_by_size * (size - 0.5)) * normal(engine));
    runs.push_back(run);
  }
  return runs;
}

// clark2022-plain on dense runs with b = c = 0 is a straight line in ln N; leaving run i out of a
// linear regression moves its solution by -(X^T X)^-1 x_i r_i / (1 - h_i), r the residual y - x t.
TEST(Influence, IsTheLeaveOneOutOfALinearRegression) {
  const std::vector<TrainingRun> runs = simulated(25, 0.01);
  const FitData data = FitData::of(runs, {});
  const FitOptions options{.objective = {.kind = ObjectiveKind::kLeastSquares},
                           .bounded = false,
                           .fixed = {{"b", 0}, {"c", 0}}};
  const auto fit = fitLaw(*findLawFamily("clark2022-plain"), data, options);
  ASSERT_TRUE(fit.has_value());
  Eigen::MatrixXd x(25, 2);
  Eigen::VectorXd y(25);
  for (Eigen::Index i = 0; i < 25; ++i) {
    x.row(i) << std::log(runs[static_cast<std::size_t>(i)].params), std::log(10.0);
    y[i] = std::log(runs[static_cast<std::size_t>(i)].loss);
  }
  const Eigen::MatrixXd inverse = (x.transpose() * x).inverse();
  const Eigen::VectorXd residual = y - x * (inverse * (x.transpose() * y));
  const LawPoint target{.params = 1e11, .train_tokens = 1e12};
  const auto runs_left_out = influence(data, options, *fit, {.target = target});
  ASSERT_EQ(runs_left_out.size(), 25u);
  Eigen::RowVector2d at;
  at << std::log(1e11), std::log(10.0);
  for (const RunInfluence& run : runs_left_out) {
    const auto i = static_cast<Eigen::Index>(run.rows.front());
    const double leverage = (x.row(i) * inverse * x.row(i).transpose())(0);
    const double shift = -(at * inverse * x.row(i).transpose())(0) * residual[i] / (1 - leverage);
    EXPECT_NEAR(*run.target_shift, shift, 1e-6 * (1 + std::abs(shift)));
  }
  const ResidualStudy study = studyResiduals(data, *fit);
  double leverages = 0;
  for (const Residual& point : study.points) leverages += point.leverage;
  EXPECT_NEAR(leverages, 2, 1e-9);  // the free parameters
}

// One loss is 10 % off where the others scatter by 0.3 %.
TEST(Residuals, NameAPlantedOutlierByItsRow) {
  std::vector<TrainingRun> runs = simulated(60, 0.003);
  runs[17].loss *= 1.1;
  const FitData data = FitData::of(runs, {});
  const auto fit = fitLaw(*findLawFamily("chinchilla"), data, {});
  ASSERT_TRUE(fit.has_value());
  const ResidualStudy study = studyResiduals(data, *fit);
  ASSERT_FALSE(study.outliers.empty());
  EXPECT_EQ(study.outliers.front(), 17u);
  EXPECT_LT(study.points[17].weight, 0.02);  // delta / |r| = 1e-3 / 0.095
  EXPECT_NEAR(study.points[17].log_residual, -std::log(1.1), 0.01);
}

TEST(Influence, FindsTheRunThatPullsAnL2Fit) {
  std::vector<TrainingRun> runs = simulated(60, 0.003);
  runs[17].loss *= 1.1;
  const FitData data = FitData::of(runs, {});
  const FitOptions options{.objective = {.kind = ObjectiveKind::kLeastSquares}};
  const auto fit = fitLaw(*findLawFamily("chinchilla"), data, options);
  const auto found = influence(data, options, *fit);
  ASSERT_EQ(found.size(), 60u);
  EXPECT_EQ(found.front().run_id, "run17");
  EXPECT_FALSE(found.front().parameter.empty());
}

// Noise e^(+-1.5) times as large at the ends of the sizes; without that no trend may be found.
TEST(Residuals, SeeThatTheirSpreadFollowsTheSize) {
  const auto trendsOf = [](double spread) {
    const FitData data = FitData::of(simulated(150, 0.004, spread), {});
    const auto fit = fitLaw(*findLawFamily("chinchilla"), data, {});
    return studyResiduals(data, *fit).trends;
  };
  const auto trends = trendsOf(3);
  ASSERT_FALSE(trends.empty());
  EXPECT_EQ(trends.front().variable, "N");
  EXPECT_TRUE(trends.front().of_spread);
  EXPECT_GT(trends.front().correlation, 0.3);
  EXPECT_TRUE(trendsOf(0).empty());
}

// Three seeds of one model: ln L = 1, 1.01, 1.02 around a mean of 1.01: sd 0.01 with two degrees of
// freedom. A copy of a row counts as a copy, not as a seed.
TEST(Replicates, GiveTheNoiseOfSeeds) {
  std::vector<TrainingRun> runs = simulated(30, 0.003);
  for (const double log_loss : {1.0, 1.01, 1.02, 1.02}) {
    TrainingRun run;
    run.params = 5e8;
    run.train_tokens = 1e10;
    run.loss = std::exp(log_loss);
    runs.push_back(run);
  }
  const FitData data = FitData::of(runs, {});
  const auto fit = fitLaw(*findLawFamily("chinchilla"), data, {});
  const Replicates replicates = studyResiduals(data, *fit).replicates;
  EXPECT_EQ(replicates.sets, 1u);
  EXPECT_EQ(replicates.degrees_of_freedom, 2u);
  EXPECT_EQ(replicates.copies, 1u);
  EXPECT_NEAR(replicates.noise, 0.01, 1e-12);
}

// Its five reruns: 3.5999188 and 3.6009731, 3.0635383 and 3.063071, 3.3948448
// and 3.3942559, 2.8737221 and 2.874346, 3.2011132 and 3.2020273 nats; the pooled sd of their
// logarithms is 1.6363e-4.
TEST(Replicates, GiveTheSeedNoiseOfTheOlmoLadder) {
  const auto points = test::pointsOf("olmo_ladder/runs.csv", {"annealed=1"});
  const FitData data = points.data();
  const auto fit = fitLaw(*findLawFamily("chinchilla"), data, {});
  const Replicates replicates = studyResiduals(data, *fit).replicates;
  EXPECT_EQ(replicates.degrees_of_freedom, 5u);
  EXPECT_NEAR(replicates.noise, 1.6363e-4, 5e-9);
  EXPECT_LT(replicates.lack_of_fit_p, 1e-3);  // the fit misses by far more than seeds do
}

}  // namespace
}  // namespace moe
