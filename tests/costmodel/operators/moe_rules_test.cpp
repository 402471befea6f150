#include <gtest/gtest.h>

#include <cmath>

#include "tests/costmodel/operators/measured_kernels.h"

// The rules by which a table of routed experts answers what it does not hold, on tables small
// enough to work out by hand.

namespace moe {
namespace {

using test::kRoundPeaks;
using test::library;
using test::tableOf;

// One token and one expert of 1024 x 1024: 3 x 2^20 weights, 3.1 us in fp8 at 1e12 bytes a second.
constexpr MoeShape kShape{1024, 1024, 8, 1, 1, 1};
constexpr double kIdealFp8 = 3 * 1024.0 * 1024 / 1e12;

MoeTable tableFrom(const std::string& rows) {
  return {tableOf(KernelOperation::kMoe, "1,1024\n" + rows), kRoundPeaks};
}

std::optional<ExpertsCurve> bound(const MoeTable& table, NumberFormat format,
                                  std::string_view engine, bool alternatives = true,
                                  double skew = 0) {
  return table.bind({kShape, format, engine, skew, alternatives}, kRoundPeaks);
}

const std::string kSlowFp8 =
    "vllm,fp8,0,1024,1024,8,1,1,1,100,1000\n"
    "vllm,fp8_block,0,1024,1024,8,1,1,1,50,2000\n"
    "trtllm,fp8,0,1024,1024,8,1,1,1,60,800\n";

// Some tables hold a kernel that was not tuned: the fastest of the three is what engines run.
TEST(MoeAlternatives, LendAFasterKernelInFp8) {
  const auto fp8 = bound(tableFrom(kSlowFp8), NumberFormat::kFp8, "vllm");
  ASSERT_TRUE(fp8);
  EXPECT_NEAR(fp8->time(1).seconds, 50e-6, 1e-15);
  EXPECT_NEAR(fp8->time(1024).seconds, 800e-6, 1e-14);
  EXPECT_EQ(fp8->basis, Basis::kInterpolated);
}

TEST(MoeAlternatives, StayAsideWhenTheyAreNotWanted) {
  const auto fp8 = bound(tableFrom(kSlowFp8), NumberFormat::kFp8, "vllm", false);
  ASSERT_TRUE(fp8);
  EXPECT_NEAR(fp8->time(1).seconds, 100e-6, 1e-15);
  EXPECT_NEAR(fp8->time(1024).seconds, 1000e-6, 1e-14);
}

// The kernels of TensorRT-LLM are its own: none of the other engine's is lent to it.
TEST(MoeAlternatives, AreNotTakenFromVllmForTensorRtLlm) {
  const auto fp8 = bound(tableFrom(kSlowFp8), NumberFormat::kFp8, "trtllm");
  EXPECT_NEAR(fp8->time(1).seconds, 60e-6, 1e-15);
}

// Blocks of fp8 reach at least the utilisation of nvfp4: its 20 us are for 9/16 of the bytes.
TEST(MoeAlternatives, GiveBlocksOfFp8TheUtilisationOfNvfp4) {
  const auto table = tableFrom(
      "trtllm,fp8_block,0,1024,1024,8,1,1,1,400,4000\n"
      "trtllm,nvfp4,0,1024,1024,8,1,1,1,20,5000\n");
  const auto block = bound(table, NumberFormat::kFp8Block, "trtllm");
  ASSERT_TRUE(block);
  EXPECT_NEAR(block->time(1).seconds, 20e-6 / 0.5625, 1e-12);
  EXPECT_NEAR(block->time(1024).seconds, 4000e-6, 1e-12);
}

// B200's own table of fp8 blocks is slow at few tokens: the lent utilisation is what is used there,
// and the published time where it is the faster one.
TEST(MoeAlternatives, NeverSlowAShippedTableDown) {
  const MoeShape shape{7168, 2048, 256, 8, 8, 1};
  const MoeTable& table = *library("B200").tables()->moe;
  const Peaks peaks = library("B200").peaks();
  MoeTable::Query query{shape, NumberFormat::kFp8Block, "trtllm", 1.2};
  const auto lent = table.bind(query, peaks);
  query.alternatives = false;
  const auto own = table.bind(query, peaks);
  ASSERT_TRUE(lent && own);
  for (const double tokens : table.tokens())
    EXPECT_LE(lent->time(tokens).seconds, own->time(tokens).seconds * (1 + 1e-12)) << tokens;
  EXPECT_LT(lent->time(16).seconds, 0.8 * own->time(16).seconds);
}

/// Times of one layer on 1, 2 and 4 groups of experts.
ExpertsCurve splitLayer(const std::string& whole, const std::string& half,
                        const std::string& quarter, double groups) {
  const auto row = [](double ep, const std::string& times) {
    return "trtllm,fp8,0,1024,1024,8,1,1," + std::to_string(static_cast<int>(ep)) + "," + times +
           "\n";
  };
  const MoeTable table = tableFrom(row(1, whole) + row(2, half) + row(4, quarter));
  MoeTable::Query query{kShape, NumberFormat::kFp8, "trtllm", 0};
  query.shape.expert_parallel = groups;
  return table.bind(query, kRoundPeaks).value();
}

// Half of the experts cannot take longer than all of them (at 1 token: 80 us), nor longer than two
// quarters one after the other (at 1024 tokens: 2 x 300 us).
TEST(MoeSplits, BoundAnUntunedKernel) {
  const ExpertsCurve half = splitLayer("80,1500", "400,4000", "50,300", 2);
  EXPECT_NEAR(half.time(1).seconds, 80e-6, 1e-12);
  EXPECT_NEAR(half.time(1024).seconds, 600e-6, 1e-12);
  EXPECT_EQ(half.basis, Basis::kTransferred);
  // The whole is in reach of four quarters, 1.25 times 1200 us; the quarter is nobody's part.
  const ExpertsCurve whole = splitLayer("80,1500", "400,4000", "50,300", 1);
  EXPECT_NEAR(whole.time(1024).seconds, 1500e-6, 1e-12);
  EXPECT_NEAR(splitLayer("80,1500", "400,4000", "50,300", 4).time(1024).seconds, 300e-6, 1e-12);
}

// 1.25 times the bound is measured noise and stays; 1.35 times is not.
TEST(MoeSplits, LeaveSmallDifferencesAlone) {
  const ExpertsCurve kept = splitLayer("80,1500", "100,700", "50,350", 2);
  EXPECT_NEAR(kept.time(1).seconds, 100e-6, 1e-12);
  EXPECT_EQ(kept.basis, Basis::kInterpolated);
  EXPECT_NEAR(splitLayer("80,1500", "108,700", "50,350", 2).time(1).seconds, 80e-6, 1e-12);
}

// 128 experts of 5120 x 8192 on 8 groups of H200 under a power law: 3.083 ms at 1024 tokens in its
// table, but 0.2545 ms where two devices share each of them.
TEST(MoeSplits, RepairAShippedTable) {
  const ExpertsCurve layer =
      library("H200").moe({{5120, 8192, 128, 1, 1, 8}, NumberFormat::kFp8, "trtllm", 1.2});
  EXPECT_NEAR(1e3 * layer.time(1024).seconds, 2 * 0.2545, 1e-6);
  EXPECT_EQ(layer.basis, Basis::kTransferred);
}

// 1 us for bytes that take 3.1 us can only come from the cache: in a model other layers evict them.
TEST(MoeTable, IsNeverFasterThanReadingTheExperts) {
  const auto cached = tableFrom("trtllm,fp8,0,1024,1024,8,1,1,1,1,100\n");
  EXPECT_NEAR(bound(cached, NumberFormat::kFp8, "trtllm")->time(1).seconds, kIdealFp8, 1e-15);
}

// An eighth of the width would take an eighth of the time at the same utilisation, but no layer
// takes less than the shortest one measured: its launches.
TEST(MoeTable, KeepsTheShortestMeasuredTimeAsAFloor) {
  const auto table = tableFrom("trtllm,fp8,0,1024,1024,8,1,1,1,40,500\n");
  MoeTable::Query query{kShape, NumberFormat::kFp8, "trtllm", 0};
  query.shape.expert_ffn = 128;
  const auto small = table.bind(query, kRoundPeaks);
  ASSERT_TRUE(small);
  EXPECT_EQ(small->basis, Basis::kTransferred);
  EXPECT_NEAR(small->time(1).seconds, 40e-6, 1e-12);
  EXPECT_NEAR(small->time(1024).seconds, 500e-6 / 8, 1e-12);
}

// Experts of twice the width, nothing else: utilisation stays, twice the time.
TEST(MoeTable, TransfersUtilisationToAnotherWidth) {
  const auto table = tableFrom("trtllm,fp8,0,1024,1024,8,1,1,1,40,500\n");
  MoeTable::Query query{kShape, NumberFormat::kFp8, "trtllm", 0};
  query.shape.expert_ffn = 2048;
  const auto wide = table.bind(query, kRoundPeaks);
  EXPECT_EQ(wide->basis, Basis::kTransferred);
  EXPECT_NEAR(wide->time(1).seconds, 80e-6, 1e-12);
  EXPECT_NEAR(wide->time(1024).seconds, 1000e-6, 1e-12);
}

// Without blocks of fp8 there is only the utilisation of nvfp4, which is another format's.
TEST(MoeTable, MarksTheFormatThatStandsForAnother) {
  const auto table = tableFrom("trtllm,nvfp4,0,1024,1024,8,1,1,1,20,5000\n");
  const auto block = bound(table, NumberFormat::kFp8Block, "trtllm");
  ASSERT_TRUE(block);
  EXPECT_EQ(block->basis, Basis::kTransferred);
}

// Holes of the other routing are none of its own.
TEST(MoeTable, AnswersForEvenRoutingFromTheEvenTableAlone) {
  const auto table = tableFrom(
      "trtllm,fp8,0,1024,1024,8,1,1,1,40,500\n"
      "trtllm,fp8,1.2,1024,1024,8,1,1,1,,600\n");
  EXPECT_NEAR(bound(table, NumberFormat::kFp8, "trtllm", true, 0)->time(1).seconds, 40e-6, 1e-15);
}

TEST(MoeTable, MarksARoutingThatItDoesNotHold) {
  const auto even = tableFrom("trtllm,fp8,0,1024,1024,8,1,1,1,40,500\n");
  EXPECT_EQ(bound(even, NumberFormat::kFp8, "trtllm", true, 0)->basis, Basis::kInterpolated);
  EXPECT_EQ(bound(even, NumberFormat::kFp8, "trtllm", true, 1.2)->basis, Basis::kTransferred);
  const auto skewed = tableFrom("trtllm,fp8,1.2,1024,1024,8,1,1,1,40,500\n");
  EXPECT_EQ(bound(skewed, NumberFormat::kFp8, "trtllm", true, 1.2)->basis, Basis::kInterpolated);
  EXPECT_EQ(bound(skewed, NumberFormat::kFp8, "trtllm", true, 0)->basis, Basis::kTransferred);
}

// A100 was measured under a power law only.
TEST(MoeTable, MarksEvenRoutingOnA100) {
  const MoeShape shape{7168, 2048, 256, 8, 4, 1};
  const KernelLibrary& a100 = library("A100-80GB");
  EXPECT_EQ(a100.moe({shape, NumberFormat::kBf16, "vllm", 1.2}).basis, Basis::kInterpolated);
  EXPECT_EQ(a100.moe({shape, NumberFormat::kBf16, "vllm", 0}).basis, Basis::kTransferred);
}

TEST(MoeTable, MarksASkewBeyondTheMeasuredOne) {
  const auto table = tableFrom(
      "trtllm,fp8,0,1024,1024,8,1,1,1,40,500\n"
      "trtllm,fp8,1.2,1024,1024,8,1,1,1,40,800\n");
  EXPECT_EQ(bound(table, NumberFormat::kFp8, "trtllm", true, 0.5)->basis, Basis::kInterpolated);
  EXPECT_EQ(bound(table, NumberFormat::kFp8, "trtllm", true, 1.8)->basis, Basis::kExtrapolated);
}

// Nothing of int8 on H100: bytes of 8 x 3 x 4096 x 14336 weights over 0.77 of 3.35 TB/s; an
// engine without a table of its own runs TensorRT-LLM's kernels.
TEST(KernelLibrary, AnswersForExpertsWithoutATable) {
  const MoeShape mixtral{4096, 14336, 8, 2, 1, 1};
  const ExpertsCurve none = library("H100").moe({mixtral, NumberFormat::kInt8, "trtllm", 0});
  EXPECT_EQ(none.basis, Basis::kRoofline);
  EXPECT_NEAR(none.time(64).seconds, 8 * 3 * 4096.0 * 14336 / (0.77 * 3.35e12), 1e-8);
  const MoeTable::Query own{mixtral, NumberFormat::kBf16, "trtllm", 0};
  MoeTable::Query other = own;
  other.engine = "vllm";
  EXPECT_EQ(library("L40S").moe(other).time(256).seconds,
            library("L40S").moe(own).time(256).seconds);
}

}  // namespace
}  // namespace moe
