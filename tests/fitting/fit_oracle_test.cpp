#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "fit_data.h"
#include "fitting/search/polish.h"
#include "tests/support/sanitizer.h"

// Fits of real runs held against independent ones (numpy and scipy, double precision, many starts)
// and against published fits. Objectives are sums of Huber(1e-3) on ln L unless a line says so.

namespace moe {
namespace {

using test::parameter;

FitResult fitted(const char* law, const test::Points& points, FitOptions options = {}) {
  Result<FitResult> fit = fitLaw(*findLawFamily(law), points.data(), options);
  require(fit.has_value(), law);
  return std::move(*fit);
}

// Gemstones, annealed runs. The published fit at delta 1e-3 has alpha 0.3003, beta 0.5802; its
// objective 0.0019640865 is ours to ten digits.
TEST(GemstonesFit, ReachesThePublishedOptimum) {
  const FitResult fit = fitted("chinchilla", test::gemstones());
  EXPECT_EQ(fit.points, 199u);
  EXPECT_LE(fit.objective, 0.0019640866);
  EXPECT_NEAR(parameter(fit, "alpha").value, 0.3003, 1e-4);
  EXPECT_NEAR(parameter(fit, "beta").value, 0.5802, 1e-4);
}

// The published fit at delta 1e-4 (0.0002059) is not the minimum; 0.000205 or lower is.
TEST(GemstonesFit, GoesBelowThePublishedOptimumAtASmallDelta) {
  const FitResult fit =
      fitted("chinchilla", test::gemstones(), {.objective = {ObjectiveKind::kHuber, 1e-4}});
  EXPECT_LE(fit.objective, 0.000205);
}

TEST(GemstonesFit, OfTheClassic4500StartsEndsInTheSameOptimum) {
  // Under the sanitizer 40 of the 199 runs, from as many starts.
  const test::Points points =
      test::kSanitized
          ? test::pointsOf("gemstones/runs.csv", {"schedule=cool_end", "width=512,2560"})
          : test::gemstones();
  const FitResult fit = fitted("chinchilla", points, {.search = SearchKind::kGrid});
  EXPECT_EQ(fit.starts, 4500u);
  EXPECT_NEAR(fit.objective / fitted("chinchilla", points).objective, 1, 1e-10);
}

TEST(ClarkFit, ByLeastSquaresHasTheKnownRmse) {
  const FitResult fit =
      fitted("clark2022", test::clarkFinal(), {.objective = {ObjectiveKind::kLeastSquares, 0}});
  EXPECT_EQ(fit.points, 58u);
  EXPECT_LE(fit.rms_residual, 0.0184);
  EXPECT_NEAR(parameter(fit, "a").value, -0.083, 5e-4);
  EXPECT_NEAR(parameter(fit, "b").value, -0.118, 5e-4);
  EXPECT_NEAR(parameter(fit, "c").value, 0.0099, 5e-5);
  EXPECT_NEAR(parameter(fit, "d").value, 1.1136, 5e-5);
}

TEST(ClarkFit, ByHuberHasTheKnownParameters) {
  const FitResult fit = fitted("clark2022", test::clarkFinal());
  EXPECT_LE(fit.objective, 3.2225e-4);
  EXPECT_NEAR(fit.rms_residual, 0.0191, 1e-4);
  EXPECT_NEAR(parameter(fit, "a").value, -0.084145973, 1e-8);
  EXPECT_NEAR(parameter(fit, "b").value, -0.12438353, 1e-7);
  EXPECT_NEAR(parameter(fit, "c").value, 0.010703828, 1e-8);
  EXPECT_NEAR(parameter(fit, "d").value, 1.1243146, 1e-7);
  EXPECT_NEAR(parameter(fit, "E_start").value, 2.3404703, 1e-5);
  EXPECT_NEAR(parameter(fit, "E_max").value, 304.85989, 1e-2);
}

struct Objectives {
  const char* name;
  const char* law;
  const char* steps;  // thousands; "final" for the finished runs
  std::vector<std::pair<std::string, double>> fixed;
  double objective;
};

class ClarkObjective : public testing::TestWithParam<Objectives> {};

// 1e-7 relative: the independent fits print eight digits. Where ours is lower by more than that,
// the row says so and holds ours to be not higher.
TEST_P(ClarkObjective, IsThatOfTheIndependentFitOrLower) {
  const Objectives& expected = GetParam();
  const test::Points points = std::string(expected.steps) == "final"
                                  ? test::clarkFinal()
                                  : test::clarkSteps(expected.steps);
  const FitResult fit = fitted(expected.law, points, {.fixed = expected.fixed});
  EXPECT_LE(fit.objective, expected.objective * (1 + 1e-7));
}

const std::vector<std::pair<std::string, double>> kSimpleD = {{"omega", 0}, {"zeta", 0}};
const std::vector<std::pair<std::string, double>> kNoD = {
    {"b", 1e-30}, {"beta", -0.1}, {"omega", 0}, {"zeta", 0}};
constexpr const char* kEarly = "10000,20000,40000,80000";
constexpr const char* kGeo = "20000,40000,80000,160000,248000,249000,250000";
constexpr const char* kLate = "60000,100000,150000,200000,248000,249000,250000";

INSTANTIATE_TEST_SUITE_P(
    Windows, ClarkObjective,
    testing::Values(Objectives{"final_yun", "yun2024", "final", {}, 6.3412312e-4},
                    Objectives{"final_yun_plain", "yun2024-plain", "final", {}, 6.5859205e-4},
                    Objectives{"final_clark", "clark2022", "final", {}, 3.2224249e-4},
                    Objectives{"final_clark_plain", "clark2022-plain", "final", {}, 3.7289521e-4},
                    Objectives{"final_no_d", "ludziejewski2025", "final", kNoD, 1.3991208e-4},
                    Objectives{"early_yun", "yun2024", kEarly, {}, 2.3864331e-3},
                    Objectives{"early_yun_plain", "yun2024-plain", kEarly, {}, 2.4198320e-3},
                    Objectives{"early_simple_d", "ludziejewski2025", kEarly, kSimpleD,
                               6.6907715e-4},
                    Objectives{"early_full", "ludziejewski2025", kEarly, {}, 3.3429241e-4},
                    Objectives{"geo_yun", "yun2024", kGeo, {}, 3.4443887e-3},
                    Objectives{"geo_simple_d", "ludziejewski2025", kGeo, kSimpleD, 1.6478781e-3},
                    Objectives{"geo_full", "ludziejewski2025", kGeo, {}, 1.0779549e-3},
                    Objectives{"late_yun", "yun2024", kLate, {}, 3.4477131e-3},
                    Objectives{"late_simple_d", "ludziejewski2025", kLate, kSimpleD, 1.4380463e-3},
                    Objectives{"late_full", "ludziejewski2025", kLate, {}, 1.0630527e-3}),
    [](const auto& row) { return std::string(row.param.name); });

struct Census {
  const char* name;
  const char* law;
  const char* router;
  const char* rule;
};

class RandomStarts : public testing::TestWithParam<Census> {};

// The search claims the global optimum. A second, different one, 60 descents from random places in
// the box, must not end lower. 1e-9 relative: where a descent stops.
TEST_P(RandomStarts, EndNowhereBelowTheSearch) {
  const LawFamily& family = *findLawFamily(GetParam().law);
  const FitData data =
      test::pointsOf("clark_routed/curves_long.csv.gz",
                     {"canonical=1", std::string("router=Dense,") + GetParam().router},
                     GetParam().rule)
          .data();
  const auto fit = fitLaw(family, data, {});
  ASSERT_TRUE(fit.has_value());
  FitProblem problem(family, data.points, {});
  const Bounds bounds = Bounds::of(family);
  std::mt19937_64 engine(1);
  std::uniform_real_distribution<double> unit;
  const int starts = test::kSanitized ? 12 : 60;
  for (int start = 0; start < starts; ++start) {
    Eigen::VectorXd at = fit->coordinates;
    for (Eigen::Index i = 0; i < at.size(); ++i) {
      const double low = std::isfinite(bounds.lower[i]) ? bounds.lower[i] : at[i] - 4;
      const double high = std::isfinite(bounds.upper[i]) ? bounds.upper[i] : at[i] + 4;
      at[i] = low + (high - low) * unit(engine);
    }
    EXPECT_GE(polish(problem, bounds, at).value, fit->objective * (1 - 1e-9));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Clark, RandomStarts,
    testing::Values(Census{"yun_s_base", "yun2024", "S-Base", "0.04..0.3333333"},
                    Census{"yun_rl_r", "yun2024", "RL-R", "0.04..0.3333333"},
                    Census{"yun_hash_last", "yun2024", "Hash", "last"},
                    Census{"joint_s_base", "ludziejewski2025", "S-Base", "0.04..0.3333333"},
                    Census{"joint_hash", "ludziejewski2025", "Hash", "0.04..0.3333333"}),
    [](const auto& row) { return std::string(row.param.name); });

struct Values {
  const char* name;
  const char* law;
  std::vector<std::pair<std::string, double>> fixed;
  std::vector<std::pair<std::string, double>> values;
};

class EarlyParameters : public testing::TestWithParam<Values> {};

// The independent fits print six to eight digits of valleys in which B, F and E_start move freely:
// 1e-4 relative is what their own stopping rule left open.
TEST_P(EarlyParameters, AreThoseOfTheIndependentFit) {
  const FitResult fit = fitted(GetParam().law, test::clarkEarly(), {.fixed = GetParam().fixed});
  EXPECT_EQ(fit.points, 232u);
  EXPECT_EQ(fit.runs, 58u);
  for (const auto& [name, value] : GetParam().values) {
    EXPECT_NEAR(parameter(fit, name).value / value, 1, 1e-4) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Laws, EarlyParameters,
                         testing::Values(Values{"yun",
                                                "yun2024",
                                                {},
                                                {{"A", 63.2415},
                                                 {"alpha", 0.248093},
                                                 {"B", 0.575694},
                                                 {"beta", 0.116853},
                                                 {"C", 7923.68},
                                                 {"gamma", 0.427466},
                                                 {"F", 1.41339},
                                                 {"d", -6.00818e-4},
                                                 {"E_start", 1.71861},
                                                 {"E_max", 164.808}}},
                                         Values{"simple_d",
                                                "ludziejewski2025",
                                                kSimpleD,
                                                {{"a", 65.6848},
                                                 {"alpha", -0.229017},
                                                 {"delta", -0.1081},
                                                 {"b", 7274.25},
                                                 {"beta", -0.42529},
                                                 {"c", 1.68886},
                                                 {"E_start", 2.28948},
                                                 {"E_max", 211.248}}},
                                         Values{"full",
                                                "ludziejewski2025",
                                                {},
                                                {{"a", 38.691695},
                                                 {"alpha", -0.1915263},
                                                 {"delta", 0.080106478},
                                                 {"gamma", -0.012323831},
                                                 {"b", 39761.047},
                                                 {"beta", -0.51298636},
                                                 {"omega", -0.47810475},
                                                 {"zeta", 0.024871922},
                                                 {"c", 1.6891653},
                                                 {"E_start", 2.9004468},
                                                 {"E_max", 1523.8639}}}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace moe
