#include "costmodel/operators/collective.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "tests/costmodel/operators/measured_kernels.h"

namespace moe {
namespace {

using test::kRoundPeaks;
using test::library;
using test::tableOf;

// NCCL's all-reduce of 268,435,456 half elements among 8 H100 takes 2.11 ms: 2 x 7/8 x 2 bytes of
// each pass a link at 445 GB/s, 1 % below the 450 of NVLink. Read as bytes it would be half.
TEST(Collective, ReachesTheBusBandwidthOfNvlink) {
  const double elements = 268'435'456;
  const OperatorTime time = library("H100").collective("allreduce", 8).time(elements);
  EXPECT_NEAR(1e3 * time.seconds, 2.11, 0.005);
  EXPECT_NEAR(2 * 7.0 / 8 * elements * 2 / time.seconds / 1e9, 445, 1);
  EXPECT_NEAR(time.ideal.memory_s, 2 * 7.0 / 8 * elements * 2 / 450e9, 1e-9);
}

// aiconfigurator@095f58a, comm/trtllm/.../custom_allreduce and comm/nccl/... of each system.
TEST(Collective, TakesThePublishedTimes) {
  const auto expectTime = [](const char* accelerator, const char* operation, double devices,
                             double elements, double microseconds) {
    const Collective collective = library(accelerator).collective(operation, devices);
    test::expectFourDigits(collective.time(elements).seconds, microseconds);
    EXPECT_EQ(collective.basis, Basis::kInterpolated);
  };
  expectTime("H100", "allreduce-trtllm", 4, 256, 2.86432);
  expectTime("H100", "allreduce", 2, 512, 5.85);
  expectTime("H200", "allreduce-trtllm", 8, 262144, 17.7795);
  expectTime("B200", "allreduce", 8, 524288, 30.14);
  expectTime("B200", "alltoall", 4, 268435456, 825.16);
  expectTime("A100-80GB", "allreduce", 4, 32768, 17.8);
  expectTime("L40S", "allreduce-trtllm", 2, 8388608, 839.544);
}

TEST(Collective, TakesNoTimeOnOneDevice) {
  EXPECT_EQ(library("H100").collective("allreduce", 1).time(1e6).seconds, 0);
  const KernelLibrary none = KernelLibrary::roofline(test::accelerator("H100"));
  EXPECT_EQ(none.collective("allreduce", 1).time(1e6).seconds, 0);
}

CollectiveTable smallCollectives() {
  return {tableOf(KernelOperation::kCollectives,
                  "1000,1000000\n"
                  "allreduce,2,2,10,40\n"
                  "allreduce,2,8,20,70\n"
                  "allreduce,1,2,1,1\n"),  // one-byte elements: not used
          kRoundPeaks};
}

// 4 devices lie halfway in powers of two between 2 and 8. Utilisation is of 2 (g - 1)/g of the
// message: 1/1, 3/2 and 7/4 of it.
TEST(Collective, IsTheMeanOfLogUtilisationBetweenDeviceCounts) {
  const auto four = smallCollectives().bind("allreduce", 4, kRoundPeaks);
  ASSERT_TRUE(four);
  EXPECT_EQ(four->basis, Basis::kInterpolated);
  const double expected = 1.5 / std::sqrt(1.0 / 40 * 1.75 / 70) * 1e-6;
  EXPECT_NEAR(four->time(1e6).seconds, expected, 1e-12);
}

// Utilisation of 8 devices; 2 x 15/16 of the message instead of 2 x 7/8.
TEST(Collective, AboveTheLargestCountIsTransferred) {
  const auto many = smallCollectives().bind("allreduce", 16, kRoundPeaks);
  ASSERT_TRUE(many);
  EXPECT_EQ(many->basis, Basis::kTransferred);
  EXPECT_NEAR(many->time(1e6).seconds, 70e-6 * (15.0 / 16) / (7.0 / 8), 1e-12);
}

TEST(Collective, GrowsWithTheMessageBeyondTheTableAndKeepsItsLatencyBelow) {
  const auto two = smallCollectives().bind("allreduce", 2, kRoundPeaks);
  EXPECT_NEAR(two->time(3e6).seconds, 120e-6, 1e-12);
  EXPECT_NEAR(two->time(10).seconds, 10e-6, 1e-15);
}

// Latency does not depend on the link, so a faster one gains nothing; a slower one costs.
TEST(Collective, OfASlowerLinkTakesLonger) {
  const Peaks faster = test::timesPeaks(kRoundPeaks, 2);
  const Peaks slower = test::timesPeaks(kRoundPeaks, 0.5);
  EXPECT_NEAR(smallCollectives().bind("allreduce", 2, faster)->time(1e6).seconds, 40e-6, 1e-12);
  EXPECT_NEAR(smallCollectives().bind("allreduce", 2, slower)->time(1e6).seconds, 80e-6, 1e-12);
}

TEST(Collective, ThatWasNotMeasuredIsARing) {
  EXPECT_FALSE(smallCollectives().bind("allgather", 4, kRoundPeaks));
  const Collective ring = ringCollective(4, kRoundPeaks, 0.8, 10e-6);
  EXPECT_EQ(ring.basis, Basis::kRoofline);
  // 2 x 3/4 of 2e6 bytes over 0.8 x 1e11 bytes a second, and the latency.
  EXPECT_NEAR(ring.time(1e6).seconds, 10e-6 + 3e6 / 0.8e11, 1e-15);
}

// Measured times fall by up to 5 %: among 8 devices 3.23 us for 128 elements, 3.07 for 256.
RC_GTEST_PROP(CollectiveProperty, LargerMessagesTakeLonger, ()) {
  const Collective collective =
      library("H100").collective("allreduce-trtllm", *rc::gen::element(2, 4, 8));
  const double elements = std::exp2(*rc::gen::inRange(700, 2800) / 100.0);
  const double more = elements * std::exp2(*rc::gen::inRange(1, 400) / 100.0);
  RC_ASSERT(collective.time(more).seconds >= 0.94 * collective.time(elements).seconds);
}

}  // namespace
}  // namespace moe
