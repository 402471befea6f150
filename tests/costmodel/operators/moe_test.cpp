#include "costmodel/operators/moe.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "tests/costmodel/operators/measured_kernels.h"

namespace moe {
namespace {

using test::library;

constexpr MoeShape kDeepSeekEp32{7168, 2048, 256, 8, 1, 32};
constexpr MoeShape kMixtral{4096, 14336, 8, 2, 1, 1};

ExpertsCurve layer(const char* accelerator, const MoeShape& shape, NumberFormat format,
                   std::string_view engine, double skew) {
  return library(accelerator).moe({shape, format, engine, skew});
}

// 4 experts, 1 a token, 2 tokens: 4 (1 - (3/4)^2) = 1.75 are touched. Width 8 x 16, two bytes.
TEST(MoeIdeal, CountsTouchedExpertsAndTokens) {
  const Peaks peaks{1, 1, 1, 1, 1};
  const MoeShape shape{8, 16, 4, 1, 1, 1};
  const IdealTime whole = moeIdeal(shape, NumberFormat::kBf16, 2, evenLoad(shape, 2), peaks);
  EXPECT_DOUBLE_EQ(whole.memory_s, 3 * 8 * 16 * 1.75 * 2);
  EXPECT_DOUBLE_EQ(whole.compute_s, 6 * 8 * 16 * 2);
  // Two devices share an expert, two groups hold different ones: a quarter each.
  MoeShape split = shape;
  split.tensor_parallel = split.expert_parallel = 2;
  const IdealTime part = moeIdeal(split, NumberFormat::kBf16, 2, evenLoad(shape, 2), peaks);
  EXPECT_DOUBLE_EQ(part.memory_s, whole.memory_s / 4);
  EXPECT_DOUBLE_EQ(part.compute_s, whole.compute_s / 4);
  // The busiest device computes 1.5 times the mean; it reads what is touched.
  const IdealTime uneven = moeIdeal(shape, NumberFormat::kBf16, 2, {1, 1.5}, peaks);
  EXPECT_DOUBLE_EQ(uneven.memory_s, 3 * 8 * 16 * 1 * 2);
  EXPECT_DOUBLE_EQ(uneven.compute_s, 1.5 * whole.compute_s);
}

// aiconfigurator@095f58a, moe/trtllm/1.3.0rc20 and moe/vllm/0.24.0 (A100: 0.14.0) of each system.
TEST(MoeLayer, TakesThePublishedTimeOfAMeasuredShapeOfItsEngine) {
  const auto expectTime = [](const ExpertsCurve& experts, double tokens, double microseconds) {
    test::expectFourDigits(experts.time(tokens).seconds, microseconds);
    EXPECT_EQ(experts.basis, Basis::kInterpolated);
  };
  expectTime(layer("H100", kDeepSeekEp32, NumberFormat::kFp8Block, "trtllm", 0), 128, 148.283);
  expectTime(layer("H100", {5120, 8192, 16, 1, 8, 1}, NumberFormat::kBf16, "trtllm", 0), 8192,
             520.864);
  expectTime(layer("H100", {3072, 1024, 256, 8, 1, 1}, NumberFormat::kBf16, "vllm", 0), 2048,
             1924.35);
  expectTime(layer("H100", {4096, 14336, 8, 2, 32, 1}, NumberFormat::kBf16, "vllm", 1.2), 16384,
             1078.04);
  expectTime(layer("H200", {6144, 2048, 256, 8, 1, 2}, NumberFormat::kFp8, "trtllm", 1.2), 1024,
             1447.67);
  expectTime(layer("A100-80GB", {7168, 2048, 256, 8, 4, 1}, NumberFormat::kBf16, "vllm", 1.2), 256,
             3207.78);
}

// DeepSeek-V3 over 32 devices in fp8 blocks on H100: 0.80 ms even, 3.27 ms under a power law at
// 16384 tokens, as published; at 128 tokens both take 0.15 ms. Half a unit of the last digit.
TEST(MoeLayer, PricesSkewOnDeepSeeksShape) {
  const ExpertsCurve even = layer("H100", kDeepSeekEp32, NumberFormat::kFp8Block, "trtllm", 0);
  const ExpertsCurve skewed = layer("H100", kDeepSeekEp32, NumberFormat::kFp8Block, "trtllm", 1.2);
  EXPECT_NEAR(1e3 * even.time(16384).seconds, 0.80, 0.005);
  EXPECT_NEAR(1e3 * skewed.time(16384).seconds, 3.27, 0.005);
  EXPECT_NEAR(1e3 * even.time(128).seconds, 0.15, 0.005);
  EXPECT_NEAR(1e3 * skewed.time(128).seconds, 0.15, 0.005);
}

// Mixtral in bf16 on one H100: 0.26 ms at 1 token (2 experts), 0.97 ms from 4 to 64 (all of them),
// 14.3 ms at 16384.
TEST(MoeLayer, TakesMixtralsPublishedTimes) {
  const ExpertsCurve experts = layer("H100", kMixtral, NumberFormat::kBf16, "trtllm", 0);
  EXPECT_NEAR(1e3 * experts.time(1).seconds, 0.26, 0.005);
  for (const double tokens : {4.0, 16.0, 64.0})
    EXPECT_NEAR(1e3 * experts.time(tokens).seconds, 0.97, 0.01) << tokens;
  EXPECT_NEAR(1e3 * experts.time(16384).seconds, 14.3, 0.05);
}

// From 1024 tokens on the busiest of 32 devices decides.
TEST(MoeLayer, IsNeverFasterUnderAPowerLawAtManyTokens) {
  for (const char* accelerator : {"H100", "H200", "B200"}) {
    const ExpertsCurve even =
        layer(accelerator, kDeepSeekEp32, NumberFormat::kFp8Block, "trtllm", 0);
    const ExpertsCurve skewed =
        layer(accelerator, kDeepSeekEp32, NumberFormat::kFp8Block, "trtllm", 1.2);
    for (double tokens = 1024; tokens <= 65536; tokens *= 1.5)
      EXPECT_GE(skewed.time(tokens).seconds, even.time(tokens).seconds) << accelerator << tokens;
  }
}

// Halfway between even and 1.2, ln u is the mean of both: the time is their geometric mean.
TEST(MoeLayer, LiesBetweenEvenAndPowerLawForASkewBetween) {
  const auto time = [](double skew) {
    return layer("H100", kDeepSeekEp32, NumberFormat::kFp8Block, "trtllm", skew).time(8192).seconds;
  };
  EXPECT_NEAR(time(0.6) / std::sqrt(time(0) * time(1.2)), 1, 1e-9);
  EXPECT_GT(time(0.9), time(0.6));
}

TEST(MoeLayer, OfAShapeThatWasNotMeasuredIsTransferred) {
  const ExpertsCurve experts =
      layer("H100", {5000, 1700, 96, 6, 2, 1}, NumberFormat::kBf16, "trtllm", 1.2);
  EXPECT_EQ(experts.basis, Basis::kTransferred);
  EXPECT_GT(experts.time(64).seconds, 0);
}

// A load of its own: at many tokens experts compute, so twice the imbalance takes twice the time,
// up to the 1 % that the bytes of 256 touched experts may bind.
TEST(MoeLayer, TakesAnotherLoadThanTheTables) {
  const ExpertsCurve experts = layer("H100", kMixtral, NumberFormat::kBf16, "trtllm", 0);
  const double even = experts.time(16384).seconds;
  EXPECT_NEAR(experts.time(16384, {8, 1}).seconds, even, 1e-9 * even);
  EXPECT_NEAR(experts.time(16384, {8, 2}).seconds, 2 * even, 1e-9 * even);
  // Few tokens are bound by the experts that are read: 4 instead of 8 take half the time.
  EXPECT_NEAR(experts.time(16, {4, 1}).seconds / experts.time(16, {8, 1}).seconds, 0.5, 1e-9);
}

// Measured times fall by less than 1 % from one batch to a larger one. Between 1 and 4 tokens,
// where nothing was measured, the curve dips by 8 %.
RC_GTEST_PROP(MoeLayerProperty, MoreTokensTakeLonger, ()) {
  const ExpertsCurve experts =
      layer("H100", kDeepSeekEp32, NumberFormat::kFp8Block, "trtllm", *rc::gen::element(0.0, 1.2));
  const double tokens = std::exp2(*rc::gen::inRange(0, 1500) / 100.0);
  const double more = tokens * std::exp2(*rc::gen::inRange(1, 400) / 100.0);
  RC_ASSERT(experts.time(more).seconds >= 0.9 * experts.time(tokens).seconds);
}

}  // namespace
}  // namespace moe
