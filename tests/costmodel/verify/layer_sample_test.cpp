#include "costmodel/verify/layers/layer_sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "costmodel/verify/layers/layer_claims.h"
#include "costmodel/verify/measure/calibration_plan.h"

namespace moe {
namespace {

template <class Value>
std::set<int> valuesOf(const VerifySample& sample, Value value) {
  std::set<int> values;
  for (const SampleLayer& layer : sample.layers) values.insert(value(layer));
  return values;
}

TEST(VerifySample, HasTwoHundredLayersAndMore) {
  EXPECT_GE(verifySample(false).layers.size(), 200u);
  EXPECT_GE(verifySample(false).blocks.size(), 20u);
}

// What issue and design ask for.
TEST(VerifySample, CoversWhatIsAsked) {
  const VerifySample sample = verifySample(false);
  EXPECT_EQ(valuesOf(sample, [](auto& l) { return l.experts; }), (std::set{1, 4, 8, 16, 32, 64}));
  EXPECT_EQ(valuesOf(sample, [](auto& l) { return l.top_k; }), (std::set{1, 2, 6}));
  EXPECT_EQ(valuesOf(sample, [](auto& l) { return l.hidden; }).size(), 3u);
  EXPECT_EQ(valuesOf(sample, [](auto& l) { return static_cast<int>(l.precision); }).size(), 2u);
  EXPECT_EQ(valuesOf(sample, [](auto& l) { return int{l.ownRouter()}; }).size(), 2u);
  const std::set<int> tokens = valuesOf(sample, [](auto& l) { return l.tokens; });
  EXPECT_EQ(*tokens.begin(), 1);
  EXPECT_EQ(*tokens.rbegin(), 4096);
  EXPECT_GE(tokens.size(), 12u);
}

// Else an error could not be told apart: is it the batch or the routing?
TEST(VerifySample, HasEveryBatchOfTheGridWithEvenAndUnevenRouting) {
  for (const LayerPrecision precision : {LayerPrecision::kF32, LayerPrecision::kBf16})
    for (const int tokens : {1, 3, 6, 12, 24, 48, 96, 192, 384, 768, 1536, 4096}) {
      std::set<bool> uneven;
      for (const SampleLayer& layer : verifySample(false).layers)
        if (layer.tokens == tokens && layer.precision == precision && layer.experts > layer.top_k)
          uneven.insert(!layer.ownRouter());
      EXPECT_EQ(uneven.size(), 2u) << tokens;
    }
}

TEST(VerifySample, NeverAsksForMoreExpertsThanThereAre) {
  for (const SampleLayer& layer : verifySample(false).layers) EXPECT_LE(layer.top_k, layer.experts);
}

TEST(VerifySample, HasEveryLayerOnce) {
  const VerifySample sample = verifySample(false);
  for (auto a = sample.layers.begin(); a != sample.layers.end(); ++a)
    EXPECT_EQ(std::count(sample.layers.begin(), sample.layers.end(), *a), 1) << describe(*a);
}

TEST(VerifySample, KeepsEqualWeightsTogether) {
  std::set<std::tuple<int, int, int, int>> finished;
  std::tuple<int, int, int, int> current;
  for (const SampleLayer& l : verifySample(false).layers) {
    const std::tuple weights{l.hidden, l.expert_ffn, l.experts, l.shared_ffn};
    if (weights == current) continue;
    EXPECT_TRUE(finished.insert(current).second);
    EXPECT_FALSE(finished.contains(weights)) << describe(l);
    current = weights;
  }
}

class OfBoth : public testing::TestWithParam<bool> {};

TEST_P(OfBoth, SharesNoShapeWithCalibration) {
  const CalibrationPlan plan = calibrationPlan(GetParam());
  const VerifySample sample = verifySample(GetParam());
  for (const SampleLayer& l : sample.layers)
    for (const PlannedLayer& p : plan.layers)
      EXPECT_FALSE(l.hidden == p.hidden && l.expert_ffn == p.expert_ffn) << describe(l);
  for (const SampleBlock& b : sample.blocks) {
    for (const PlannedLayer& p : plan.layers)
      EXPECT_FALSE(b.hidden == p.hidden && b.expert_ffn == p.expert_ffn) << describe(b);
    EXPECT_EQ(std::count(plan.decode_contexts.begin(), plan.decode_contexts.end(), b.context), 0);
    for (const PlannedHeads& p : plan.heads)
      EXPECT_FALSE(b.heads == p.heads && b.kv_heads == p.kv_heads && b.head_dim == p.head_dim)
          << describe(b);
  }
}

TEST_P(OfBoth, AxesOfThePlanRise) {
  const CalibrationPlan plan = calibrationPlan(GetParam());
  for (const auto* axis :
       {&plan.product_n, &plan.product_k, &plan.product_m, &plan.layer_tokens, &plan.decode_batches,
        &plan.decode_contexts, &plan.prefill_tokens, &plan.router_experts})
    EXPECT_TRUE(std::is_sorted(axis->begin(), axis->end()));
  EXPECT_LT(plan.router_experts.back(), plan.product_n.front());
}

INSTANTIATE_TEST_SUITE_P(FullAndQuick, OfBoth, testing::Bool());

/// Rows of a sample as an ideal machine would time them.
std::vector<VerifyRow> timedRows(const VerifySample& sample) {
  std::vector<VerifyRow> rows;
  for (const SampleLayer& layer : sample.layers) {
    VerifyRow row;
    row.layer = layer;
    row.distinct_experts =
        layer.experts * (1 - std::pow(1 - 1.0 * layer.top_k / layer.experts, layer.tokens));
    row.measured = {std::max(row.distinct_experts, 1e-2 * layer.tokens), 0, 1, 9};
    rows.push_back(row);
  }
  return rows;
}

// Else a claim could never be judged, however quiet the machine.
TEST_P(OfBoth, HasEnoughRowsForEveryClaim) {
  for (const LayerClaim& claim : layerClaims(timedRows(verifySample(GetParam()))))
    EXPECT_NE(claim.verdict, ClaimVerdict::kCannotTell) << claim.claim << claim.evidence;
}

TEST(VerifySample, QuickIsAPart) {
  EXPECT_LT(verifySample(true).layers.size(), verifySample(false).layers.size() / 3);
  EXPECT_GE(verifySample(true).layers.size(), 20u);
}

}  // namespace
}  // namespace moe
