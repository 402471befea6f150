#include "costmodel/serving.h"

#include <gtest/gtest.h>

#include <cmath>

#include "costmodel/precision.h"
#include "costmodel/presets.h"
#include "costmodel/shape_rule.h"

namespace moe {
namespace {

// Expected numbers come from an independent double-precision program (numpy) that was written from
// the formulas; it prints USD to 8 decimals and seconds to 7 or 10 digits.

struct Detail {
  const char* preset;
  double dense_params, experts;
  int devices;
  double concurrency, dense, experts_time, attention, fixed, allreduce, decode, prefill, usd;
};

constexpr Detail kDetails[] = {
    {"probe-v2", 1e9, 1, 1, 256.000000, 1.562882e-03, 7.814408e-04, 1.358199e-02, 2.400000e-03, 0,
     1.832631591e-02, 3.055035294e-03, 0.02992832},
    {"probe-v2", 1e9, 8, 1, 256.000000, 1.562882e-03, 4.287245e-03, 1.358199e-02, 2.400000e-03, 0,
     2.183212058e-02, 5.896286713e-03, 0.03881255},
    {"probe-v2", 7e9, 4, 2, 182.183922, 3.892819e-03, 7.502680e-03, 1.768489e-02, 4.591035e-03,
     1.703314e-03, 3.537473494e-02, 9.449378160e-03, 0.17632702},
    {"probe-v2", 7e9, 16, 4, 248.432621, 2.654195e-03, 1.500536e-02, 1.205788e-02, 4.591035e-03,
     2.284122e-03, 3.659258873e-02, 1.718443526e-02, 0.31026683},
    {"probe-v0", 1e9, 8, 1, 444.444444, 2.713336e-03, 4.287245e-03, 2.357985e-02, 2.400000e-03, 0,
     3.298043144e-02, 8.013728321e-03, 0.03305154},
    {"probe-v0", 7e9, 4, 8, 1076.541358, 5.750755e-03, 5.750755e-03, 2.612540e-02, 4.591035e-03, 0,
     4.221794701e-02, 1.010727501e-02, 0.13933415},
};

ServingCost breakdownOf(const Detail& detail) {
  const auto preset = costPreset(detail.preset).value();
  const ForwardShape shape = ShapeRule{}.shape(detail.dense_params, detail.experts);
  return servingBreakdown(detail.devices, shape, preset.accelerator, *preset.accelerator.price,
                          preset.workload, preset.settings)
      .value();
}

// Half a unit of the last of seven printed digits.
void expectSevenDigits(double actual, double printed) {
  EXPECT_NEAR(actual, printed, 5.01e-7 * std::abs(printed));
}

TEST(ServingBreakdown, MatchesTheIndependentTablePartByPart) {
  for (const Detail& detail : kDetails) {
    const ServingCost cost = breakdownOf(detail);
    SCOPED_TRACE(detail.preset);
    ASSERT_EQ(cost.parts.size(), 6u);
    expectSevenDigits(cost.parts[0].time.value(), detail.dense);
    expectSevenDigits(cost.parts[1].time.value(), detail.experts_time);
    expectSevenDigits(cost.parts[2].time.value(), detail.attention);
    expectSevenDigits(cost.parts[3].time.value(), detail.fixed);
    expectSevenDigits(cost.parts[4].time.value(), detail.allreduce);
    EXPECT_NEAR(cost.concurrency, detail.concurrency, 5.1e-7);  // six decimals printed
    EXPECT_NEAR(cost.decode_step.value(), detail.decode, 1e-9 * detail.decode);  // ten digits
    EXPECT_NEAR(cost.prefill_per_step.value(), detail.prefill, 1e-9 * detail.prefill);
    EXPECT_NEAR(cost.usd_per_million_output_tokens_all_in, detail.usd, 1e-6 * detail.usd);
  }
}

TEST(ServingBreakdown, PartsAddUpToTheStep) {
  const ServingCost cost = breakdownOf(kDetails[3]);
  Seconds sum;
  for (const StepPart& part : cost.parts) sum += part.time;
  const Seconds step = cost.decode_step + cost.prefill_per_step;
  EXPECT_DOUBLE_EQ(sum.value(), step.value());
}

TEST(ServingBreakdown, AgreesWithServingOn) {
  const auto preset = costPreset("probe-v2").value();
  const ForwardShape shape = ShapeRule{}.shape(7e9, 16);
  const auto plain = servingOn(4, shape, preset.accelerator, *preset.accelerator.price,
                               preset.workload, preset.settings);
  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->parts.empty());
  EXPECT_EQ(plain->usd_per_million_tokens, breakdownOf(kDetails[3]).usd_per_million_tokens);
}

std::optional<ServingCost> cheapest(double dense_params, double experts) {
  const auto preset = costPreset("probe-v2").value();
  return cheapestServing(ShapeRule{}.shape(dense_params, experts), preset.accelerator,
                         *preset.accelerator.price, preset.max_devices, preset.workload,
                         preset.settings);
}

TEST(CheapestServing, MatchesTheIndependentTableOfSizesAndExperts) {
  struct Cell {
    double dense_params, experts, usd;
    int devices;
  };
  const Cell cells[] = {
      {1e9, 1, 0.02992832, 1},     {1e9, 4, 0.03353946, 1},    {1e9, 8, 0.03881255, 1},
      {1e9, 16, 0.04935873, 1},    {1e9, 32, 0.07776200, 1},   {3e9, 1, 0.06390533, 1},
      {3e9, 4, 0.08036581, 1},     {3e9, 8, 0.10433310, 2},    {3e9, 16, 0.13597166, 2},
      {3e9, 32, 0.21172444, 3},    {7e9, 1, 0.13708985, 2},    {7e9, 4, 0.17632702, 2},
      {7e9, 8, 0.21609520, 3},     {7e9, 16, 0.31026683, 4},   {7e9, 32, 0.50600778, 6},
      {1.4e10, 1, 0.25088206, 3},  {1.4e10, 4, 0.32696905, 4}, {1.4e10, 8, 0.43201951, 5},
      {1.4e10, 16, 0.63055970, 8},
  };
  for (const Cell& cell : cells) {
    const auto cost = cheapest(cell.dense_params, cell.experts);
    ASSERT_TRUE(cost) << cell.dense_params << " " << cell.experts;
    EXPECT_EQ(cost->devices, cell.devices) << cell.dense_params << " " << cell.experts;
    EXPECT_NEAR(cost->usd_per_million_output_tokens_all_in, cell.usd, 1e-6 * cell.usd);
  }
}

TEST(CheapestServing, IsNoneWhenTheModelFitsOnNoDeviceCount) { EXPECT_FALSE(cheapest(1.4e10, 32)); }

TEST(CheapestServing, HoldsExactlyOneRequestAtTheLargestSize) {
  const struct {
    double experts, size;
  } walls[] = {{1, 1.430972e+11}, {2, 1.074406e+11},  {4, 7.171519e+10},
               {8, 4.307834e+10}, {16, 2.395430e+10}, {32, 1.269004e+10}};
  for (const auto& wall : walls) {
    EXPECT_TRUE(cheapest(wall.size * (1 - 1e-6), wall.experts)) << wall.experts;
    EXPECT_FALSE(cheapest(wall.size * (1 + 1e-6), wall.experts)) << wall.experts;
  }
}

// With the Ludziejewski shape the independent program printed N to six digits, hence the tolerance.
TEST(CheapestServing, MatchesTheIndependentTableForTheLudziejewskiShape) {
  const auto preset = costPreset("probe-v2").value();
  const ShapeRule rule = shapeRulePreset("ludziejewski").value();
  const struct {
    double size, experts, usd;
    int devices;
  } rows[] = {
      {6.86755e9, 4, 0.202987, 3}, {3.09673e9, 16, 0.216873, 3}, {2.27290e9, 8, 0.107114, 2}};
  for (const auto& row : rows) {
    const auto cost =
        cheapestServing(rule.shape(row.size, row.experts), preset.accelerator,
                        *preset.accelerator.price, 8, preset.workload, preset.settings);
    ASSERT_TRUE(cost);
    EXPECT_EQ(cost->devices, row.devices);
    EXPECT_NEAR(cost->usd_per_million_output_tokens_all_in, row.usd, 1e-5 * row.usd);
  }
}

TEST(ServingOn, PricesOfInputAndOutputAddUpToTheWholeCost) {
  const auto preset = costPreset("probe-v2").value();
  const ServingCost cost = breakdownOf(kDetails[2]);
  const auto [prompt, output] = preset.workload;
  const double split =
      (prompt * cost.usd_per_million_input_tokens + output * cost.usd_per_million_output_tokens) /
      (prompt + output);
  EXPECT_NEAR(split, cost.usd_per_million_tokens, 1e-12 * split);
  EXPECT_NEAR(cost.usd_per_million_output_tokens_all_in * output,
              cost.usd_per_million_tokens * (prompt + output), 1e-9);
}

TEST(ServingOn, ADenseModelTouchesItsOneExpert) {
  EXPECT_EQ(expertsTouched(1, 1, 256), 1);
  EXPECT_EQ(expertsTouched(2, 2, 0.5), 2);
}

// E (1 - (1 - K/E)^t) for one token is K, for two of 8 choosing 2: 8 (1 - (3/4)^2) = 3.5.
TEST(ServingOn, TouchesTheExpectedNumberOfExperts) {
  EXPECT_DOUBLE_EQ(expertsTouched(8, 2, 1), 2);
  EXPECT_DOUBLE_EQ(expertsTouched(8, 2, 2), 3.5);
}

// Attention alone: 1e9 FLOP per context token, 1000 tokens that see 500 others each on the mean, at
// 0.7 of 312e12 FLOP/s.
TEST(PromptPass, AttendsToHalfOfThePromptOnTheMean) {
  const auto preset = costPreset("probe-v2").value();
  ForwardShape shape;
  shape.attention_flop_per_context_token = 1e9;
  const auto time = [&] {
    return promptPass(1, shape, preset.accelerator, {1000, 1}, preset.settings).value();
  };
  EXPECT_DOUBLE_EQ(time(), 1e9 * 500 * 1000 / (0.7 * 312e12));
  shape.prefill_attention_flop_per_context_token = 5e8;
  EXPECT_DOUBLE_EQ(time(), 5e8 * 500 * 1000 / (0.7 * 312e12));
}

TEST(ServingBreakdown, SaysWhatItsTimesRestOn) {
  auto preset = costPreset("probe-v2").value();
  const ForwardShape shape = ShapeRule{}.shape(1e9, 8);
  const auto basis_of = [&](std::size_t part) {
    return servingBreakdown(1, shape, preset.accelerator, *preset.accelerator.price,
                            preset.workload, preset.settings)
        ->parts[part]
        .basis;
  };
  EXPECT_EQ(basis_of(0), Basis::kRoofline);
  EXPECT_EQ(basis_of(3), Basis::kRoofline);
  preset.accelerator.efficiency_basis = Basis::kMeasured;
  EXPECT_EQ(basis_of(0), Basis::kTransferred);
}

TEST(WeightPrecision, TakesPeakAndShareOfThePrecision) {
  Accelerator accelerator = costPreset("probe-v2")->accelerator;
  ServingSettings settings;
  const auto refused = setWeightPrecision(settings, Precision::kFp8, accelerator);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInput);
  accelerator.peak_fp8 = FlopPerSecond(600e12);
  accelerator.compute_efficiency_fp8 = 0.5;
  ASSERT_TRUE(setWeightPrecision(settings, Precision::kFp8, accelerator));
  EXPECT_EQ(settings.weight_bytes, 1);
  EXPECT_EQ(settings.peak->value(), 600e12);
  EXPECT_EQ(*settings.compute_efficiency, 0.5);
  ASSERT_TRUE(setWeightPrecision(settings, Precision::kBf16, accelerator));
  EXPECT_FALSE(settings.peak);
}

