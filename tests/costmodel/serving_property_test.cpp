#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "costmodel/presets.h"
#include "costmodel/shape_rule.h"

namespace moe {
namespace {

const CostPreset kPreset = costPreset("probe-v2").value();

double sizeFrom(int step) { return 1e8 * std::pow(10.0, step / 400.0); }  // 1e8 to 1e10

std::optional<ServingCost> cheapest(const ForwardShape& shape, const Accelerator& accelerator,
                                    UsdPerSecond price) {
  return cheapestServing(shape, accelerator, price, 8, kPreset.workload, kPreset.settings);
}

double usd(double dense_params, double experts) {
  const auto cost = cheapest(ShapeRule{}.shape(dense_params, experts), kPreset.accelerator,
                             *kPreset.accelerator.price);
  return cost ? cost->usd_per_million_output_tokens_all_in : INFINITY;
}

RC_GTEST_PROP(CheapestServingProperty, CostGrowsWithSize, ()) {
  const double size = sizeFrom(*rc::gen::inRange(0, 800));
  const double larger = size * (1 + *rc::gen::inRange(1, 1000) * 1e-4);
  const double experts = *rc::gen::element(1.0, 2.0, 4.0, 8.0, 16.0, 32.0);
  RC_ASSERT(std::isinf(usd(larger, experts)) || usd(larger, experts) > usd(size, experts));
}

// Exact, because halving only changes the exponent of a double.
RC_GTEST_PROP(CheapestServingProperty, HalfThePriceHalvesTheCost, ()) {
  const ForwardShape shape = ShapeRule{}.shape(sizeFrom(*rc::gen::inRange(0, 700)), 4);
  const UsdPerSecond price = *kPreset.accelerator.price;
  const auto whole = cheapest(shape, kPreset.accelerator, price);
  const auto half = cheapest(shape, kPreset.accelerator, price / 2);
  RC_ASSERT(whole && half);
  RC_ASSERT(half->usd_per_million_tokens == whole->usd_per_million_tokens / 2);
  RC_ASSERT(half->devices == whole->devices);
}

RC_GTEST_PROP(CheapestServingProperty, MoreBandwidthNeverCostsMore, ()) {
  const ForwardShape shape =
      ShapeRule{}.shape(sizeFrom(*rc::gen::inRange(0, 700)), *rc::gen::element(1.0, 4.0, 16.0));
  Accelerator faster = kPreset.accelerator;
  faster.memory_bandwidth *= 1 + *rc::gen::inRange(1, 100) / 50.0;
  const UsdPerSecond price = *kPreset.accelerator.price;
  const auto before = cheapest(shape, kPreset.accelerator, price);
  const auto after = cheapest(shape, faster, price);
  RC_ASSERT(before && after);
  RC_ASSERT(after->usd_per_million_tokens <= before->usd_per_million_tokens);
}

RC_GTEST_PROP(CheapestServingProperty, TouchesBetweenTopKAndAllExperts, ()) {
  const double experts = *rc::gen::inRange(1, 512);
  const double top_k = *rc::gen::inRange(1, static_cast<int>(experts) + 1);
  const double tokens = *rc::gen::inRange(1, 4096);
  const double touched = expertsTouched(experts, top_k, tokens);
  RC_ASSERT(touched >= top_k * (1 - 1e-12));
  RC_ASSERT(touched <= experts);
}

}  // namespace
}  // namespace moe
