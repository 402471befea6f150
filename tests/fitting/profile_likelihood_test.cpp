#include "fitting/trust/profile_likelihood.h"

#include <gmock/gmock.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <random>

#include "fitting/trust/distributions.h"
#include "tests/fitting/fit_data.h"

namespace moe {
namespace {

FitData simulated(const std::vector<double>& values, std::string_view family, int count,
                  double noise, bool one_size_of_data = false) {
  Law law;
  law.family = findLawFamily(family);
  law.values = values;
  std::mt19937_64 engine(11);
  std::uniform_real_distribution<double> unit;
  std::normal_distribution<double> normal;
  std::vector<TrainingRun> runs;
  for (int i = 0; i < count; ++i) {
    TrainingRun run;
    run.params = std::pow(10, 7.5 + 2 * unit(engine));
    run.train_tokens = one_size_of_data ? 1e10 : std::pow(10, 9 + 2 * unit(engine));
    if (law.family->dependsOnExperts()) run.experts = std::pow(2, std::floor(6 * unit(engine)));
    run.loss = law.loss(pointOf(run)) * std::exp(noise * normal(engine));
    runs.push_back(run);
  }
  return FitData::of(runs, {});
}

const Profile& of(const std::vector<Profile>& profiles, const std::string& name) {
  for (const Profile& profile : profiles) {
    if (profile.parameter == name) return profile;
  }
  require(false, name.c_str());
  return profiles.front();
}

// Tables of Student's t and Fisher's F.
TEST(Distributions, HaveTheQuantilesOfTheTables) {
  EXPECT_NEAR(studentQuantile(0.975, 1), 12.7062, 5e-5);
  EXPECT_NEAR(studentQuantile(0.975, 7), 2.364624, 5e-7);
  EXPECT_NEAR(studentQuantile(0.025, 7), -2.364624, 5e-7);
  EXPECT_NEAR(studentQuantile(0.975, INFINITY), 1.959964, 5e-7);
  EXPECT_NEAR(normalQuantile(0.9), 1.281552, 5e-7);
  EXPECT_NEAR(fisherTail(3.708265, 3, 10), 0.05, 5e-7);
}

// clark2022-plain is linear in its parameters, so with least squares the profile is that of a
// linear regression: t-hat +- t_(0.975, n - p) s sqrt((X^T X)^-1_jj), worked out here by its
// formulas. 2e-3 of the width: where the search for an end stops.
TEST(Profile, IsTheIntervalOfALinearRegression) {
  const FitData data = simulated({-0.08, -0.11, 0.009, 1.1}, "clark2022-plain", 30, 0.01);
  const FitOptions options{.objective = {.kind = ObjectiveKind::kLeastSquares}, .bounded = false};
  const auto fit = fitLaw(*findLawFamily("clark2022-plain"), data, options);
  ASSERT_TRUE(fit.has_value());
  const auto profiles = profileParameters(data, options, *fit);
  ASSERT_EQ(profiles.size(), 4u);

  const double ln10 = std::log(10.0);
  Eigen::MatrixXd x(30, 4);
  Eigen::VectorXd y(30);
  for (Eigen::Index i = 0; i < 30; ++i) {
    const TrainingRun& run = data.points[static_cast<std::size_t>(i)];
    const double n = std::log(run.params);
    const double e = std::log(run.experts);
    x.row(i) << n, e, n * e / ln10, ln10;
    y[i] = std::log(run.loss);
  }
  const Eigen::MatrixXd inverse = (x.transpose() * x).inverse();
  const Eigen::VectorXd solution = inverse * x.transpose() * y;
  const double variance = (y - x * solution).squaredNorm() / 26;
  for (Eigen::Index j = 0; j < 4; ++j) {
    const double half = studentQuantile(0.975, 26) * std::sqrt(variance * inverse(j, j));
    const Profile& profile = profiles[static_cast<std::size_t>(j)];
    ASSERT_TRUE(profile.low95 && profile.high95) << profile.parameter;
    EXPECT_NEAR(*profile.low95, solution[j] - half, 4e-3 * half) << profile.parameter;
    EXPECT_NEAR(*profile.high95, solution[j] + half, 4e-3 * half) << profile.parameter;
    for (const ProfilePoint& point : profile.curve) {
      const double z = (point.value - solution[j]) / half * studentQuantile(0.975, 26);
      EXPECT_NEAR(point.chi_square, z * z, 1e-6 * (1 + z * z)) << profile.parameter;
    }
  }
}

TEST(Profile, RisesAwayFromTheOptimumAndHoldsTheTruth) {
  const std::vector<double> truth = {1.8, 400, 2000, 0.34, 0.37};
  const FitData data = simulated(truth, "chinchilla", 120, 0.003);
  const auto fit = fitLaw(*findLawFamily("chinchilla"), data, {});
  ASSERT_TRUE(fit.has_value());
  const auto profiles = profileParameters(data, {}, *fit);
  ASSERT_EQ(profiles.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    const Profile& profile = profiles[i];
    ASSERT_TRUE(profile.low95 && profile.high95) << profile.parameter;
    EXPECT_LT(*profile.low95, truth[i]);
    EXPECT_GT(*profile.high95, truth[i]);
    EXPECT_FALSE(profile.found_lower);
    double before = INFINITY;
    bool falling = true;
    for (const ProfilePoint& point : profile.curve) {
      if (point.value == fit->values[i]) falling = false;
      // 1e-6: where the refits of the path stop.
      EXPECT_TRUE(falling ? point.chi_square <= before + 1e-6 : true) << profile.parameter;
      before = point.chi_square;
    }
  }
}

// With one D in all runs, C, gamma and F cannot be told apart: at least one end of each is open.
TEST(Profile, IsOpenWhereTheRunsDoNotTell) {
  const FitData data =
      simulated({63, .58, 7900, 1.4, .25, .12, .43, -6e-4}, "yun2024-plain", 60, 0.003, true);
  const auto fit = fitLaw(*findLawFamily("yun2024-plain"), data, {});
  ASSERT_TRUE(fit.has_value());
  const auto profiles = profileParameters(data, {}, *fit, {.parameters = {"gamma", "alpha", "F"}});
  ASSERT_EQ(profiles.size(), 3u);
  const Profile& gamma = of(profiles, "gamma");
  EXPECT_FALSE(gamma.low95.has_value() && gamma.high95.has_value());
  const Profile& floor = of(profiles, "F");
  EXPECT_FALSE(floor.low95.has_value() && floor.high95.has_value());
}

// With one D the floor, B and beta are free together; an interval that a resampling around the
// optimum gave them is taken back.
TEST(Profile, TakesTheIntervalOfAParameterThatItLeavesOpen) {
  const FitData data = simulated({1.8, 480, 2000, 0.35, 0.37}, "chinchilla", 12, 0.01, true);
  auto fit = fitLaw(*findLawFamily("chinchilla"), data, {});
  ASSERT_TRUE(fit.has_value());
  FitResult told = *fit;
  for (ParameterFit& one : told.parameters) {
    one.identified = true;
    one.ci95 = one.wald95 = Range{0.9 * one.value, 1.1 * one.value};
  }
  const std::vector<Profile> profiles = profileParameters(data, {}, *fit);
  markOpenProfiles(profiles, told);
  for (const char* name : {"floor", "B", "beta"}) {
    const ParameterFit& open = test::parameter(told, name);
    EXPECT_FALSE(open.identified) << name;
    EXPECT_FALSE(open.ci95.has_value()) << name;
    EXPECT_THAT(open.reason, testing::StartsWith("its profile has no ")) << name;
  }
  const Profile& size = of(profiles, "alpha");
  EXPECT_EQ(test::parameter(told, "alpha").identified, size.low95 && size.high95);
}

TEST(Profile, IsTheSameForAnyNumberOfThreads) {
  const FitData data = simulated({1.8, 400, 2000, 0.34, 0.37}, "chinchilla", 40, 0.01);
  const auto fit = fitLaw(*findLawFamily("chinchilla"), data, {});
  const auto one = profileParameters(data, {.threads = 1}, *fit);
  const auto three = profileParameters(data, {.threads = 3}, *fit);
  ASSERT_EQ(one.size(), three.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].low95, three[i].low95);
    EXPECT_EQ(one[i].high95, three[i].high95);
  }
}

