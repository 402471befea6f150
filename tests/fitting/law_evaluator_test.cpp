#include "fitting/laws/law_evaluator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fitting/laws/law.h"

namespace moe {
namespace {

std::vector<TrainingRun> grid() {
  std::vector<TrainingRun> runs;
  for (const double params : {1e8, 1e9}) {
    for (const double tokens : {5e9, 8e10}) {
      for (const double experts : {1.0, 8.0, 64.0}) {
        TrainingRun run;
        run.params = params;
        run.train_tokens = tokens;
        run.experts = experts;
        run.granularity = 1 + experts / 8;
        run.top_k = experts > 4 ? 2 : 1;
        run.unique_tokens = experts > 1 ? tokens / (1 + experts / 4) : 0;
        run.precision = {4 + experts / 8, 6 + experts / 8, 5 + experts / 16, experts > 8 ? 3.0 : 0};
        run.loss = 2.5;
        runs.push_back(run);
      }
    }
  }
  return runs;
}

/// Plausible values for every family, near a published or fitted law.
std::vector<double> values(const LawFamily& family) {
  if (family.name == "yun2024") return {63, .58, 7900, 1.4, .25, .12, .43, -6e-4, 1.7, 165};
  if (family.name == "yun2024-plain") return {63, .58, 7900, 1.4, .25, .12, .43, -6e-4};
  if (family.name == "clark2022-plain") return {-0.08, -0.11, 0.009, 1.1};
  if (family.name == "chinchilla") return presetLaw("hoffmann2022")->values;
  if (family.name == "clark2022") return presetLaw("clark2022-s-base")->values;
  if (family.name == "krajewski2024") return presetLaw("krajewski2024-e64")->values;
  if (family.name == "chinchilla-tied") return {1.8, 300, 900, 0.33};
  if (family.name == "skaling") return {400, 2000, 0.5, 0.6, 0.4, 1.7};
  if (family.name == "skaling-tied") return {400, 900, 0.5, 0.4, 1.7};
  if (family.name == "gadre2024") return presetLaw("gadre2024-c4")->values;
  if (family.name == "muennighoff2023") return {1.87, 521, 1488, 0.34, 0.36, 5.3, 15.4};
  if (family.name == "muennighoff2023-tied") return presetLaw("muennighoff2023")->values;
  return presetLaw(family.name)->values;
}

class EveryFamily : public testing::TestWithParam<const LawFamily*> {};

// Central differences with h = 1e-5 err by h^2 f'''/6, below 1e-7 for these smooth functions, and
// by rounding, 1e-16 * |ln L| / h, about 1e-11.
TEST_P(EveryFamily, HasTheJacobianOfFiniteDifferences) {
  const LawFamily& family = *GetParam();
  const std::vector<TrainingRun> runs = grid();
  LawEvaluator evaluator(family, runs);
  const Eigen::VectorXd at = family.coordinates(values(family));
  ASSERT_TRUE(evaluator.evaluate(at));
  const Eigen::MatrixXd jacobian = evaluator.jacobian();
  constexpr double kStep = 1e-5;
  for (Eigen::Index j = 0; j < at.size(); ++j) {
    Eigen::VectorXd moved = at;
    moved[j] += kStep;
    evaluator.evaluate(moved);
    const Eigen::ArrayXd above = evaluator.logLoss();
    moved[j] -= 2 * kStep;
    evaluator.evaluate(moved);
    const Eigen::ArrayXd slope = (above - evaluator.logLoss()) / (2 * kStep);
    for (Eigen::Index i = 0; i < slope.size(); ++i) {
      EXPECT_NEAR(jacobian(i, j), slope[i], 2e-7 * (1 + std::abs(slope[i])))
          << family.name << " parameter " << family.parameters[static_cast<std::size_t>(j)].name;
    }
  }
}

TEST_P(EveryFamily, EvaluatesManyPointsAsItEvaluatesOne) {
  const LawFamily& family = *GetParam();
  const std::vector<TrainingRun> runs = grid();
  LawEvaluator evaluator(family, runs);
  Law law;
  law.family = &family;
  law.values = values(family);
  ASSERT_TRUE(evaluator.evaluate(family.coordinates(law.values)));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const LawPoint point = pointOf(runs[i]);
    // Two orders of the same sums: a few units in the last place.
    EXPECT_NEAR(evaluator.logLoss()[static_cast<Eigen::Index>(i)], std::log(law.loss(point)),
                1e-13);
  }
}

TEST_P(EveryFamily, HasTheSlopesOfFiniteDifferences) {
  Law law;
  law.family = GetParam();
  law.values = values(*law.family);
  const LawPoint point{3e8, 2e10, 6, 2, 2, 4e9, {8, 7, 6, 3}};
  const LossSlopes slopes = law.slopes(point);
  constexpr double kStep = 1e-5;
  const auto numeric = [&](double LawPoint::*variable) {
    LawPoint above = point;
    LawPoint below = point;
    above.*variable *= std::exp(kStep);
    below.*variable *= std::exp(-kStep);
    return (std::log(law.loss(above)) - std::log(law.loss(below))) / (2 * kStep);
  };
  EXPECT_NEAR(slopes.params, numeric(&LawPoint::params), 1e-9);
  EXPECT_NEAR(slopes.train_tokens, numeric(&LawPoint::train_tokens), 1e-9);
  EXPECT_NEAR(slopes.experts, numeric(&LawPoint::experts), 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Laws, EveryFamily,
                         testing::ValuesIn(lawFamilies().begin(), lawFamilies().end()));

// 2 + 3/4^0.5 + 8/16.
TEST(SumOfPowers, IsTheSumWorkedOutByHand) {
  Law law;
  law.family = findLawFamily("chinchilla");
  law.values = {2, 3, 8, 0.5, 1};
  EXPECT_DOUBLE_EQ(law.loss({4, 16}), 2 + 1.5 + 0.5);
}

}  // namespace
}  // namespace moe
