#include "costmodel/verify/layer_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "costmodel/kernels/reference/moe_layer.h"
#include "costmodel/kernels/routing/route.h"
#include "costmodel/kernels/routing/router_presets.h"
#include "tests/costmodel/kernels/random_layer.h"

namespace moe {
namespace {

using testing::HasSubstr;

constexpr int kTokens = 24;

/// A layer, its input and routing, and what a kernel may be handed instead of them.
struct PoisonedLayer {
  MoeLayerShape shape{16, 24, 4, 2, 8, Activation::kSwiGlu};
  MoeLayerWeights weights = test::randomLayer(shape, 300);
  std::vector<float> x = test::normals(kTokens * 16, 301);
  Routing routing;

  PoisonedLayer() {
    const auto logits = referenceRouterLogits(shape, weights, asDoubles(x));
    const std::vector<float> rounded(logits.begin(), logits.end());
    routing = route(routerPreset("hf-mixtral").value(), rounded, kTokens, 4)->routing;
  }
};

std::vector<double> reference(const PoisonedLayer& layer) {
  return referenceMoeLayer(layer.shape, layer.weights, asDoubles(layer.x), layer.routing);
}

/// To bf16 and back: the upper 16 bits, rounded to nearest even.
float toBf16(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  bits = (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000U;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// A plain kernel in f32, apart from the reference: weights and activations rounded to bf16 first
/// where asked, sums in f32. Runs on what `poison` makes of the layer.
std::vector<float> kernelOutput(PoisonedLayer layer, LayerPrecision precision,
                                const std::function<void(PoisonedLayer&)>& poison) {
  poison(layer);
  const auto rounded = [&](float value) {
    return precision == LayerPrecision::kBf16 ? toBf16(value) : value;
  };
  const int hidden = layer.shape.hidden;
  const auto dot = [&](const float* x, const std::vector<float>& w, int in, int out, int column) {
    float sum = 0;
    for (int i = 0; i < in; ++i) sum += rounded(x[i]) * rounded(w[i * out + column]);
    return sum;
  };
  std::vector<float> y(layer.x.size(), 0.0F);
  const auto addExpert = [&](const ExpertWeights& expert, int ffn, int token, float weight) {
    const float* x = layer.x.data() + token * hidden;
    std::vector<float> inner(ffn);
    for (int f = 0; f < ffn; ++f) {
      const float gate = dot(x, expert.gate, hidden, ffn, f);
      inner[f] = gate / (1 + std::exp(-gate)) * dot(x, expert.up, hidden, ffn, f);
    }
    for (int i = 0; i < hidden; ++i)
      y[token * hidden + i] += weight * dot(inner.data(), expert.down, ffn, hidden, i);
  };
  for (int t = 0; t < kTokens; ++t) addExpert(layer.weights.shared, layer.shape.shared_ffn, t, 1);
  for (int e = 0; e < layer.routing.experts; ++e)
    for (int i = layer.routing.first[e]; i < layer.routing.first[e + 1]; ++i)
      addExpert(layer.weights.experts[e], layer.shape.expert_ffn, layer.routing.token[i],
                layer.routing.weight[i]);
  return y;
}

LayerCheck checked(LayerPrecision precision, const std::function<void(PoisonedLayer&)>& poison) {
  const PoisonedLayer layer;
  return checkLayer(kernelOutput(layer, precision, poison), reference(layer), layer.shape.hidden,
                    layerTolerance(precision));
}

TEST(LayerCheck, PassesAKernelOfEachPrecision) {
  for (const LayerPrecision precision : {LayerPrecision::kF32, LayerPrecision::kBf16}) {
    const LayerCheck check = checked(precision, [](PoisonedLayer&) {});
    EXPECT_TRUE(check.passed()) << check.reason;
    EXPECT_EQ(check.reason, "");
    EXPECT_EQ(check.tokens, 24u);
    EXPECT_GT(check.worst_error, 0);
  }
}

/// The assignment whose weight is nearest to 1/2. In bf16 an output of weight 0.01 is lost in the
/// tolerance of 2e-2, whoever computes it.
float& evenWeight(PoisonedLayer& layer) {
  return *std::min_element(
      layer.routing.weight.begin(), layer.routing.weight.end(),
      [](float a, float b) { return std::abs(a - 0.5F) < std::abs(b - 0.5F); });
}

/// Ways in which kernels go wrong: each found in both precisions.
struct Poison {
  const char* name;
  std::function<void(PoisonedLayer&)> apply;
};

void PrintTo(const Poison& poison, std::ostream* out) { *out << poison.name; }

class PoisonedKernel : public testing::TestWithParam<Poison> {};

TEST_P(PoisonedKernel, IsCaught) {
  for (const LayerPrecision precision : {LayerPrecision::kF32, LayerPrecision::kBf16}) {
    const LayerCheck check = checked(precision, GetParam().apply);
    EXPECT_FALSE(check.passed()) << GetParam().name;
    EXPECT_THAT(check.reason, HasSubstr("the worst is token"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    LayerCheck, PoisonedKernel,
    testing::Values(
        Poison{"one weight with the wrong sign",
               [](PoisonedLayer& layer) {
                 // The largest, so that bf16 tells it from its own rounding.
                 auto& down = layer.weights.experts[2].down;
                 auto worst = std::max_element(down.begin(), down.end(), [](float a, float b) {
                   return std::abs(a) < std::abs(b);
                 });
                 *worst = -*worst;
               }},
        Poison{"one weight read from its neighbour",
               [](PoisonedLayer& layer) {
                 layer.weights.experts[1].gate[5] = layer.weights.experts[1].gate[6];
               }},
        Poison{"two experts swapped",
               [](PoisonedLayer& layer) {
                 std::swap(layer.weights.experts[0], layer.weights.experts[3]);
               }},
        Poison{"gate and up of one expert swapped",
               [](PoisonedLayer& layer) {
                 std::swap(layer.weights.experts[0].gate, layer.weights.experts[0].up);
               }},
        Poison{"one assignment dropped", [](PoisonedLayer& layer) { evenWeight(layer) = 0; }},
        Poison{"one combine weight wrong", [](PoisonedLayer& layer) { evenWeight(layer) *= 1.2F; }},
        Poison{"two tokens of an expert swapped",
               [](PoisonedLayer& layer) {
                 std::swap(layer.routing.token[0], layer.routing.token[1]);
               }},
        Poison{"the shared expert left out", [](PoisonedLayer& layer) {
                 std::fill(layer.weights.shared.down.begin(), layer.weights.shared.down.end(), 0);
               }}));

// The tolerance of f32 lies between rounding and the smallest poison worth naming: 1e-4 of one
// combine weight.
TEST(LayerCheck, SeesASmallErrorInF32) {
  const LayerCheck check =
      checked(LayerPrecision::kF32, [](PoisonedLayer& layer) { evenWeight(layer) *= 1.0001F; });
  EXPECT_FALSE(check.passed());
  EXPECT_EQ(check.failed_tokens, 1u);
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(LayerCheck, IsTheNormOfTheDifferenceOverThatOfTheReference) {
  // (0.03, 0.04) off (3, 4): 0.05 / 5; the second token is exact.
  const std::vector<float> output{3.0F, 4.05F, 1, 1};
  const std::vector<double> wanted{3, 4, 1, 1};
  const LayerCheck check = checkLayer(output, wanted, 2, 1e-3);
  EXPECT_NEAR(check.worst_error, 0.01, 1e-7);
  EXPECT_EQ(check.worst_token, 0u);
  EXPECT_EQ(check.reason,
            "1 of 2 tokens are off by more than 0.001; the worst is token 0, off by 0.01 of its "
            "norm: element 1 is 4.05 where the reference has 4");
}

TEST(LayerCheck, AllowsNanOnlyWhereTheReferenceHasIt) {
  const std::vector<double> wanted{1, 2, kNan, kNan};
  EXPECT_TRUE(checkLayer(std::vector<float>{1, 2, kNan, kNan}, wanted, 2, 1e-5).passed());
  EXPECT_FALSE(checkLayer(std::vector<float>{kNan, 2, kNan, kNan}, wanted, 2, 1e-5).passed());
  const LayerCheck hidden_nan = checkLayer(std::vector<float>{1, 2, 0, 0}, wanted, 2, 1e-5);
  EXPECT_FALSE(hidden_nan.passed());
  EXPECT_EQ(hidden_nan.worst_token, 1u);
}

TEST(LayerCheck, WantsZeroWhereTheReferenceIsZero) {
  const std::vector<double> zero{0, 0};
  EXPECT_TRUE(checkLayer(std::vector<float>{0, -0.0F}, zero, 2, 1e-5).passed());
  EXPECT_FALSE(checkLayer(std::vector<float>{0, 1e-30F}, zero, 2, 1e-5).passed());
}

TEST(LayerCheck, DoesNotPassWhatItCouldNotCompare) {
  const LayerCheck check =
      checkLayer(std::vector<float>{1, 2}, std::vector<double>{1, 2, 3}, 1, 1e-5);
  EXPECT_FALSE(check.passed());
  EXPECT_EQ(check.reason,
            "nothing was checked: the output has 2 numbers, the reference 3, and a token 1");
  EXPECT_FALSE(checkLayer({}, {}, 4, 1e-5).passed());
}

}  // namespace
}  // namespace moe
