#include <gtest/gtest.h>

#include "tests/costmodel/kernels/plain_attention.h"

namespace moe {
namespace {

using test::randomRows;

DecoderBlockSetup blockSetup(int max_tokens, int kv_pages) {
  DecoderBlockSetup setup;
  setup.moe.shape = {96, 64, 4, 2, 48, Activation::kSwiGlu};
  setup.moe.max_tokens = max_tokens;
  setup.moe.threads = 2;
  setup.attention = {4, 2, 24};
  setup.kv_pages = kv_pages;
  return setup;
}

std::vector<float> plainNorm(std::span<const float> x) {
  double squares = 0;
  for (const float value : x) squares += double(value) * value;
  std::vector<float> out;
  for (const float value : x) {
    out.push_back(static_cast<float>(value / std::sqrt(squares / x.size() + 1e-6)));
  }
  return out;
}

/// The rows of one product with a token's own columns cut out.
std::vector<float> columnsOf(const std::vector<std::vector<double>>& rows, std::size_t first,
                             std::size_t count) {
  std::vector<float> out;
  for (const auto& row : rows)
    out.insert(out.end(), row.begin() + first, row.begin() + first + count);
  return out;
}

/// The block of costmodel/kernels/kernel_set.h for whole prompts, with the softmax over the chosen.
std::vector<std::vector<double>> plainBlock(const DecoderBlockSetup& setup,
                                            const DecoderBlockWeights& weights, int batch,
                                            int tokens, std::span<const float> input) {
  const std::size_t hidden = setup.moe.shape.hidden;
  const std::size_t query = setup.attention.heads * setup.attention.head_dim;
  const std::size_t key = setup.attention.kv_heads * setup.attention.head_dim;
  std::vector<std::vector<double>> projected;
  for (int row = 0; row < batch * tokens; ++row) {
    const auto norm = plainNorm(input.subspan(row * hidden, hidden));
    projected.push_back(test::plainProduct(std::span<const float>(norm), weights.qkv));
  }
  const auto mixed = test::plainAttention(
      setup.attention, batch, tokens, tokens, columnsOf(projected, 0, query),
      columnsOf(projected, query, key), columnsOf(projected, query + key, key));
  std::vector<float> residual(input.begin(), input.end());
  std::vector<float> normed;
  std::vector<test::Assignment> assignments;
  for (int row = 0; row < batch * tokens; ++row) {
    const auto out = test::plainProduct(std::span<const double>(mixed[row]), weights.output);
    for (std::size_t i = 0; i < hidden; ++i)
      residual[row * hidden + i] += static_cast<float>(out[i]);
    const auto norm = plainNorm(std::span<const float>(residual).subspan(row * hidden, hidden));
    normed.insert(normed.end(), norm.begin(), norm.end());
    const auto logits = test::plainProduct(std::span<const float>(norm), weights.moe.router);
    const auto first = std::max_element(logits.begin(), logits.end()) - logits.begin();
    auto others = logits;
    others[first] = -INFINITY;
    const auto second = std::max_element(others.begin(), others.end()) - others.begin();
    const auto share = static_cast<float>(1 / (1 + std::exp(logits[second] - logits[first])));
    assignments.push_back({row, static_cast<int>(first), share});
    assignments.push_back({row, static_cast<int>(second), 1 - share});
  }
  auto out =
      test::plainLayer(setup.moe.shape, weights.moe, normed,
                       test::routingOf(batch * tokens, setup.moe.shape.experts, assignments));
  for (std::size_t row = 0; row < out.size(); ++row) {
    for (std::size_t i = 0; i < hidden; ++i) out[row][i] += residual[row * hidden + i];
  }
  return out;
}

// The sum of two roundings to f32 in the plain block (norms) and the kernel's own: 1e-5 holds.
TEST(CpuDecoderBlock, AgreesWithPlainLoopsInPrefill) {
  const DecoderBlockSetup setup = blockSetup(2 * 70, 4);
  const DecoderBlockWeights weights = randomWeights(setup, 4);
  const auto block = *cpuKernelSet()->decoderBlock(setup, weights);
  const auto input = randomRows(std::size_t(2) * 70 * 96, 8);
  std::vector<float> output(input.size());
  ASSERT_TRUE(block->prefill(2, 70, input, output).has_value());
  EXPECT_EQ(block->cachedTokens(), 70);
  EXPECT_LE(test::largestRowError(output, plainBlock(setup, weights, 2, 70, input)), 1e-5);
}

TEST(CpuDecoderBlock, DecodesWhatPrefillWouldHaveGiven) {
  const DecoderBlockSetup setup = blockSetup(66, 2);
  const DecoderBlockWeights weights = randomWeights(setup, 4);
  const auto block = *cpuKernelSet()->decoderBlock(setup, weights);
  const auto input = randomRows(std::size_t(66) * 96, 8);
  std::vector<float> output(96);
  std::vector<float> prompt(std::size_t(62) * 96);
  ASSERT_TRUE(block->prefill(1, 62, std::span<const float>(input).first(prompt.size()), prompt)
                  .has_value());
  const auto plain = plainBlock(setup, weights, 1, 66, input);
  for (int t = 62; t < 66; ++t) {  // over the edge of a page
    const auto token = std::span<const float>(input).subspan(std::size_t(t) * 96, 96);
    const auto report = block->decode(token, output);
    ASSERT_TRUE(report.has_value());
    EXPECT_LE(test::largestRowError(output, {plain[t]}), 1e-5) << t;
    EXPECT_DOUBLE_EQ(report->work.kv_bytes.value(), 2.0 * (t + 1) * 2 * 24 * 4);
  }
}

TEST(CpuDecoderBlock, RepeatsAStepAfterForgettingIt) {
  const DecoderBlockSetup setup = blockSetup(3, 12);
  const auto block = *cpuKernelSet()->decoderBlock(setup, randomWeights(setup, 4));
  ASSERT_TRUE(block->fill(3, 128).has_value());
  const auto input = randomRows(std::size_t(3) * 96, 8);
  std::vector<float> first(input.size());
  std::vector<float> second(input.size());
  ASSERT_TRUE(block->decode(input, first).has_value());
  block->forgetLast();
  EXPECT_EQ(block->cachedTokens(), 128);
  ASSERT_TRUE(block->decode(input, second).has_value());
  EXPECT_EQ(first, second);
}

TEST(CpuDecoderBlock, RefusesWhatTheCacheCannotHold) {
  const DecoderBlockSetup setup = blockSetup(8, 6);
  const auto block = *cpuKernelSet()->decoderBlock(setup, randomWeights(setup, 4));
  EXPECT_TRUE(block->fill(3, 128).has_value());
  const auto input = randomRows(std::size_t(3) * 96, 8);
  std::vector<float> output(input.size());
  const auto beyond = block->decode(input, output);
  ASSERT_FALSE(beyond.has_value());
  EXPECT_EQ(beyond.error().kind, ErrorKind::kInfeasible);
  EXPECT_EQ(describe(beyond.error()),
            "KV cache: 3 sequences of 129 tokens take 9 pages of 64 tokens; there are 6");
  EXPECT_EQ(block->cachedTokens(), 128);
  EXPECT_FALSE(block->fill(7, 1).has_value());
  EXPECT_FALSE(block->fill(1, 385).has_value());
  EXPECT_TRUE(block->fill(6, 63).has_value());
  EXPECT_FALSE(block->decode(input, output).has_value());  // three rows, six sequences
}

// A later token must not reach an earlier one, not even as 0 times NaN.
TEST(CpuDecoderBlock, KeepsANanOutOfEarlierTokens) {
  const DecoderBlockSetup setup = blockSetup(80, 4);
  const auto block = *cpuKernelSet()->decoderBlock(setup, randomWeights(setup, 4));
  auto input = randomRows(std::size_t(80) * 96, 8);
  input[30 * 96 + 5] = NAN;
  std::vector<float> output(input.size());
  ASSERT_TRUE(block->prefill(2, 40, input, output).has_value());
  for (int row = 0; row < 80; ++row) {
    EXPECT_EQ(std::isnan(output[row * 96]), row >= 30 && row < 40) << row;
  }
}

}  // namespace
}  // namespace moe
