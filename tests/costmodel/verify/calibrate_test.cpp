#include "costmodel/verify/measure/calibrate.h"

#include <gtest/gtest.h>

#include "costmodel/verify/point_predictor.h"
#include "data/catalog/catalog.h"
#include "data/catalog/hardware_toml.h"
#include "tests/support/fake_kernels.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::FakeKernels;
using test::FakeMachine;

Calibration calibrated(const FakeKernels& kernels, FakeMachine& machine) {
  auto calibration = calibrate(test::fakeBench(kernels, machine), test::smallPlan(),
                               "2026-01-02T03:04:05Z", {}, {});
  EXPECT_TRUE(calibration) << describe(calibration.error());
  return *std::move(calibration);
}

KernelLibrary libraryOf(const HardwareEntry& entry) {
  auto library = loadKernels(entry, HardwareCatalog{}, {});
  EXPECT_TRUE(library) << describe(library.error());
  return *std::move(library);
}

TEST(Calibrate, FindsThePeaksOfTheMachine) {
  FakeMachine machine;
  const FakeKernels kernels(machine);
  const HardwareEntry entry = calibrated(kernels, machine).entry;
  EXPECT_EQ(entry.memory_bandwidth.value(), machine.bytes_per_s);
  // The largest product of 1024 x 2048 x 2048 takes 86 ms, of which 10 us are no product.
  EXPECT_NEAR(entry.peak_f32->value() / machine.flop_per_s, 1, 2e-4);
  EXPECT_NEAR(entry.peak_bf16.value() / machine.flop_per_s, 1, 2e-4);
  EXPECT_EQ(entry.kernels.size(), 4u);
  EXPECT_EQ(entry.measurement->cpu, "Fake CPU");
  EXPECT_EQ(entry.measurement->noisy, 0);
}

// Measured points come back: (m k n) = (16, 64, 256) in f32 takes 10 us and max(5.24e5 FLOP,
// 65536 bytes) over the peaks. Six digits are written.
TEST(Calibrate, WritesTimesThatTheCostModelReadsAgain) {
  FakeMachine machine;
  const FakeKernels kernels(machine);
  const KernelLibrary library = libraryOf(calibrated(kernels, machine).entry);
  EXPECT_TRUE(library.measured());
  EXPECT_NEAR(library.gemm(NumberFormat::kF32, 256, 64).time(16).seconds, 10e-6 + 6.5536e-6, 1e-11);
  EXPECT_EQ(library.gemm(NumberFormat::kF32, 256, 64).basis, Basis::kInterpolated);
  // Four sequences of 64 tokens: 2 x 4 x 64 x 2 x 16 elements of 2 bytes.
  const AttentionHeads heads{4, 2, 16, false};
  EXPECT_NEAR(library.attention(heads, false, 2).time(4, 64).seconds, 10e-6 + 3.2768e-6, 1e-11);
}

TEST(Calibrate, TellsOfANoisyMachine) {
  FakeMachine machine;
  machine.noise = 1;
  const FakeKernels kernels(machine);
  const Calibration calibration = calibrated(kernels, machine);
  ASSERT_FALSE(calibration.warnings.empty());
  EXPECT_EQ(calibration.warnings.back().code, "noisy_machine");
}

TEST(Calibrate, LeavesOutAPrecisionThatIsNotOffered) {
  FakeMachine machine;
  machine.bf16 = false;
  const FakeKernels kernels(machine);
  const HardwareEntry entry = calibrated(kernels, machine).entry;
  for (const OwnKernels& own : entry.kernels)
    EXPECT_EQ(own.text.find("bf16"), std::string::npos) << own.text;
  EXPECT_EQ(entry.peak_bf16, *entry.peak_f32);
}

TEST(Calibrate, StoppedAtOnceHasNothing) {
  FakeMachine machine;
  const FakeKernels kernels(machine);
  std::stop_source source;
  source.request_stop();
  const auto calibration = calibrate(test::fakeBench(kernels, machine), test::smallPlan(), "now",
                                     source.get_token(), {});
  ASSERT_FALSE(calibration);
  EXPECT_EQ(calibration.error().kind, ErrorKind::kCancelled);
}

TEST(Calibrate, StoppedHalfWayKeepsWhatIsFinished) {
  FakeMachine machine;
  const FakeKernels kernels(machine);
  std::stop_source source;
  const auto calibration = calibrate(test::fakeBench(kernels, machine), test::smallPlan(), "now",
                                     source.get_token(), [&](std::string_view what, double) {
                                       if (what == "attention") source.request_stop();
                                     });
  ASSERT_TRUE(calibration);
  EXPECT_TRUE(calibration->stopped);
  ASSERT_EQ(calibration->entry.kernels.size(), 1u);
  EXPECT_EQ(calibration->entry.kernels[0].operation, KernelOperation::kGemm);
}

TEST(Calibrate, SurvivesItsFile) {
  FakeMachine machine;
  const FakeKernels kernels(machine);
  const HardwareEntry entry = calibrated(kernels, machine).entry;
  const test::TemporaryFolder folder;
  const auto file = folder.write("host.toml", hardwareToml(entry));
  const auto read = readHardwareFile(file);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(hardwareToml(*read), hardwareToml(entry));
}

// A cache that makes reading free would show in every time if weights were not evicted before it.
// Prefill has just made its keys and values: they stay.
TEST(Calibrate, MeasuresWithWeightsFromMemory) {
  FakeMachine plain, caching;
  caching.warm_share = 0;
  FakeKernels kernels(plain), caching_kernels(caching);
  const HardwareEntry entry = calibrated(kernels, plain).entry;
  const HardwareEntry with_cache = calibrated(caching_kernels, caching).entry;
  ASSERT_EQ(entry.kernels.size(), with_cache.kernels.size());
  for (std::size_t i = 0; i < entry.kernels.size(); ++i) {
    if (entry.kernels[i].operation == KernelOperation::kPrefillAttention) continue;
    EXPECT_EQ(entry.kernels[i].text, with_cache.kernels[i].text) << i;
  }
}

TEST(Calibrate, SaysHowItsThreadsLie) {
  FakeMachine machine;
  const FakeKernels kernels(machine);
  EXPECT_EQ(calibrated(kernels, machine).entry.measurement->placement,
            "2 threads on 2 cores (2 processors), not bound to them");
}

TEST(Calibrate, HandsOnWhatTheSystemRefuses) {
  FakeMachine machine;
  const FakeKernels kernels(machine);
  Bench bench = test::fakeBench(kernels, machine);
  bench.bandwidth = [](Bytes, int) -> Result<MeasuredBandwidth> {
    return fail(ErrorKind::kInfeasible, "bandwidth", "no thread");
  };
  const auto calibration = calibrate(bench, test::smallPlan(), "now", {}, {});
  ASSERT_FALSE(calibration);
  EXPECT_EQ(describe(calibration.error()), "bandwidth: no thread");
}

}  // namespace
}  // namespace moe
