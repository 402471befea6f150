#include <gtest/gtest.h>

#include "tests/costmodel/kernels/plain_attention.h"

namespace moe {
namespace {

using test::largestRowError;
using test::randomRows;

constexpr double kBound = 1e-5;  // of the norm of a row; the cache is compared as it is stored

void expectAttentionAgrees(const AttentionSetup& setup) {
  auto attention = cpuKernelSet()->attention(setup);
  ASSERT_TRUE(attention.has_value()) << describe(attention.error());
  const int queries = setup.pass == AttentionPass::kDecode ? 1 : setup.context;
  const std::size_t row = std::size_t(setup.shape.heads) * setup.shape.head_dim;
  const auto query = randomRows(row * setup.batch * queries, 3);
  std::vector<float> output(query.size(), 99);
  const RunReport report = (*attention)->run(query, output).value();
  const auto plain = test::plainAttention(setup.shape, setup.batch, setup.context, queries, query,
                                          (*attention)->keys(), (*attention)->values());
  EXPECT_LE(largestRowError(output, plain), kBound)
      << "context " << setup.context << ", heads " << setup.shape.heads << ", dimension "
      << setup.shape.head_dim;
  const double element = setup.kv_precision == LayerPrecision::kBf16 ? 2 : 4;
  EXPECT_DOUBLE_EQ(report.work.kv_bytes.value(), 2 * element * setup.batch * setup.context *
                                                     setup.shape.kv_heads * setup.shape.head_dim);
}

std::vector<LayerPrecision> cachePrecisions() {
  std::vector<LayerPrecision> offered;
  for (const PrecisionSupport& support : cpuKernelSet()->precisions()) {
    if (support.offered) offered.push_back(support.precision);
  }
  return offered;
}

TEST(CpuAttention, AgreesWithPlainLoopsInDecode) {
  for (const LayerPrecision precision : cachePrecisions()) {
    for (const int context : {1, 2, 15, 63, 64, 65, 200}) {
      expectAttentionAgrees({{8, 2, 64}, AttentionPass::kDecode, precision, 3, context, 2});
    }
    expectAttentionAgrees({{3, 3, 20}, AttentionPass::kDecode, precision, 1, 70, 1});
    expectAttentionAgrees({{7, 1, 33}, AttentionPass::kDecode, precision, 2, 129, 1});
  }
}

TEST(CpuAttention, MergesThePartsOf4096Tokens) {
  expectAttentionAgrees({{4, 1, 32}, AttentionPass::kDecode, LayerPrecision::kF32, 1, 4096, 2});
}

TEST(CpuAttention, AgreesWithPlainLoopsInPrefill) {
  for (const LayerPrecision precision : cachePrecisions()) {
    for (const int context : {1, 2, 63, 64, 65, 150}) {
      expectAttentionAgrees({{4, 2, 32}, AttentionPass::kPrefill, precision, 2, context, 2});
    }
    expectAttentionAgrees({{2, 1, 17}, AttentionPass::kPrefill, precision, 1, 30, 1});
  }
}

TEST(CpuAttention, RefusesHeadsThatDoNotDivide) {
  EXPECT_FALSE(cpuKernelSet()->attention({{3, 2, 64}}).has_value());
  EXPECT_FALSE(cpuKernelSet()->attention({{2, 2, 0}}).has_value());
}

}  // namespace
}  // namespace moe
