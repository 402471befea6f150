#include "fitting/trust/allocation.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace moe {
namespace {

// Closed form of the Chinchilla law [Hoffmann2022, eq. 4]: N* = G (C/6)^a, a = beta/(alpha + beta),
// G = (alpha A / (beta B))^(1/(alpha + beta)). 1e-6: the step of the slope.
TEST(Allocation, IsTheClosedFormOfTheChinchillaLaw) {
  const Law law = *presetLaw("besiroglu2024");
  const double A = 482.01, B = 2085.43, alpha = 0.3478, beta = 0.3658;
  const std::array budgets{Flop(1e20), Flop(1e22)};
  const auto split = allocate(law, budgets, {});
  ASSERT_TRUE(split.has_value());
  EXPECT_NEAR(split->params_exponent, beta / (alpha + beta), 1e-6);
  for (std::size_t i = 0; i < 2; ++i) {
    const double scale = std::pow(alpha * A / (beta * B), 1 / (alpha + beta));
    const double params = scale * std::pow(budgets[i].value() / 6, beta / (alpha + beta));
    EXPECT_NEAR(split->rows[i].optimum.params / params, 1, 1e-6);
  }
  EXPECT_FALSE(split->params_exponent95.has_value());  // a preset has no draws
}

// Draws that differ in beta alone: percentiles of 101 even values are known.
TEST(Allocation, GivesPercentilesOverTheDraws) {
  Law law = *presetLaw("besiroglu2024");
  const int beta = law.family->parameterIndex("beta");
  for (int i = 0; i <= 100; ++i) {
    law.posterior.push_back(law.values);
    law.posterior.back()[static_cast<std::size_t>(beta)] = 0.30 + 0.001 * i;
  }
  const std::array budgets{Flop(1e21)};
  const auto split = allocate(law, budgets, {});
  ASSERT_TRUE(split.has_value());
  ASSERT_TRUE(split->params_exponent95.has_value());
  const auto exponent = [](double b) { return b / (0.3478 + b); };
  EXPECT_NEAR(split->params_exponent95->low, exponent(0.3025), 1e-5);
  EXPECT_NEAR(split->params_exponent95->high, exponent(0.3975), 1e-5);
  EXPECT_LT(split->rows[0].ci95.params->low, split->rows[0].optimum.params);
  EXPECT_EQ(split->rows[0].ci95.draws_share, 1);
}

TEST(Allocation, IsRefusedWithoutAnOptimum) {
  const std::array budgets{Flop(1e21)};
  EXPECT_FALSE(allocate(*presetLaw("clark2022-hash"), budgets, {.experts = 8}).has_value());
}

}  // namespace
}  // namespace moe