TEST(Profile, OfSidesThatWereWalkedApartIsTheWhole) {
  const FitData data = simulated({1.8, 400, 2000, 0.34, 0.37}, "chinchilla", 40, 0.01);
  const auto fit = fitLaw(*findLawFamily("chinchilla"), data, {});
  const std::vector<Profile> whole = profileParameters(data, {}, *fit);
  ASSERT_EQ(profileSideCount(*fit), 10u);
  std::vector<ProfileSide> sides;
  const IndexRange ranges[] = {{0, 3}, {3, 4}, {4, 4}, {4, 10}};
  for (const IndexRange range : ranges)
    for (ProfileSide& side : profileSides(data, {.threads = 1}, *fit, {}, range))
      sides.push_back(std::move(side));
  const std::vector<Profile> pieces = joinedProfiles(data, *fit, {}, sides);
  ASSERT_EQ(pieces.size(), whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(pieces[i].low95, whole[i].low95);
    EXPECT_EQ(pieces[i].high95, whole[i].high95);
    ASSERT_EQ(pieces[i].curve.size(), whole[i].curve.size());
    for (std::size_t k = 0; k < whole[i].curve.size(); ++k)
      EXPECT_EQ(pieces[i].curve[k].chi_square, whole[i].curve[k].chi_square);
  }
}

