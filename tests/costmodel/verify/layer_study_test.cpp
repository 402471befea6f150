#include "costmodel/verify/layers/layer_study.h"

#include <gtest/gtest.h>

#include "costmodel/verify/measure/calibrate.h"
#include "costmodel/verify/point_predictor.h"
#include "data/catalog/catalog.h"
#include "tests/support/fake_kernels.h"

namespace moe {
namespace {

using test::FakeFault;
using test::FakeKernels;
using test::FakeMachine;

KernelLibrary calibratedLibrary(const FakeKernels& kernels, FakeMachine& machine) {
  const FakeFault fault = std::exchange(machine.fault, FakeFault::kNone);
  const auto calibration =
      calibrate(test::fakeBench(kernels, machine), test::smallPlan(), "now", {}, {});
  machine.fault = fault;
  EXPECT_TRUE(calibration) << describe(calibration.error());
  auto library = loadKernels(calibration->entry, HardwareCatalog{}, {});
  EXPECT_TRUE(library) << describe(library.error());
  return *std::move(library);
}

/// Four layers of 40 tokens, a decode step and a prefill in each precision, a KV limit.
VerifySample smallSample() {
  VerifySample sample;
  for (const LayerPrecision precision : {LayerPrecision::kF32, LayerPrecision::kBf16}) {
    for (const double skew : {0.0, 1.2})
      sample.layers.push_back({16, 48, 6, 2, 0, precision, 40, skew});
    sample.blocks.push_back({16, 48, 6, 2, 4, 2, 16, precision, 5, 70, false});
    sample.blocks.push_back({16, 48, 6, 2, 4, 2, 16, precision, 2, 21, true});
  }
  sample.limits = {{{16, 48, 4, 2, 4, 2, 16, LayerPrecision::kF32, 1, 200}, 9}};
  return sample;
}

LayerStudy studied(FakeKernels& kernels, FakeMachine& machine, std::stop_token stop = {},
                   const ProgressSink& progress = {}) {
  const KernelLibrary library = calibratedLibrary(kernels, machine);
  auto study =
      runLayerStudy(test::fakeBench(kernels, machine), library, smallSample(), {}, stop, progress);
  EXPECT_TRUE(study) << describe(study.error());
  return study ? *std::move(study) : LayerStudy{};
}

TEST(LayerStudy, MeasuresPredictsAndChecksEveryRow) {
  FakeMachine machine;
  FakeKernels kernels(machine);
  const LayerStudy study = studied(kernels, machine);
  ASSERT_EQ(study.rows.size(), 9u);
  for (const VerifyRow& row : study.rows) {
    if (row.kind == RowKind::kKvLimit) continue;
    EXPECT_TRUE(row.timed()) << row.what;
    ASSERT_TRUE(row.check) << row.what;
    EXPECT_TRUE(row.check->passed()) << row.what << row.check->reason;
    EXPECT_EQ(row.routing.has_value(), row.kind == RowKind::kBlock || row.layer.ownRouter());
    EXPECT_TRUE(!row.routing || row.routing->passed()) << row.what << row.routing->reason;
    EXPECT_GT(row.predicted.seconds, 0) << row.what;
  }
}

// Layers on this machine take 10 us and next to no work, measured and predicted; with a router as
// long again. A fake block is one call of 10 us, where the prediction has several.
TEST(LayerStudy, PredictsAMachineOfConstantTimes) {
  FakeMachine machine;
  machine.bytes_per_s = 1e13, machine.flop_per_s = 1e14;
  FakeKernels kernels(machine);
  for (const VerifyRow& row : studied(kernels, machine).rows)
    EXPECT_TRUE(row.kind == RowKind::kBlock || row.verdict == RowVerdict::kPassed)
        << row.what << ": " << row.reason;
}

TEST(LayerStudy, SeesAMachineThatGotSlower) {
  FakeMachine machine;
  FakeKernels kernels(machine);
  const KernelLibrary library = calibratedLibrary(kernels, machine);
  machine.fixed_s *= 2, machine.bytes_per_s /= 2;
  const auto study =
      runLayerStudy(test::fakeBench(kernels, machine), library, smallSample(), {}, {}, {});
  ASSERT_TRUE(study);
  EXPECT_EQ(study->rows.front().verdict, RowVerdict::kFailed);
  EXPECT_NEAR(study->rows.front().error(), -0.5, 0.1);
  EXPECT_EQ(study->summary.verdict, RowVerdict::kFailed);
}

/// Rows of a study that fail for their numbers or routing, by kind, and a reason.
struct FaultyRows {
  int layers = 0, decodes = 0, prefills = 0;
  std::string reason;
};

FaultyRows faultyRows(FakeFault fault) {
  FakeMachine machine;
  machine.fault = fault;
  FakeKernels kernels(machine);
  FaultyRows faulty;
  for (const VerifyRow& row : studied(kernels, machine).rows) {
    if (!isWrong(row)) continue;
    EXPECT_EQ(row.verdict, RowVerdict::kFailed) << row.what;
    int& count = row.kind == RowKind::kLayer ? faulty.layers
                 : row.block.prefill         ? faulty.prefills
                                             : faulty.decodes;
    ++count;
    faulty.reason = row.reason;
  }
  return faulty;
}

void expectFaulty(FakeFault fault, int layers, int decodes, int prefills, std::string_view reason) {
  const FaultyRows faulty = faultyRows(fault);
  EXPECT_EQ(faulty.layers, layers);
  EXPECT_EQ(faulty.decodes, decodes);
  EXPECT_EQ(faulty.prefills, prefills);
  EXPECT_NE(faulty.reason.find(reason), std::string::npos) << faulty.reason;
}

TEST(LayerStudy, SeesNoFaultWhereThereIsNone) { expectFaulty(FakeFault::kNone, 0, 0, 0, ""); }

TEST(LayerStudy, SeesWrongNumbers) {
  expectFaulty(FakeFault::kAllNumbers, 4, 2, 2, "wrong numbers");
}

// Token 39 of a layer, sequence 4 of a decode step, token 41 of a prefill: with the first tokens
// alone nobody saw it.
TEST(LayerStudy, SeesAFaultInTheLastToken) {
  expectFaulty(FakeFault::kLastToken, 4, 2, 2, "the worst is token 41");
}

// Blocks compare few tokens, of which expert 5 may have none.
TEST(LayerStudy, SeesAFaultInOneExpert) { EXPECT_EQ(faultyRows(FakeFault::kLastExpert).layers, 4); }

TEST(LayerStudy, SeesANumberThatIsNone) { EXPECT_EQ(faultyRows(FakeFault::kNotANumber).layers, 4); }

// The two layers with a routing handed in run no router.
TEST(LayerStudy, SeesAWrongRouting) {
  expectFaulty(FakeFault::kRouting, 2, 2, 2, "wrong routing: token");
}

TEST(LayerStudy, SeesAWrongAttentionInF32) {
  EXPECT_GE(faultyRows(FakeFault::kAttention).decodes, 1);
}

TEST(LayerStudy, SeesWrongValuesInTheCache) { expectFaulty(FakeFault::kCache, 0, 2, 2, ""); }

TEST(LayerStudy, MistrustsNoise) {
  FakeMachine machine;
  FakeKernels kernels(machine);
  machine.noise = 2;
  const LayerStudy study = studied(kernels, machine);
  EXPECT_EQ(study.rows.front().verdict, RowVerdict::kMistrusted);
  EXPECT_EQ(study.summary.verdict, RowVerdict::kMistrusted);
}

TEST(LayerStudy, SkipsWhatIsNotOfferedWithTheReason) {
  FakeMachine machine;
  machine.bf16 = false;
  FakeKernels kernels(machine);
  std::size_t skipped = 0;
  for (const VerifyRow& row : studied(kernels, machine).rows)
    if (row.verdict == RowVerdict::kSkipped) {
      ++skipped;
      EXPECT_EQ(row.reason, "no bf16 here");
    }
  EXPECT_EQ(skipped, 4u);
}

TEST(LayerStudy, SkipsWhatDoesNotFitInTheMemory) {
  FakeMachine machine;
  FakeKernels kernels(machine);
  const KernelLibrary library = calibratedLibrary(kernels, machine);
  Bench bench = test::fakeBench(kernels, machine);
  bench.machine.available = Bytes(2e4);
  const auto study = runLayerStudy(bench, library, smallSample(), {}, {}, {});
  ASSERT_TRUE(study);
  ASSERT_EQ(study->rows.size(), 9u);
  for (const VerifyRow& row : study->rows) {
    EXPECT_EQ(row.verdict, RowVerdict::kSkipped) << row.what;
    EXPECT_NE(row.reason.find("are free for it"), std::string::npos) << row.what << row.reason;
  }
}

// Nine pages of 64 tokens: 201 tokens take four pages, so two sequences.
TEST(LayerStudy, FindsTheKvLimitOfModelAndKernelAlike) {
  FakeMachine machine;
  FakeKernels kernels(machine);
  const LayerStudy study = studied(kernels, machine);
  const VerifyRow& limit = study.rows.back();
  ASSERT_EQ(limit.kind, RowKind::kKvLimit);
  EXPECT_EQ(limit.predicted_sequences, 2);
  EXPECT_EQ(limit.accepted_sequences, 2);
  EXPECT_EQ(limit.verdict, RowVerdict::kPassed);
}

TEST(LayerStudy, SeesAKernelThatRefusesTooEarly) {
  FakeMachine machine;
  FakeKernels kernels(machine);
  kernels.lost_pages = 2;
  VerifySample limits = smallSample();
  limits.layers.clear();
  limits.blocks.clear();
  const auto study = runLayerStudy(test::fakeBench(kernels, machine),
                                   calibratedLibrary(kernels, machine), limits, {}, {}, {});
  ASSERT_TRUE(study) << describe(study.error());
  EXPECT_EQ(study->rows.back().accepted_sequences, 1);
  EXPECT_EQ(study->rows.back().verdict, RowVerdict::kFailed);
}

TEST(LayerStudy, StoppedKeepsFinishedRows) {
  FakeMachine machine;
  FakeKernels kernels(machine);
  std::stop_source source;
  const LayerStudy study = studied(kernels, machine, source.get_token(),
                                   [&](std::string_view, double) { source.request_stop(); });
  EXPECT_TRUE(study.stopped);
  EXPECT_EQ(study.rows.size(), 1u);
}

}  // namespace
}  // namespace moe
