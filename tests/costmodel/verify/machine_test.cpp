#include "costmodel/verify/measure/machine.h"

#include <gtest/gtest.h>

#include "costmodel/kernels/kernel_set.h"
#include "costmodel/verify/measure/bandwidth.h"
#include "tests/support/refused_threads.h"
#include "tests/support/sanitizer.h"

namespace moe {
namespace {

constexpr const char* kCpuInfo =
    "processor\t: 0\nvendor_id\t: X\nmodel name\t: Some CPU @ 2.0GHz\n"
    "flags\t\t: fpu avx avx2 avx512f amx_bf16 avx512_bf16\n\nprocessor\t: 1\nmodel name\t: Other\n";

TEST(Machine, ReadsNameAndInstructionsOfTheFirstProcessor) {
  EXPECT_EQ(cpuNameIn(kCpuInfo), "Some CPU @ 2.0GHz");
  EXPECT_EQ(instructionsIn(kCpuInfo), "avx2 avx512f avx512_bf16 amx_bf16");
}

TEST(Machine, WithoutANameIsUnknown) {
  EXPECT_EQ(cpuNameIn(""), "unknown CPU");
  EXPECT_EQ(cpuNameIn("model name"), "unknown CPU");
  EXPECT_EQ(instructionsIn("flags : avx2x\n"), "");
}

TEST(Machine, ReadsMemoryInKibibytes) {
  EXPECT_EQ(memoryLineIn("MemTotal:  100 kB\nMemAvailable:    64 kB\n", "MemAvailable"), 65536);
  EXPECT_FALSE(memoryLineIn("MemTotal: 100 kB\n", "MemAvailable"));
}

TEST(Machine, HasProcessorsAndMemory) {
  const MachineInfo info = machineInfo();
  EXPECT_GE(info.processors, 1);
  EXPECT_GT(info.memory, Bytes(1e6));
  EXPECT_LE(info.available, info.memory);
}

MeasuredBandwidth readAt(double mebibytes, int threads, double gb_per_s) {
  return {Bytes(mebibytes * 1048576), threads, BytesPerSecond(gb_per_s * 1e9), BytesPerSecond(1e9)};
}

TEST(Bandwidth, ShowsWhatCachesHold) {
  const std::vector curve{readAt(1, 1, 90),   readAt(64, 1, 27),  readAt(1024, 1, 12),
                          readAt(1, 2, 99),   readAt(16, 2, 50),  readAt(64, 2, 29),
                          readAt(256, 2, 26), readAt(1024, 2, 25)};
  EXPECT_EQ(cachedSet(curve), Bytes(16.0 * 1048576));
  EXPECT_EQ(cachedSet({}), Bytes(0));
}

TEST(Bandwidth, SetsRiseByFourFromAQuarterOfAMebibyte) {
  const auto sets = bandwidthSets(Bytes(4.0 * 1048576));
  ASSERT_EQ(sets.size(), 3u);
  EXPECT_EQ(sets[0], Bytes(262144));
  EXPECT_EQ(sets[2], Bytes(4194304));
}

TEST(Bandwidth, OfASmallSetIsMeasured) {
  const auto measured = measureBandwidth(Bytes(1 << 20), 2, 0.002);
  ASSERT_TRUE(measured) << describe(measured.error());
  EXPECT_EQ(measured->threads, 2);
  EXPECT_NEAR(measured->working_set.value(), 1 << 20, 2 * 1536 * 2);  // whole steps a thread
  EXPECT_GT(measured->read.value(), 0);
  EXPECT_GT(measured->triad.value(), 0);
}

// 2^60 bytes are more than an address space has.
TEST(Bandwidth, WithoutMemoryIsAnError) {
  if (test::kSanitized) GTEST_SKIP() << "its allocator ends the program";
  const auto measured = measureBandwidth(Bytes(0x1p60), 2, 0.002);
  ASSERT_FALSE(measured);
  EXPECT_EQ(measured.error().kind, ErrorKind::kInfeasible);
  EXPECT_NE(describe(measured.error()).find("the system refuses memory"), std::string::npos);
}

TEST(Bandwidth, WithoutThreadsIsAnError) {
  const test::RefusedThreads refused;
  const auto measured = measureBandwidth(Bytes(1 << 20), 3, 0.002);
  ASSERT_FALSE(measured);
  EXPECT_NE(describe(measured.error()).find("the system refuses a thread"), std::string::npos);
}

MachineInfo machineOf(std::vector<int> list, int processors, int cores) {
  MachineInfo machine;
  machine.processor_list = std::move(list);
  machine.processors = processors;
  machine.cores = cores;
  return machine;
}

TEST(Machine, TakesOneThreadACoreWithinTheQuota) {
  EXPECT_EQ(defaultThreads(machineOf({0, 1, 2, 3}, 4, 2)), 2);
  EXPECT_EQ(defaultThreads(machineOf({0, 1, 2, 3}, 1, 2)), 1);
  EXPECT_EQ(defaultThreads(machineOf({}, 5000, 5000)), kMostThreads);
}

TEST(Machine, SaysHowThreadsLie) {
  EXPECT_EQ(placementOf(machineOf({0, 1, 2, 3}, 4, 2), 2),
            "2 threads on 2 cores (4 processors), not bound to them");
  EXPECT_EQ(placementOf(machineOf({0, 1, 2, 3}, 1, 4), 1),
            "1 thread on 4 cores (4 processors, a quota of 1), not bound to them");
}

}  // namespace
}  // namespace moe
