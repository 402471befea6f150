#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/costmodel/kernels/plain_layer.h"

namespace {

std::atomic<long> allocations = 0;

}  // namespace

// Counts every allocation of this program, those of oneDNN included.
void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* place = std::malloc(bytes)) return place;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, std::align_val_t boundary) {
  ++allocations;
  const auto step = static_cast<std::size_t>(boundary);
  if (void* place = std::aligned_alloc(step, (bytes + step - 1) / step * step)) return place;
  throw std::bad_alloc();
}
void operator delete(void* place, std::align_val_t) noexcept { std::free(place); }
void operator delete(void* place) noexcept { std::free(place); }
void operator delete(void* place, std::size_t) noexcept { std::free(place); }

namespace moe {
namespace {

using test::randomRows;

long allocationsOf(const auto& run) {
  const long before = allocations;
  run();
  return allocations - before;
}

TEST(CpuMoeLayer, AllocatesNothingInADecodeStep) {
  MoeLayerSetup setup;
  setup.shape = {64, 128, 4, 2, 64, Activation::kSwiGlu};
  setup.max_tokens = 8;
  setup.threads = 2;
  const auto layer = *cpuKernelSet()->moeLayer(setup, randomWeights(setup.shape, 1));
  const auto input = randomRows(std::size_t(8) * 64, 2);
  std::vector<float> output(input.size());
  (void)layer->run(input, output);
  EXPECT_EQ(allocationsOf([&] { (void)layer->run(input, output); }), 0);
  EXPECT_EQ(allocationsOf([&] { (void)layer->run(input, layer->lastRouting(), output); }), 0);
}

// oneDNN allocates the arguments of each call; we add nothing. 300 tokens of one expert are 5
// blocks of 60 tokens, each with one product for gate and up and one for down. In f32 on AVX-512
// none of them is oneDNN's, and neither is the product that is counted first.
TEST(CpuMoeLayer, AllocatesOnlyInsideOneDnnInALargeStep) {
  for (const PrecisionSupport& support : cpuKernelSet()->precisions()) {
    if (!support.offered) continue;
    const MatrixProductSetup product_setup{60, 256, 64, support.precision};
    const auto product = *cpuKernelSet()->matrixProduct(product_setup);
    (void)product->run();
    const long per_call = allocationsOf([&] { (void)product->run(); });
    MoeLayerSetup setup;
    setup.shape = {64, 128, 1, 1, 0, Activation::kSwiGlu};
    setup.precision = support.precision;
    setup.max_tokens = 300;
    const auto layer = *cpuKernelSet()->moeLayer(setup, randomWeights(setup.shape, 1));
    const auto input = randomRows(std::size_t(300) * 64, 2);
    std::vector<float> output(input.size());
    const auto run = [&] { (void)layer->run(input, output); };
    EXPECT_GT(allocationsOf(run), 10 * per_call);  // makes room and kernels
    EXPECT_LE(allocationsOf(run), 10 * per_call);
  }
}

TEST(CpuDecoderBlock, AllocatesNothingInADecodeStep) {
  DecoderBlockSetup setup;
  setup.moe.shape = {64, 64, 4, 2, 0, Activation::kSwiGlu};
  setup.moe.max_tokens = 2;
  setup.attention = {4, 2, 16};
  setup.kv_pages = 8;
  const auto block = *cpuKernelSet()->decoderBlock(setup, randomWeights(setup, 1));
  ASSERT_TRUE(block->fill(2, 62).has_value());
  const auto input = randomRows(std::size_t(2) * 64, 2);
  std::vector<float> output(input.size());
  (void)block->decode(input, output);
  EXPECT_EQ(allocationsOf([&] {
              for (int i = 0; i < 4; ++i) (void)block->decode(input, output);  // opens a page
            }),
            0);
}

}  // namespace
}  // namespace moe
