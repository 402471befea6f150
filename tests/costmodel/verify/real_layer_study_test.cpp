#include <gtest/gtest.h>

#include "costmodel/verify/layers/layer_study.h"
#include "costmodel/verify/measure/calibrate.h"
#include "costmodel/verify/point_predictor.h"
#include "data/catalog/catalog.h"
#include "tests/support/fake_kernels.h"

namespace moe {
namespace {

/// Predictions of no meaning: these tests are about numbers.
KernelLibrary anyLibrary() {
  test::FakeMachine machine;
  const test::FakeKernels kernels(machine);
  const auto calibration =
      calibrate(test::fakeBench(kernels, machine), test::smallPlan(), "now", {}, {});
  return loadKernels(calibration->entry, HardwareCatalog{}, {}).value();
}

VerifySample tinySample(LayerPrecision precision) {
  VerifySample sample;
  for (const int tokens : {1, 7, 200}) {
    sample.layers.push_back({64, 96, 8, 2, 0, precision, tokens});
    sample.layers.push_back({64, 96, 8, 3, 48, precision, tokens, 1.2});
  }
  // Contexts within a page, at its end, over several; prompts over the edge of one.
  for (const int context : {5, 63, 200})
    sample.blocks.push_back({64, 96, 8, 2, 4, 2, 32, precision, 3, context, false});
  sample.blocks.push_back({64, 96, 8, 2, 4, 2, 32, precision, 2, 70, true});
  return sample;
}

/// The kernels of this machine give the reference's numbers and routing, in layers and in blocks.
TEST(RealLayerStudy, FindsNoWrongNumbersOnThisMachine) {
  const auto kernels = cpuKernelSet();
  Bench bench = hostBench(*kernels, 2);
  bench.watches_load = false;
  StudyOptions options;
  options.timing = {.budget_s = 0.001, .least = 1, .most = 2, .target_error = 1};
  const KernelLibrary library = anyLibrary();
  for (const LayerPrecision precision :
       offeredOf(*kernels, {LayerPrecision::kF32, LayerPrecision::kBf16})) {
    const auto study = runLayerStudy(bench, library, tinySample(precision), options, {}, {});
    ASSERT_TRUE(study) << describe(study.error());
    EXPECT_EQ(study->rows.size(), 10u);
    for (const VerifyRow& row : study->rows) {
      ASSERT_TRUE(row.check) << row.what << row.reason;
      EXPECT_TRUE(row.check->passed()) << row.what << ": " << row.check->reason;
      EXPECT_TRUE(!row.routing || row.routing->passed()) << row.what << row.routing->reason;
      RecordProperty(row.what, std::to_string(row.check->worst_error));
    }
  }
}

}  // namespace
}  // namespace moe
