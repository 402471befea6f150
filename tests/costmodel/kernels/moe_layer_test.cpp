#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <thread>

#include "tests/costmodel/kernels/plain_layer.h"

namespace moe {
namespace {

using test::largestRowError;
using test::plainLayer;
using test::randomRows;

// The bounds of the specification: 1e-5 for f32, 2e-2 for bf16, of the norm of a row.
constexpr double kF32Bound = 1e-5;
constexpr double kBf16Bound = 2e-2;

struct LayerCase {
  MoeLayerShape shape;
  int tokens;
  int threads = 1;
};

std::vector<LayerPrecision> offeredPrecisions() {
  std::vector<LayerPrecision> offered;
  for (const PrecisionSupport& support : cpuKernelSet()->precisions()) {
    if (support.offered) offered.push_back(support.precision);
  }
  return offered;
}

double boundOf(LayerPrecision precision) {
  return precision == LayerPrecision::kBf16 ? kBf16Bound : kF32Bound;
}

std::unique_ptr<MoeLayer> preparedLayer(const MoeLayerSetup& setup,
                                        const MoeLayerWeights& weights) {
  auto layer = cpuKernelSet()->moeLayer(setup, weights);
  EXPECT_TRUE(layer.has_value()) << (layer ? "" : describe(layer.error()));
  return layer ? std::move(*layer) : nullptr;
}

MoeLayerSetup setupOf(const LayerCase& layer, LayerPrecision precision) {
  MoeLayerSetup setup;
  setup.shape = layer.shape;
  setup.precision = precision;
  setup.max_tokens = layer.tokens;
  setup.threads = layer.threads;
  return setup;
}

void expectAgreesWithPlainLoops(const LayerCase& layer_case) {
  const MoeLayerWeights weights = randomWeights(layer_case.shape, 3);
  const auto input =
      randomRows(static_cast<std::size_t>(layer_case.tokens) * layer_case.shape.hidden, 5);
  for (const LayerPrecision precision : offeredPrecisions()) {
    const auto layer = preparedLayer(setupOf(layer_case, precision), weights);
    ASSERT_NE(layer, nullptr);
    std::vector<float> output(input.size(), 99);
    ASSERT_TRUE(layer->run(input, output).has_value());
    const auto plain = plainLayer(layer_case.shape, weights, input, layer->lastRouting());
    EXPECT_LE(largestRowError(output, plain), boundOf(precision))
        << "hidden " << layer_case.shape.hidden << ", ffn " << layer_case.shape.expert_ffn
        << ", tokens " << layer_case.tokens << ", precision " << static_cast<int>(precision);
  }
}

TEST(CpuMoeLayer, AgreesWithPlainLoopsForEveryActivation) {
  for (const Activation kind : {Activation::kSwiGlu, Activation::kGatedGelu, Activation::kRelu}) {
    expectAgreesWithPlainLoops({{128, 192, 4, 2, 0, kind}, 33});
  }
}

TEST(CpuMoeLayer, AgreesWithPlainLoopsForWidthsThatFitNoVector) {
  expectAgreesWithPlainLoops({{65, 97, 3, 2, 0, Activation::kSwiGlu}, 7});
  expectAgreesWithPlainLoops({{65, 97, 3, 2, 31, Activation::kSwiGlu}, 70});
  expectAgreesWithPlainLoops({{1, 1, 1, 1, 1, Activation::kRelu}, 1});
  expectAgreesWithPlainLoops({{3, 5, 70, 6, 0, Activation::kGatedGelu}, 19});
}

TEST(CpuMoeLayer, AgreesWithPlainLoopsWithASharedExpert) {
  expectAgreesWithPlainLoops({{128, 64, 8, 2, 320, Activation::kSwiGlu}, 1});
  expectAgreesWithPlainLoops({{128, 64, 8, 2, 320, Activation::kSwiGlu}, 90, 2});
}

// Every way through the kernels: 1 to 6 rows of one tile, several tiles, blocks, several blocks.
TEST(CpuMoeLayer, AgreesWithPlainLoopsForEveryNumberOfTokens) {
  for (const int tokens : {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 64, 65, 129, 257}) {
    expectAgreesWithPlainLoops({{64, 128, 1, 1, 0, Activation::kSwiGlu}, tokens});
  }
}

TEST(CpuMoeLayer, AgreesWithPlainLoopsForAWideFfn) {  // several chunks of columns and a tail
  expectAgreesWithPlainLoops({{640, 704, 2, 1, 0, Activation::kSwiGlu}, 40, 2});
}

TEST(CpuMoeLayer, AgreesWithPlainLoopsFor4096Tokens) {
  expectAgreesWithPlainLoops({{32, 48, 8, 2, 0, Activation::kSwiGlu}, 4096, 2});
}

TEST(CpuMoeLayer, RoutesByTheLargestLogitsAndTheirSoftmax) {
  const MoeLayerShape shape{48, 64, 6, 2, 0, Activation::kSwiGlu};
  const MoeLayerWeights weights = randomWeights(shape, 3);
  const auto input = randomRows(std::size_t(20) * shape.hidden, 9);
  for (const auto normalisation :
       {GateNormalisation::kSoftmaxOverAll, GateNormalisation::kSoftmaxOverChosen}) {
    MoeLayerSetup setup = setupOf({shape, 20}, LayerPrecision::kF32);
    setup.routing = {normalisation, 2.5F};
    const auto layer = preparedLayer(setup, weights);
    std::vector<float> output(input.size());
    ASSERT_TRUE(layer->run(input, output).has_value());
    const Routing& routing = layer->lastRouting();
    for (int t = 0; t < 20; ++t) {
      const auto logits = test::plainProduct(
          std::span<const float>(input).subspan(t * shape.hidden, shape.hidden), weights.router);
      std::vector<int> order(shape.experts);
      std::iota(order.begin(), order.end(), 0);
      std::sort(order.begin(), order.end(), [&](int a, int b) { return logits[a] > logits[b]; });
      double sum = 0;
      const int summed = normalisation == GateNormalisation::kSoftmaxOverAll ? shape.experts : 2;
      for (int j = 0; j < summed; ++j) sum += std::exp(logits[order[j]]);
      int found = 0;
      for (int e = 0; e < shape.experts; ++e) {
        for (int i = routing.first[e]; i < routing.first[e + 1]; ++i) {
          if (routing.token[i] != t) continue;
          ++found;
          EXPECT_TRUE(e == order[0] || e == order[1]) << "token " << t;
          // Logits of size 1 to 4 in f32: their error of 1e-6 is that of the weight.
          EXPECT_NEAR(routing.weight[i], 2.5 * std::exp(logits[e]) / sum, 1e-5);
        }
      }
      EXPECT_EQ(found, 2);
    }
  }
}

TEST(CpuMoeLayer, GivesEqualLogitsToTheLowestExperts) {
  const MoeLayerShape shape{16, 16, 5, 3, 0, Activation::kRelu};
  MoeLayerWeights weights = randomWeights(shape, 3);
  std::fill(weights.router.begin(), weights.router.end(), 0.0F);
  const auto layer = preparedLayer(setupOf({shape, 4}, LayerPrecision::kF32), weights);
  const auto input = randomRows(64, 1);
  std::vector<float> output(64);
  ASSERT_TRUE(layer->run(input, output).has_value());
  EXPECT_EQ(layer->lastRouting().first, (std::vector<std::int32_t>{0, 4, 8, 12, 12, 12}));
}

TEST(CpuMoeLayer, TakesARoutingWithEmptyExpertsUnservedAndRepeatedTokens) {
  const MoeLayerShape shape{64, 128, 4, 1, 0, Activation::kSwiGlu};
  const MoeLayerWeights weights = randomWeights(shape, 3);
  const auto input = randomRows(std::size_t(5) * shape.hidden, 2);
  // Expert 2 gets all, 0 and 3 nothing, token 4 goes nowhere but to expert 1, token 1 twice.
  const Routing routing = test::routingOf(
      5, 4, {{0, 2, 0.5F}, {1, 2, 1.0F}, {2, 2, -0.25F}, {3, 2, 0.0F}, {4, 1, 2.0F}, {1, 1, 0.5F}});
  MoeLayerSetup setup = setupOf({shape, 5}, LayerPrecision::kF32);
  setup.max_assignments = 8;
  const auto layer = preparedLayer(setup, weights);
  std::vector<float> output(input.size());
  const auto report = layer->run(input, routing, output);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->work.distinct_experts, 2);
  EXPECT_DOUBLE_EQ(report->work.weight_bytes.value(), 2 * 3 * 64 * 128 * 4);
  EXPECT_DOUBLE_EQ(report->work.flop.value(), 6 * 2 * 3 * 64 * 128);
  EXPECT_LE(largestRowError(output, plainLayer(shape, weights, input, routing)), kF32Bound);
}

TEST(CpuMoeLayer, AgreesWithPlainLoopsWhenAllTokensGoToOneExpert) {
  const MoeLayerShape shape{64, 64, 8, 1, 0, Activation::kSwiGlu};
  const MoeLayerWeights weights = randomWeights(shape, 3);
  std::vector<test::Assignment> all;
  for (int t = 0; t < 300; ++t) all.push_back({t, 5, 1.0F});
  const Routing routing = test::routingOf(300, 8, all);
  const auto input = randomRows(std::size_t(300) * 64, 2);
  for (const LayerPrecision precision : offeredPrecisions()) {
    const auto layer = preparedLayer(setupOf({shape, 300, 2}, precision), weights);
    std::vector<float> output(input.size());
    ASSERT_TRUE(layer->run(input, routing, output).has_value());
    EXPECT_LE(largestRowError(output, plainLayer(shape, weights, input, routing)),
              boundOf(precision));
  }
}

TEST(CpuMoeLayer, RefusesARoutingThatDoesNotFit) {
  const MoeLayerShape shape{16, 16, 2, 1, 0, Activation::kRelu};
  const auto layer =
      preparedLayer(setupOf({shape, 2}, LayerPrecision::kF32), randomWeights(shape, 1));
  const auto input = randomRows(32, 2);
  std::vector<float> output(32);
  EXPECT_FALSE(layer->run(input, test::routingOf(3, 2, {}), output).has_value());
  EXPECT_FALSE(layer->run(input, test::routingOf(2, 3, {}), output).has_value());
  EXPECT_FALSE(layer->run(input, test::routingOf(2, 2, {{2, 0, 1}}), output).has_value());
  EXPECT_FALSE(layer->run(input, test::routingOf(2, 2, {{0, 0, 1}, {1, 0, 1}, {1, 1, 1}}), output)
                   .has_value());
  Routing short_weights = test::routingOf(2, 2, {{0, 0, 1}});
  short_weights.weight.clear();
  EXPECT_FALSE(layer->run(input, short_weights, output).has_value());
  EXPECT_FALSE(layer->run(randomRows(48, 2), output).has_value());
  EXPECT_FALSE(layer->run({}, {}).has_value());
  EXPECT_TRUE(layer->run(input, test::routingOf(2, 2, {}), output).has_value());
  EXPECT_EQ(output, std::vector<float>(32));  // no expert, no output
}

TEST(CpuMoeLayer, KeepsANanInItsToken) {
  const MoeLayerShape shape{64, 128, 4, 2, 64, Activation::kSwiGlu};
  const MoeLayerWeights weights = randomWeights(shape, 3);
  for (const int tokens : {5, 120}) {
    auto input = randomRows(std::size_t(tokens) * 64, 2);
    for (const LayerPrecision precision : offeredPrecisions()) {
      const auto layer = preparedLayer(setupOf({shape, tokens}, precision), weights);
      std::vector<float> clean(input.size());
      std::vector<float> poisoned(input.size());
      ASSERT_TRUE(layer->run(input, clean).has_value());
      auto with_nan = input;
      with_nan[3 * 64 + 10] = NAN;
      ASSERT_TRUE(layer->run(with_nan, poisoned).has_value());
      for (std::size_t i = 0; i < input.size(); ++i) {
        if (i / 64 == 3) {
          EXPECT_TRUE(std::isnan(poisoned[i]));
        } else {
          // The others may share kernels for another number of rows: equal but for rounding.
          ASSERT_NEAR(poisoned[i], clean[i], boundOf(precision) * 10) << i;
        }
      }
    }
  }
}

TEST(CpuMoeLayer, GivesEqualBitsForAnyNumberOfThreads) {
  const MoeLayerShape shape{96, 160, 5, 2, 64, Activation::kSwiGlu};
  const MoeLayerWeights weights = randomWeights(shape, 3);
  for (const LayerPrecision precision : offeredPrecisions()) {
    for (const int tokens : {1, 9, 40, 333}) {
      const auto input = randomRows(std::size_t(tokens) * shape.hidden, 2);
      std::vector<float> one(input.size());
      ASSERT_TRUE(preparedLayer(setupOf({shape, tokens, 1}, precision), weights)
                      ->run(input, one)
                      .has_value());
      for (const int threads : {2, 3}) {
        std::vector<float> more(input.size());
        ASSERT_TRUE(preparedLayer(setupOf({shape, tokens, threads}, precision), weights)
                        ->run(input, more)
                        .has_value());
        EXPECT_EQ(one, more) << tokens << " tokens, " << threads << " threads";
      }
    }
  }
}

// With the library's own scratchpad, oneDNN gives relative errors of 0.5 here.
/// The largest error of a layer of one precision that runs twenty times.
double errorOfRuns(LayerPrecision precision, std::uint64_t seed) {
  const LayerCase layer_case{{128, 256, 4, 2, 0, Activation::kSwiGlu}, 100};
  const MoeLayerWeights weights = randomWeights(layer_case.shape, seed);
  const auto input = randomRows(std::size_t(100) * 128, 2);
  const auto layer = preparedLayer(setupOf(layer_case, precision), weights);
  std::vector<float> output(input.size());
  double error = 0;
  for (int i = 0; i < 20; ++i) {
    if (!layer->run(input, output)) return INFINITY;
    if (i % 10 != 0) continue;
    const auto plain = plainLayer(layer_case.shape, weights, input, layer->lastRouting());
    error = std::max(error, largestRowError(output, plain));
  }
  return error;
}

// Each precision beside each: in bf16 both go through oneDNN, whose own scratchpads are wrong here.
TEST(CpuMoeLayer, RunsBesideAnotherLayer) {
  for (const LayerPrecision first : offeredPrecisions())
    for (const LayerPrecision second : offeredPrecisions()) {
      double first_error = 0;
      double second_error = 0;
      std::thread one([&] { first_error = errorOfRuns(first, 1); });
      std::thread other([&] { second_error = errorOfRuns(second, 2); });
      one.join();
      other.join();
      EXPECT_LE(first_error, boundOf(first));
      EXPECT_LE(second_error, boundOf(second));
    }
}

TEST(CpuMoeLayer, SaysWhenARunMadeAKernelAndReportsPhases) {
  const MoeLayerShape shape{64, 64, 1, 1, 0, Activation::kSwiGlu};
  const auto layer =
      preparedLayer(setupOf({shape, 100}, LayerPrecision::kF32), randomWeights(shape, 1));
  const auto input = randomRows(std::size_t(100) * 64, 2);
  std::vector<float> output(input.size());
  EXPECT_TRUE(layer->run(input, output)->prepared);
  const auto again = layer->run(input, output, {true});
  EXPECT_FALSE(again->prepared);
  EXPECT_GT(again->phases.router.value(), 0);
  EXPECT_GT(again->phases.dispatch.value(), 0);
  EXPECT_GT(again->phases.experts.value(), 0);
  EXPECT_GT(again->phases.combine.value(), 0);
  EXPECT_EQ(layer->run(input, output)->phases.experts.value(), 0);
}

// The checks above can fail: one wrong weight is seen.
TEST(CpuMoeLayer, DisagreesWithPlainLoopsOfOtherWeights) {
  const MoeLayerShape shape{64, 64, 2, 1, 0, Activation::kSwiGlu};
  MoeLayerWeights weights = randomWeights(shape, 1);
  const auto layer = preparedLayer(setupOf({shape, 8}, LayerPrecision::kF32), weights);
  const auto input = randomRows(std::size_t(8) * 64, 2);
  std::vector<float> output(input.size());
  ASSERT_TRUE(layer->run(input, output).has_value());
  for (ExpertWeights& expert : weights.experts) expert.down[7] += 0.1F;
  EXPECT_GT(largestRowError(output, plainLayer(shape, weights, input, layer->lastRouting())),
            10 * kF32Bound);
}

}  // namespace
}  // namespace moe
