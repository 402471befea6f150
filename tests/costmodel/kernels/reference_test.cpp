#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "costmodel/kernels/reference/attention.h"
#include "costmodel/kernels/reference/decoder_block.h"
#include "costmodel/kernels/reference/matrix_product.h"
#include "costmodel/kernels/reference/moe_layer.h"
#include "costmodel/kernels/reference/soft_merged.h"
#include "costmodel/kernels/routing/router_presets.h"
#include "tests/costmodel/kernels/random_layer.h"

namespace moe {
namespace {

using test::normals;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

/// Sums of some hundred doubles near 1, in another order.
constexpr double kOrder = 1e-12;

// silu(1) = 1/(1 + 1/e), gelu with tanh at 1: 0.8411919906 (published value of the tanh form).
TEST(ReferenceExpert, HasTheActivationsOfTheBooks) {
  EXPECT_NEAR(referenceSilu(1), 0.7310585786300049, 1e-15);
  EXPECT_NEAR(referenceGelu(1), 0.8411919906082768, 1e-15);
  EXPECT_EQ(referenceSilu(0), 0);
  EXPECT_EQ(referenceGelu(0), 0);
}

// hidden 2, ffn 2, by hand: up = (1, -1) for x = (1, 2), gate = (2, 0).
TEST(ReferenceExpert, FollowsTheFormulaByHand) {
  const ExpertWeights expert{{2, -2, 0, 1}, {-1, 1, 1, -1}, {1, 2, 3, 4}};
  const std::vector<double> x{1, 2};
  EXPECT_THAT(referenceExpert(Activation::kRelu, expert, 2, x), ElementsAre(1, 2));
  const double silu = 2 / (1 + std::exp(-2.0));
  EXPECT_THAT(referenceExpert(Activation::kSwiGlu, expert, 2, x),
              ElementsAre(DoubleNear(silu, kOrder), DoubleNear(2 * silu, kOrder)));
  const double gelu = 1 + std::tanh(std::sqrt(2 / M_PI) * (2 + 0.044715 * 8));
  EXPECT_THAT(referenceExpert(Activation::kGatedGelu, expert, 2, x),
              ElementsAre(DoubleNear(gelu, kOrder), DoubleNear(2 * gelu, kOrder)));
}

Routing twoTokensOfThreeExperts() {
  Routing routing;
  routing.tokens = 2;
  routing.experts = 3;
  routing.first = {0, 1, 1, 3};  // expert 1 is empty
  routing.token = {1, 0, 1};
  routing.weight = {0.25F, 1.0F, 0.75F};
  return routing;
}

TEST(ReferenceMoeLayer, SumsWeightedExpertsAndTheSharedOne) {
  const MoeLayerShape shape{4, 6, 3, 2, 5, Activation::kSwiGlu};
  const MoeLayerWeights weights = test::randomLayer(shape, 50);
  const auto x = asDoubles(normals(8, 1));
  const auto y = referenceMoeLayer(shape, weights, x, twoTokensOfThreeExperts());
  const auto expert = [&](int e, int token) {
    return referenceExpert(shape.activation, weights.experts[e], 6,
                           std::span(x).subspan(4 * token, 4));
  };
  for (int i = 0; i < 4; ++i) {
    const auto shared = [&](int token) {
      return referenceExpert(shape.activation, weights.shared, 5,
                             std::span(x).subspan(4 * token, 4))[i];
    };
    EXPECT_NEAR(y[i], shared(0) + expert(2, 0)[i], kOrder);
    EXPECT_NEAR(y[4 + i], shared(1) + 0.25 * expert(0, 1)[i] + 0.75 * expert(2, 1)[i], kOrder);
  }
}

TEST(ReferenceMoeLayer, IsZeroForTokensOfNoExpert) {
  const MoeLayerShape shape{4, 6, 3, 1, 0, Activation::kRelu};
  const MoeLayerWeights weights = test::randomLayer(shape, 50);
  Routing nobody;
  nobody.tokens = 2;
  nobody.experts = 3;
  nobody.first = {0, 0, 0, 0};
  EXPECT_EQ(referenceMoeLayer(shape, weights, asDoubles(normals(8, 1)), nobody),
            std::vector<double>(8, 0.0));
}

TEST(ReferenceMoeLayer, KeepsANanInItsToken) {
  const MoeLayerShape shape{4, 6, 3, 1, 3, Activation::kRelu};
  const MoeLayerWeights weights = test::randomLayer(shape, 50);
  auto x = asDoubles(normals(8, 1));
  x[5] = std::nan("");
  const auto y = referenceMoeLayer(shape, weights, x, twoTokensOfThreeExperts());
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(std::isfinite(y[i]));
    EXPECT_TRUE(std::isnan(y[4 + i]));
  }
}

// One expert of which every token has weight 1 is a dense layer.
TEST(ReferenceMoeLayer, IsADenseLayerWithOneExpert) {
  const MoeLayerShape shape{4, 6, 1, 1, 0, Activation::kGatedGelu};
  const MoeLayerWeights weights = test::randomLayer(shape, 9);
  const auto x = asDoubles(normals(12, 2));
  const auto routed = *route(RouterRule{}, std::vector<float>(3, 0.0F), 3, 1);
  const auto y = referenceMoeLayer(shape, weights, x, routed.routing);
  for (int t = 0; t < 3; ++t) {
    const auto dense =
        referenceExpert(shape.activation, weights.experts[0], 6, std::span(x).subspan(4 * t, 4));
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(y[4 * t + i], dense[i], kOrder);
  }
}

// ---- soft merging

TEST(SoftMerge, MergesVectorsExactly) {
  const auto merge = *softMergeWeights(normals(6, 3), 2, 3);
  const auto vectors = normals(12, 4);
  const auto x = asDoubles(normals(8, 5));
  const auto mov = referenceMov(x, vectors, merge);
  // Mixing the outputs of each (IA)3 expert gives the same: multiplying is linear in the vector.
  for (int t = 0; t < 2; ++t) {
    for (int i = 0; i < 4; ++i) {
      double mixed = 0;
      for (int e = 0; e < 3; ++e)
        mixed += merge.weight[t * 3 + e] * referenceIa3(std::span(x).subspan(4 * t, 4),
                                                        std::span(vectors).subspan(4 * e, 4))[i];
      EXPECT_NEAR(mov[4 * t + i], mixed, kOrder);
    }
  }
}

TEST(SoftMerge, WeighsAllExpertsAndAddsUpToOne) {
  const std::vector<float> logits{0, 0, 0, 0, 3, 2, 1, 0};
  const auto merge = *softMergeWeights(logits, 2, 4);
  for (int e = 0; e < 4; ++e) EXPECT_FLOAT_EQ(static_cast<float>(merge.weight[e]), 0.25F);
  // e^3 / (e^3 + e^2 + e + 1) = 0.643914.
  EXPECT_NEAR(merge.weight[4], 0.6439142598879722, 1e-7);
  // The top two keep their weights: no renormalising.
  const auto top = *softMergeWeights(logits, 2, 4, 2);
  EXPECT_EQ(top.weight[4], merge.weight[4]);
  EXPECT_EQ(top.weight[5], merge.weight[5]);
  EXPECT_EQ(top.weight[6], 0);
  EXPECT_FALSE(softMergeWeights(logits, 2, 4, 5));
  EXPECT_FALSE(softMergeWeights(logits, 3, 4));
}

std::vector<LoraExpert> loraExperts(const MoLoraShape& shape, int count) {
  std::vector<LoraExpert> experts;
  for (int e = 0; e < count; ++e)
    experts.push_back({normals(static_cast<std::size_t>(shape.in) * shape.rank, 60 + e),
                       normals(static_cast<std::size_t>(shape.rank) * shape.out, 70 + e)});
  return experts;
}

TEST(MoLora, AddsNothingWhereUpIsZero) {
  const MoLoraShape shape{4, 3, 2, 16};
  auto experts = loraExperts(shape, 2);
  for (LoraExpert& expert : experts) expert.up.assign(expert.up.size(), 0.0F);
  const auto base = normals(12, 6);
  const auto x = asDoubles(normals(8, 7));
  const auto merge = *softMergeWeights(normals(4, 8), 2, 2);
  EXPECT_EQ(referenceMoLora(shape, base, experts, x, merge), referenceProduct(x, 2, base, 3));
}

// With all weight on one expert it is LoRA: x (W + alpha/r A B).
TEST(MoLora, IsLoraWithOneExpert) {
  const MoLoraShape shape{4, 3, 2, 16};
  const auto experts = loraExperts(shape, 1);
  auto weights = normals(12, 6);
  const auto x = asDoubles(normals(8, 7));
  const auto h =
      referenceMoLora(shape, weights, experts, x, *softMergeWeights(normals(2, 8), 2, 1));
  std::vector<double> expected = referenceProduct(x, 2, weights, 3);
  for (int t = 0; t < 2; ++t)
    for (int o = 0; o < 3; ++o)
      for (int i = 0; i < 4; ++i)
        for (int r = 0; r < 2; ++r)
          expected[3 * t + o] += 8 * x[4 * t + i] * experts[0].down[i * 2 + r] *
                                 static_cast<double>(experts[0].up[r * 3 + o]);
  EXPECT_THAT(h, Pointwise(DoubleNear(1e-11), expected));
}

// Merging A and B apart is another function: (a+b)(c+d)/4 is not (ac + bd)/2.
TEST(MoLora, DoesNotMergeItsMatricesApart) {
  const MoLoraShape shape{4, 3, 2, 16};
  const auto experts = loraExperts(shape, 2);
  const std::vector<float> no_base(12, 0.0F);
  const auto x = asDoubles(normals(4, 7));
  const std::vector<float> even{0, 0};
  const auto merge = *softMergeWeights(even, 1, 2);
  const auto mixed = referenceMoLora(shape, no_base, experts, x, merge);
  LoraExpert merged = experts[0];
  for (std::size_t i = 0; i < merged.down.size(); ++i)
    merged.down[i] = (merged.down[i] + experts[1].down[i]) / 2;
  for (std::size_t i = 0; i < merged.up.size(); ++i)
    merged.up[i] = (merged.up[i] + experts[1].up[i]) / 2;
  const auto apart = referenceMoLora(shape, no_base, std::span(&merged, 1), x,
                                     *softMergeWeights(std::span(even).first(1), 1, 1));
  double gap = 0;
  for (int i = 0; i < 3; ++i) gap += std::abs(mixed[i] - apart[i]);
  EXPECT_GT(gap, 0.1);
}

// ---- attention and the block

struct SmallAttention {
  std::vector<float> qkv = normals(8 * (4 + 2 * 2) * 2, 81, 0.5);
  std::vector<float> output = normals(8 * 8, 82, 0.5);
  ReferenceAttentionLayer layer{{4, 2, 2}, qkv, output};
};

// Equal keys weigh all tokens alike, so each output is the mean of the values so far.
TEST(ReferenceAttention, AveragesValuesOfEqualKeys) {
  const ReferenceHeads heads{2, 1, 1};
  const ReferenceKvCache cache{{3, 3, 3}, {1, 2, 6}};
  const std::vector<double> query{5, -1, 4, 0, 1, 1};
  EXPECT_THAT(referenceAttendToCache(heads, query, cache),
              Pointwise(DoubleNear(kOrder), {1.0, 1.0, 1.5, 1.5, 3.0, 3.0}));
}

// Scores ln 3 and 0 (dimension 1): weights 3/4 and 1/4.
TEST(ReferenceAttention, WeighsBySoftmax) {
  const ReferenceKvCache cache{{std::log(3.0), 0}, {8, 4}};
  EXPECT_NEAR(referenceAttendToCache({1, 1, 1}, std::vector<double>{1}, cache)[0], 7, kOrder);
}

TEST(ReferenceAttention, ScalesByTheRootOfTheDimension) {
  const ReferenceKvCache cache{{2 * std::log(3.0), 0, 0, 0, 0, 0, 0, 0}, {8, 0, 0, 0, 4, 0, 0, 0}};
  EXPECT_NEAR(referenceAttendToCache({1, 1, 4}, std::vector<double>{1, 0, 0, 0}, cache)[0], 7,
              kOrder);
}

// Four query heads on two key heads: heads 0 and 1 see the first, 2 and 3 the second.
TEST(ReferenceAttention, SharesKeyHeadsInOrder) {
  const ReferenceKvCache cache{{0, 0}, {10, 20}};
  EXPECT_THAT(referenceAttendToCache({4, 2, 1}, std::vector<double>{1, 1, 1, 1}, cache),
              ElementsAre(10, 10, 20, 20));
}

TEST(ReferenceAttention, DecodesWhatItPrefills) {
  const SmallAttention small;
  const auto x = asDoubles(normals(5 * 8, 83));
  ReferenceKvCache whole;
  const auto prefilled = referenceAttention(small.layer, 8, x, whole);
  ReferenceKvCache grown;
  std::vector<double> decoded;
  for (int t = 0; t < 5; ++t) {
    const auto step = referenceAttention(small.layer, 8, std::span(x).subspan(8 * t, 8), grown);
    decoded.insert(decoded.end(), step.begin(), step.end());
  }
  EXPECT_EQ(decoded, prefilled);
  EXPECT_EQ(grown.key, whole.key);
}

TEST(ReferenceAttention, DoesNotLookAhead) {
  const SmallAttention small;
  auto x = asDoubles(normals(3 * 8, 83));
  ReferenceKvCache before;
  const auto plain = referenceAttention(small.layer, 8, x, before);
  for (int i = 16; i < 24; ++i) x[i] += 1;
  ReferenceKvCache after;
  const auto changed = referenceAttention(small.layer, 8, x, after);
  EXPECT_TRUE(std::equal(plain.begin(), plain.begin() + 16, changed.begin()));
  EXPECT_NE(plain[16], changed[16]);
}

TEST(ReferenceRmsNorm, MakesTheMeanSquareOne) {
  const std::vector<float> weight{1, 2};
  // sqrt(mean(9, 16)) = sqrt(12.5).
  EXPECT_THAT(referenceRmsNorm(std::vector<double>{3, 4}, weight, 0),
              ElementsAre(DoubleNear(3 / std::sqrt(12.5), kOrder),
                          DoubleNear(8 / std::sqrt(12.5), kOrder)));
}

// A batch of requests is each by itself, and a decode step after a prefill is the longer prefill.
TEST(ReferenceDecoderBlock, TreatsRequestsApartAndStepsAsPrefill) {
  const SmallAttention small;
  const MoeLayerShape shape{8, 6, 4, 2, 3, Activation::kSwiGlu};
  const MoeLayerWeights weights = test::randomLayer(shape, 90);
  const ReferenceDecoderBlock block{shape, &weights, small.layer, {}, {}, 1e-6};
  const RouterRule rule = routerPreset("hf-mixtral").value();
  const auto x = asDoubles(normals(2 * 3 * 8, 91));  // two requests of three tokens
  std::vector<ReferenceKvCache> whole(2);
  const auto prefilled = *referenceDecoderBlock(block, rule, x, whole);
  for (int r = 0; r < 2; ++r) {
    std::vector<ReferenceKvCache> one(1);
    const auto request = std::span(x).subspan(24 * r, 24);
    const auto front = *referenceDecoderBlock(block, rule, request.first(16), one);
    const auto last = *referenceDecoderBlock(block, rule, request.subspan(16), one);
    EXPECT_TRUE(
        std::equal(front.output.begin(), front.output.end(), prefilled.output.begin() + 24 * r));
    EXPECT_TRUE(
        std::equal(last.output.begin(), last.output.end(), prefilled.output.begin() + 24 * r + 16));
  }
  EXPECT_EQ(prefilled.routed.routing.token.size(), 12u);
}

// Output projections of 0 leave the residual alone: x itself, then plus the shared expert.
TEST(ReferenceDecoderBlock, AddsItsResiduals) {
  SmallAttention small;
  std::fill(small.output.begin(), small.output.end(), 0.0F);
  const MoeLayerShape shape{8, 6, 2, 1, 0, Activation::kRelu};
  MoeLayerWeights weights = test::randomLayer(shape, 90);
  const ReferenceDecoderBlock block{shape, &weights, small.layer, {}, {}, 1e-6};
  const auto x = asDoubles(normals(8, 91));
  std::vector<ReferenceKvCache> caches(1);
  const auto state = referenceBlockAttention(block, x, caches);
  EXPECT_EQ(state.after_attention, x);
  for (ExpertWeights& expert : weights.experts)
    std::fill(expert.down.begin(), expert.down.end(), 0);
  std::vector<ReferenceKvCache> again(1);
  EXPECT_EQ(referenceDecoderBlock(block, routerPreset("switch").value(), x, again)->output, x);
}

}  // namespace
}  // namespace moe