// 1e15 FLOP of weights, bound by compute: 600e12 * 0.5 FLOP/s.
TEST(WeightPrecision, SetsTheSpeedOfAPass) {
  Accelerator accelerator = costPreset("probe-v2")->accelerator;
  accelerator.peak_fp8 = FlopPerSecond(600e12);
  accelerator.compute_efficiency_fp8 = 0.5;
  ServingSettings settings;
  ASSERT_TRUE(setWeightPrecision(settings, Precision::kFp8, accelerator));
  ForwardShape shape;
  shape.dense_params = 1e9;
  const Seconds time = promptPass(1, shape, accelerator, {500'000, 1}, settings);
  EXPECT_DOUBLE_EQ(time.value(), 1e15 / 300e12);
}

TEST(KvSpace, TakesTheShareOfTheWholeOrOfWhatIsFree) {
  const auto preset = costPreset("probe-v2").value();
  ForwardShape shape;
  shape.dense_params = 10e9;  // 20e9 bytes of 40e9
  ServingSettings settings;
  EXPECT_DOUBLE_EQ(kvSpace(1, shape, preset.accelerator, settings).value(), 16e9);
  settings.memory_rule = MemoryRule::kShareOfFree;
  EXPECT_DOUBLE_EQ(kvSpace(1, shape, preset.accelerator, settings).value(), 18e9);
}

TEST(CostPreset, ListsTheKnownOnesWhenItDoesNotKnowTheName) {
  const auto preset = costPreset("probe-v9");
  ASSERT_FALSE(preset);
  EXPECT_EQ(preset.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(describe(preset.error()),
            "--cost-preset: there is no cost preset 'probe-v9'; known are yun2024, probe-v0, "
            "probe-v1, probe-v2, probe-v3");
}

// Of a prompt only the last token goes through the output head: a compute-bound prompt of 1000
// tokens takes 2 ((1e9 - 2e8) 1000 + 2e8) FLOP at 0.7 of 312e12 FLOP/s, and nothing else here.
TEST(PromptPass, ChargesTheHeadOnceForAPrompt) {
  CostPreset preset = *costPreset("probe-v2");
  preset.accelerator.fixed_per_layer = Seconds(0);
  ForwardShape shape;
  shape.layers = 10;
  shape.hidden = 1000;
  shape.dense_params = 1e9;
  shape.head_params = 2e8;
  const Seconds time = promptPass(1, shape, preset.accelerator, {1000, 10}, preset.settings);
  EXPECT_NEAR(time.value(), 2 * (8e8 * 1000 + 2e8) / (0.7 * 312e12), 1e-15);
}

}  // namespace
}  // namespace moe
