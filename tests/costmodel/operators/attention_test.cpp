#include "costmodel/operators/attention.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/costmodel/operators/measured_kernels.h"

namespace moe {
namespace {

using test::kRoundPeaks;
using test::library;
using test::tableOf;

constexpr Peaks kOnes{1, 1, 1, 1, 1};

// 8 heads of width 128 over 2 KV heads, 3 sequences of 100 tokens, 2 bytes an element.
TEST(AttentionIdeal, CountsCacheAndPairsOfGroupedHeads) {
  const AttentionHeads shape{8, 2, 128, false};
  const IdealTime decode = attentionIdeal(shape, false, 2, 3, 100, kOnes);
  EXPECT_DOUBLE_EQ(decode.memory_s, 2 * (2 * 2 * 128) * 300);
  EXPECT_DOUBLE_EQ(decode.compute_s, 4 * 8 * 128 * 300);
  // A causal prompt: half of 100 x 100 pairs for each of the three.
  const IdealTime prefill = attentionIdeal(shape, true, 2, 3, 100, kOnes);
  EXPECT_DOUBLE_EQ(prefill.compute_s, 4.0 * 8 * 128 * 3 * 5000);
  EXPECT_DOUBLE_EQ(prefill.memory_s, decode.memory_s);
}

// DeepSeek-V2 and V3: latent 512 and rotary 64 are cached once for all heads. Decode works on them,
// prefill on keys of 128 + 64 and values of 128.
TEST(AttentionIdeal, CountsTheLatentOfMlaOnce) {
  const AttentionHeads shape{16, 1, 512, true};
  const IdealTime decode = attentionIdeal(shape, false, 1, 2, 1000, kOnes);
  EXPECT_DOUBLE_EQ(decode.memory_s, 576 * 2000);
  EXPECT_DOUBLE_EQ(decode.compute_s, 2.0 * 16 * (512 + 64 + 512) * 2000);
  const IdealTime prefill = attentionIdeal(shape, true, 2, 2, 1000, kOnes);
  EXPECT_DOUBLE_EQ(prefill.compute_s, 2.0 * 16 * (128 + 64 + 128) * 2 * 500'000);
}

struct Published {
  const char* accelerator;
  AttentionHeads shape;
  bool prefill;
  double kv_bytes, batch, tokens, microseconds;
};

// aiconfigurator@095f58a, attention/trtllm and mla/trtllm of each system: context_attention,
// generation_attention (context = step + 1), context_mla, generation_mla.
constexpr Published kPublished[] = {
    {"H100", {64, 64, 256, false}, false, 1, 1024, 16, 938.213},
    {"H100", {32, 8, 256, false}, false, 2, 32, 16384, 1591.01},
    {"H100", {64, 8, 128, false}, true, 2, 64, 1024, 4409.66},
    {"H100", {32, 1, 512, true}, false, 2, 1, 131072, 75.7493},
    {"H100", {4, 1, 512, true}, true, 2, 4, 3072, 144.677},
    {"A100-80GB", {32, 4, 128, false}, false, 2, 256, 128, 80.0427},
    {"B200", {64, 2, 128, false}, true, 2, 16, 64, 53.7867},
    {"B200", {16, 1, 512, true}, false, 1, 16, 2048, 12.9653},
    {"L40S", {4, 2, 128, false}, true, 2, 2, 1024, 51.3707},
};

TEST(Attention, TakesThePublishedTimeOfAMeasuredShape) {
  for (const Published& known : kPublished) {
    SCOPED_TRACE(std::string(known.accelerator) + " " + std::to_string(known.microseconds));
    const AttentionCurve attention =
        library(known.accelerator).attention(known.shape, known.prefill, known.kv_bytes);
    test::expectFourDigits(attention.time(known.batch, known.tokens).seconds, known.microseconds);
    EXPECT_EQ(attention.basis, Basis::kInterpolated);
  }
}

TEST(Attention, OfAShapeThatWasNotMeasuredIsTransferred) {
  for (const bool prefill : {false, true}) {
    const AttentionCurve attention = library("H100").attention({24, 3, 128, false}, prefill, 2);
    EXPECT_EQ(attention.basis, Basis::kTransferred);
    EXPECT_GT(attention.time(8, 1000).seconds, 0);
  }
}

/// Decode, bound by memory at 1e12 bytes a second. 8 heads over 8 KV heads of width 64, fp8 cache.
AttentionTable oneShape() {
  return {tableOf(KernelOperation::kDecodeAttention,
                  "100,1000\n"
                  "fp8,64,8,8,1,2,3\n"
                  "fp8,64,8,8,2,2.5,5\n"
                  "fp8,64,8,8,4,4,9\n"),
          false, false, kRoundPeaks};
}

// Half the heads at twice the batch fill the device alike: u of (4 heads, batch 4) is that of
// (8 heads, batch 2), which took 2.5 us; with the same bytes it takes the same time.
TEST(Attention, TransfersUtilisationAtEqualParallelism) {
  const auto half = oneShape().bind({4, 4, 64, false}, 1, kRoundPeaks);
  ASSERT_TRUE(half);
  EXPECT_EQ(half->basis, Basis::kTransferred);
  EXPECT_NEAR(half->time(4, 100).seconds, 2.5e-6, 1e-15);
  EXPECT_NEAR(half->time(2, 1000).seconds, 3e-6, 1e-15);
  // Twice the heads and half the batch; batch 4 of 16 heads would be 8 of 8: that of the edge, 4,
  // whose 4 us were for half the bytes.
  const auto twice = oneShape().bind({16, 16, 64, false}, 1, kRoundPeaks);
  EXPECT_NEAR(twice->time(1, 100).seconds, 2.5e-6, 1e-15);
  EXPECT_NEAR(twice->time(4, 100).seconds, 8e-6, 1e-15);
}

// 4 heads lie halfway in powers of two between 2 and 8: the mean of ln u at equal parallelism,
// batch 1 of 8 heads (2 us) and batch 4 of 2 heads (3 us), which hold the same bytes.
TEST(Attention, WeighsTheTwoNearestShapesByDistance) {
  const AttentionTable table(tableOf(KernelOperation::kDecodeAttention,
                                     "100\n"
                                     "fp8,64,8,8,1,2\nfp8,64,8,8,4,2\n"
                                     "fp8,64,2,2,1,3\nfp8,64,2,2,4,3\n"),
                             false, false, kRoundPeaks);
  const auto between = table.bind({4, 4, 64, false}, 1, kRoundPeaks);
  ASSERT_TRUE(between);
  EXPECT_NEAR(between->time(2, 100).seconds, std::sqrt(2e-6 * 3e-6), 1e-15);
}

// Above the table utilisation stays, so bytes decide; below it, the time of the smallest.
TEST(Attention, GrowsWithTheCacheBeyondTheTable) {
  const auto attention = oneShape().bind({8, 8, 64, false}, 1, kRoundPeaks);
  ASSERT_TRUE(attention);
  EXPECT_EQ(attention->basis, Basis::kInterpolated);
  EXPECT_NEAR(attention->time(4, 3000).seconds, 3 * 9e-6, 1e-14);
  EXPECT_NEAR(attention->time(8, 1000).seconds, 2 * 9e-6, 1e-14);
  EXPECT_NEAR(attention->time(0.5, 10).seconds, 2e-6, 1e-15);
}

// 1000 tokens of 2 x 8 x 64 bytes take 1.024 us at 1e12 bytes a second: 0.5 us can only come from
// the device's cache, and in a model other layers evict it.
TEST(Attention, IsNeverFasterThanReadingTheCache) {
  const AttentionTable table(
      tableOf(KernelOperation::kDecodeAttention, "100,1000\nfp8,64,8,8,1,0.2,0.5\n"), false, false,
      kRoundPeaks);
  const auto attention = table.bind({8, 8, 64, false}, 1, kRoundPeaks);
  ASSERT_TRUE(attention);
  EXPECT_NEAR(attention->time(1, 1000).seconds, 1.024e-6, 1e-15);
  EXPECT_NEAR(attention->time(1, 100).seconds, 0.2e-6, 1e-15);
}

// In A100's table 256 sequences of 1024 tokens take 367 us, 2.9 TB/s of its 2.04.
TEST(Attention, OfA100StaysWithinItsMemory) {
  const AttentionCurve attention = library("A100-80GB").attention({32, 8, 128, false}, false, 2);
  const double bytes = 256.0 * 1024 * 2 * 8 * 128 * 2;
  EXPECT_NEAR(attention.time(256, 1024).seconds, bytes / 2.039e12, 1e-3 * bytes / 2.039e12);
}

// A100 was measured with a bf16 cache only: its utilisation, half the bytes.
TEST(Attention, OfAnUnmeasuredCacheFormatTakesTheOtherOnes) {
  const AttentionHeads shape{32, 8, 128, false};
  const AttentionCurve bf16 = library("A100-80GB").attention(shape, false, 2);
  const AttentionCurve fp8 = library("A100-80GB").attention(shape, false, 1);
  EXPECT_EQ(fp8.basis, Basis::kTransferred);
  EXPECT_NEAR(fp8.time(32, 8192).seconds, bf16.time(32, 8192).seconds / 2, 1e-15);
  EXPECT_FALSE(oneShape().bind(shape, 2, kRoundPeaks));  // the table itself has no other answer
}

// Products are in bf16 whatever the cache: rows of fp8 products are not used.
TEST(Attention, InPrefillMultipliesInBf16) {
  const AttentionTable table(tableOf(KernelOperation::kPrefillAttention,
                                     "1024\n"
                                     "bf16,bf16,128,8,8,1,50\n"
                                     "fp8,fp8,128,8,8,1,30\n"),
                             true, false, kRoundPeaks);
  EXPECT_NEAR(table.bind({8, 8, 128, false}, 2, kRoundPeaks)->time(1, 1024).seconds, 50e-6, 1e-15);
  EXPECT_FALSE(table.bind({8, 8, 128, false}, 1, kRoundPeaks));
}

TEST(Attention, WithoutTablesIsTheRoofline) {
  const KernelLibrary none = KernelLibrary::roofline(test::accelerator("H100"));
  const AttentionCurve attention = none.attention({32, 8, 128, false}, false, 2);
  EXPECT_EQ(attention.basis, Basis::kRoofline);
  EXPECT_FALSE(none.measured());
  // 2 x 2 x 8 x 128 bytes a token over 0.77 of 3.35 TB/s.
  EXPECT_NEAR(attention.time(16, 4096).seconds, 4096.0 * 16 * 4096 / (0.77 * 3.35e12), 1e-9);
}

}  // namespace
}  // namespace moe