TEST(Profile, LeavesOutWhatIsHeld) {
  const FitData data = simulated({1.8, 400, 2000, 0.34, 0.37}, "chinchilla", 40, 0.01);
  const FitOptions options{.fixed = {{"alpha", 0.34}}};
  const auto fit = fitLaw(*findLawFamily("chinchilla"), data, options);
  for (const Profile& profile : profileParameters(data, options, *fit)) {
    EXPECT_NE(profile.parameter, "alpha");
  }
}

// Least objectives with beta held, by Nelder-Mead of scipy 1.10.1 from 27 starts.
TEST(FitLaw, WithBetaHeldMeetsScipyOnTheGemstones) {
  const FitData data = test::gemstones().data();
  for (const auto& [beta, least] : {std::pair{0.45, 0.0019790465115}, {0.70, 0.0019762727231}}) {
    const auto fit = fitLaw(*findLawFamily("chinchilla"), data, {.fixed = {{"beta", beta}}});
    ASSERT_TRUE(fit.has_value());
    EXPECT_NEAR(fit->objective, least, 2e-12);
  }
}

// A path of refits can fall into another basin (here: a dead data term, eight times the objective);
// then the profile would look far too narrow. 1e-5: where the descents of a path stop.
TEST(Profile, LiesNowhereAboveAGlobalFitWithTheParameterHeld) {
  const FitData data = test::gemstones().data();
  const LawFamily& family = *findLawFamily("chinchilla");
  const auto fit = fitLaw(family, data, {});
  ASSERT_TRUE(fit.has_value());
  for (const Profile& profile : profileParameters(data, {}, *fit)) {
    for (const ProfilePoint& point : profile.curve) {
      const auto held = fitLaw(family, data, {.fixed = {{profile.parameter, point.value}}});
      ASSERT_TRUE(held.has_value());
      EXPECT_LE(point.objective, held->objective * (1 + 1e-5)) << profile.parameter << point.value;
    }
    // The interval ends where the curve crosses the critical rise; 4 %: twice 0.2 % of its root and
    // what the last straight step leaves.
    for (const double end : {profile.low95.value_or(0), profile.high95.value_or(0)}) {
      const auto at = std::find_if(
          profile.curve.begin(), profile.curve.end(),
          [&](const ProfilePoint& point) { return std::abs(point.value / end - 1) < 1e-12; });
      ASSERT_NE(at, profile.curve.end()) << profile.parameter;
      EXPECT_NEAR(at->chi_square / profile.critical, 1, 0.04) << profile.parameter;
    }
  }
}

}  // namespace
}  // namespace moe
