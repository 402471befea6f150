#include "costmodel/operators/gemm.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/costmodel/operators/measured_kernels.h"

namespace moe {
namespace {

using test::accelerator;
using test::kRoundPeaks;
using test::library;
using test::tableOf;

// By hand for m, n, k = 2, 3, 4: 48 FLOP. bf16: 2 x 12 + 2 x 8 bytes in, 2 x 6 out; fp8: 12 + 8 in;
// nvfp4: 9/16 of each; int4: 0.53 x 12 of weights, activations in bf16.
TEST(GemmIdeal, CountsFlopAndBytesOfEachFormat) {
  const Peaks peaks{1, 1, 2, 4, 1};
  const auto expectIdeal = [&](NumberFormat format, double compute, double memory) {
    const IdealTime ideal = gemmIdeal(format, 2, 3, 4, peaks);
    EXPECT_DOUBLE_EQ(ideal.compute_s, compute) << name(format);
    EXPECT_DOUBLE_EQ(ideal.memory_s, memory) << name(format);
  };
  expectIdeal(NumberFormat::kBf16, 48, 24 + 16 + 12);
  expectIdeal(NumberFormat::kFp8, 24, 12 + 8 + 12);
  expectIdeal(NumberFormat::kFp8Block, 24, 12 + 8 + 12);
  expectIdeal(NumberFormat::kNvfp4, 12, 0.5625 * 20 + 12);
  expectIdeal(NumberFormat::kInt4, 48, 0.53 * 12 + 16 + 12);
  expectIdeal(NumberFormat::kInt8, 48, 12 + 16 + 12);
}

// aiconfigurator@095f58a, h100_sxm/gemm/trtllm/1.3.0rc20 and b200_sxm/gemm/trtllm/1.3.0rc20.
TEST(Gemm, TakesThePublishedTimeAtAMeasuredPoint) {
  const KernelLibrary& h100 = library("H100");
  const Gemm gemm = h100.gemm(NumberFormat::kBf16, 1536, 2560);
  test::expectFourDigits(gemm.time(256).seconds, 7.9264);
  EXPECT_EQ(gemm.basis, Basis::kInterpolated);
  test::expectFourDigits(h100.gemm(NumberFormat::kFp8Block, 3584, 5120).time(4).seconds, 13.2231);
  test::expectFourDigits(h100.gemm(NumberFormat::kFp8, 51200, 4096).time(512).seconds, 180.277);
  test::expectFourDigits(library("B200").gemm(NumberFormat::kFp8, 1024, 1024).time(32).seconds,
                         14.9995);
}

/// Two widths n and k, two batches; all bound by memory at 1e12 bytes a second.
GemmTable smallGemms() {
  return {tableOf(KernelOperation::kGemm,
                  "1,4\n"
                  "bf16,1024,1024,10,11\n"
                  "bf16,4096,1024,20,22\n"
                  "bf16,1024,4096,40,44\n"
                  "bf16,4096,4096,80,88\n"),
          kRoundPeaks};
}

/// ln of the bytes over 1e12 a second and the time, without our formulas of ideals.
double logUtilisation(double m, double n, double k, double microseconds) {
  return std::log((2 * n * k + 2 * m * k + 2 * m * n) / (microseconds * 1e6));
}

TEST(Gemm, IsTheMeanOfLogUtilisationBetweenTwoMeasuredWidths) {
  const auto gemm = smallGemms().bind(NumberFormat::kBf16, 2048, 1024, kRoundPeaks);
  ASSERT_TRUE(gemm);
  const double mean = (logUtilisation(4, 1024, 1024, 11) + logUtilisation(4, 4096, 1024, 22)) / 2;
  const double bytes = 2.0 * 2048 * 1024 + 2 * 4 * 1024 + 2 * 4 * 2048;
  EXPECT_NEAR(gemm->time(4).seconds, bytes / 1e12 / std::exp(mean), 1e-15);
  EXPECT_EQ(gemm->basis, Basis::kInterpolated);
}

TEST(Gemm, IsTheMeanOfFourShapesInTheMiddle) {
  const auto gemm = smallGemms().bind(NumberFormat::kBf16, 2048, 2048, kRoundPeaks);
  ASSERT_TRUE(gemm);
  const double mean = (logUtilisation(1, 1024, 1024, 10) + logUtilisation(1, 4096, 1024, 20) +
                       logUtilisation(1, 1024, 4096, 40) + logUtilisation(1, 4096, 4096, 80)) /
                      4;
  const double bytes = 2.0 * 2048 * 2048 + 2 * 2048 + 2 * 2048;
  EXPECT_NEAR(gemm->time(1).seconds, bytes / 1e12 / std::exp(mean), 1e-15);
}

// Twice as wide as the widest: utilisation of the edge, twice the bytes of weights. Narrower than
// the narrowest: the time of the narrowest. Both are marked.
TEST(Gemm, HoldsUtilisationBeyondTheTableAndTimeBelowIt) {
  const auto wide = smallGemms().bind(NumberFormat::kBf16, 8192, 4096, kRoundPeaks);
  ASSERT_TRUE(wide);
  const double bytes = 2.0 * 8192 * 4096 + 2 * 4096 + 2 * 8192;
  EXPECT_NEAR(wide->time(1).seconds, bytes / 1e12 / std::exp(logUtilisation(1, 4096, 4096, 80)),
              1e-15);
  EXPECT_EQ(wide->basis, Basis::kTransferred);
  const auto narrow = smallGemms().bind(NumberFormat::kBf16, 64, 128, kRoundPeaks);
  ASSERT_TRUE(narrow);
  EXPECT_NEAR(narrow->time(1).seconds, 10e-6, 1e-15);
  EXPECT_EQ(narrow->basis, Basis::kTransferred);
}

// A missing corner takes the nearest cell; a missing inner one the mean of both lines through it.
TEST(Gemm, FillsAHoleFromItsNeighbours) {
  const GemmTable table(tableOf(KernelOperation::kGemm,
                                "1\n"
                                "bf16,1024,1024,10\nbf16,1024,2048,20\nbf16,1024,4096,40\n"
                                "bf16,2048,1024,20\n" /*            */ "bf16,2048,4096,80\n"
                                "bf16,4096,1024,40\nbf16,4096,2048,80\nbf16,4096,4096,160\n"),
                        kRoundPeaks);
  const double mean = (logUtilisation(1, 1024, 2048, 20) + logUtilisation(1, 4096, 2048, 80) +
                       logUtilisation(1, 2048, 1024, 20) + logUtilisation(1, 2048, 4096, 80)) /
                      4;
  const double bytes = 2.0 * 2048 * 2048 + 2 * 2048 + 2 * 2048;
  EXPECT_NEAR(table.bind(NumberFormat::kBf16, 2048, 2048, kRoundPeaks)->time(1).seconds,
              bytes / 1e12 / std::exp(mean), 1e-15);
}

// int4 was not measured on H100: bytes over 0.77 of 3.35 TB/s, the share that the catalog gives.
TEST(Gemm, OfAnUnmeasuredFormatIsTheRoofline) {
  const Gemm gemm = library("H100").gemm(NumberFormat::kInt4, 4096, 4096);
  EXPECT_EQ(gemm.basis, Basis::kRoofline);
  const double bytes = 0.53 * 4096 * 4096 + 2 * 4096 + 2 * 4096;
  EXPECT_NEAR(gemm.time(1).seconds, bytes / (0.77 * 3.35e12), 1e-12);
  // 8192 tokens: FLOP over 0.80 of 989 TFLOP/s.
  EXPECT_NEAR(gemm.time(8192).seconds, 2.0 * 8192 * 4096 * 4096 / (0.80 * 989e12), 1e-9);
  EXPECT_FALSE(smallGemms().bind(NumberFormat::kFp8, 1024, 1024, kRoundPeaks));
}

TEST(Gemm, OfTwiceThePeaksTakesHalfTheTime) {
  const GemmTable table = smallGemms();
  const Peaks twice = test::timesPeaks(kRoundPeaks, 2);
  for (const double m : {1.0, 3.0, 4096.0}) {
    const double once = table.bind(NumberFormat::kBf16, 3000, 2000, kRoundPeaks)->time(m).seconds;
    // Exact, because scaling by two only changes the exponent of a double.
    EXPECT_EQ(table.bind(NumberFormat::kBf16, 3000, 2000, twice)->time(m).seconds, once / 2);
  }
}

// H20 has H100's kernels, 4000 instead of 3350 GB/s and 148 instead of 989 TFLOP/s.
TEST(Gemm, OfAnotherAcceleratorScalesWithWhatBindsIt) {
  const Gemm own = library("H100").gemm(NumberFormat::kBf16, 8192, 8192);
  const Gemm other = library("H20").gemm(NumberFormat::kBf16, 8192, 8192);
  EXPECT_NEAR(other.time(1).seconds / own.time(1).seconds, 3350.0 / 4000, 1e-9);
  EXPECT_NEAR(other.time(16384).seconds / own.time(16384).seconds, 989.0 / 148, 1e-9);
  EXPECT_EQ(other.basis, Basis::kTransferred);
  EXPECT_EQ(library("H20").transferredFrom(), "H100-80GB SXM");
  EXPECT_EQ(library("H100").transferredFrom(), "");
}

/// The largest drop of time from one measured m to a larger one, over all shapes of a format.
double largestDrop(const GemmTable& table, NumberFormat format) {
  double drop = 0;
  for (const GemmTable::Shape& shape : table.shapes()) {
    if (shape.format != format) continue;
    double longest = 0;
    for (const double seconds : shape.seconds) {
      if (std::isnan(seconds)) continue;
      drop = std::max(drop, 1 - seconds / std::max(longest, seconds));
      longest = std::max(longest, seconds);
    }
  }
  return drop;
}

// More tokens never take less time, but for the measurements' own scatter: 18 % for bf16 on H100.
RC_GTEST_PROP(GemmProperty, MoreTokensTakeLongerUpToTheScatterOfTheTable, ()) {
  static const double kScatter = largestDrop(*library("H100").tables()->gemm, NumberFormat::kBf16);
  const double n = *rc::gen::inRange(64, 80000);
  const double k = *rc::gen::inRange(64, 80000);
  const double m = std::exp2(*rc::gen::inRange(0, 1400) / 100.0);
  const double more = m * std::exp2(*rc::gen::inRange(1, 600) / 100.0);
  const Gemm gemm = library("H100").gemm(NumberFormat::kBf16, n, k);
  RC_ASSERT(gemm.time(more).seconds >= (1 - kScatter) * gemm.time(m).seconds);
  RC_ASSERT(kScatter < 0.19);
}

}  // namespace
}  // namespace moe
