#include <gtest/gtest.h>

#include "tests/costmodel/kernels/plain_layer.h"

namespace moe {
namespace {

void expectProductAgrees(const MatrixProductSetup& setup) {
  auto product = cpuKernelSet()->matrixProduct(setup);
  ASSERT_TRUE(product.has_value()) << describe(product.error());
  const RunReport report = (*product)->run().value();
  EXPECT_DOUBLE_EQ(report.work.flop.value(), 2.0 * setup.m * setup.n * setup.k);
  const auto weights = (*product)->weights();
  std::vector<std::vector<double>> plain;
  for (int i = 0; i < setup.m; ++i) {
    plain.push_back(test::plainProduct((*product)->input().subspan(i * setup.k, setup.k), weights));
  }
  // Activations are rounded to bf16, 2^-9 each, for products by oneDNN.
  const double bound = setup.precision == LayerPrecision::kBf16 ? 4e-3 : 1e-5;
  EXPECT_LE(test::largestRowError((*product)->output(), plain), bound)
      << setup.m << " x " << setup.n << " x " << setup.k;
}

TEST(CpuMatrixProduct, AgreesWithPlainLoops) {
  for (const PrecisionSupport& support : cpuKernelSet()->precisions()) {
    if (!support.offered) continue;
    for (const int m : {1, 5, 8, 9, 16, 17, 100, 300}) {
      expectProductAgrees({m, 70, 130, support.precision, 2});
    }
    expectProductAgrees({3, 1, 1, support.precision, 1});
    expectProductAgrees({20, 600, 64, support.precision, 2});
  }
}

TEST(CpuMatrixProduct, GivesTheSameAfterItsWeightsWereEvicted) {
  auto product = cpuKernelSet()->matrixProduct({3, 70, 130, LayerPrecision::kF32, 2});
  ASSERT_TRUE(product.has_value());
  ASSERT_TRUE((*product)->run());
  const std::vector<float> before = (*product)->output();
  (*product)->evict();
  ASSERT_TRUE((*product)->run());
  EXPECT_EQ((*product)->output(), before);
}

TEST(CpuKernelSet, RefusesWhatMakesNoSense) {
  const auto kernels = cpuKernelSet();
  EXPECT_FALSE(kernels->matrixProduct({0, 1, 1}).has_value());
  EXPECT_FALSE(kernels->matrixProduct({1, 1, 1, LayerPrecision::kF32, 0}).has_value());
  const auto huge = kernels->matrixProduct({1, 2000000000, 2000000000});
  ASSERT_FALSE(huge.has_value());
  EXPECT_EQ(huge.error().kind, ErrorKind::kInfeasible);
  MoeLayerSetup setup;
  setup.shape = {8, 8, 2, 3};  // top-3 of 2
  EXPECT_FALSE(kernels->moeLayer(setup, randomWeights(setup.shape, 1)).has_value());
  setup.shape = {8, 8, 2, 1};
  MoeLayerWeights weights = randomWeights(setup.shape, 1);
  weights.experts[1].down.pop_back();
  EXPECT_FALSE(kernels->moeLayer(setup, weights).has_value());
}

TEST(CpuKernelSet, SaysWhyInt8IsNotOffered) {
  const auto kernels = cpuKernelSet();
  const auto product = kernels->matrixProduct({1, 1, 1, LayerPrecision::kInt8Weights});
  ASSERT_FALSE(product.has_value());
  EXPECT_EQ(product.error().kind, ErrorKind::kUnanswered);
  EXPECT_TRUE(kernels->precisions().front().offered);  // f32, always
}

}  // namespace
}  // namespace moe
