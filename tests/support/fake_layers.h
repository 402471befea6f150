#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "costmodel/kernels/kernel_set.h"
#include "costmodel/kernels/reference/decoder_block.h"
#include "costmodel/kernels/reference/moe_layer.h"
#include "costmodel/kernels/routing/route.h"
#include "costmodel/verify/measure/layer_timer.h"
#include "costmodel/verify/routing_check.h"
#include "tests/support/fake_machine.h"

namespace moe::test {

/// Only small layers compute: the others are timed alone.
inline bool computes(const MoeLayerShape& shape) { return shape.hidden <= 32; }

/// What the router of a fake layer decides from these logits.
inline Routing fakeRouting(const FakeMachine& machine, const MoeLayerShape& shape,
                           std::vector<double> logits) {
  const auto experts = static_cast<std::size_t>(shape.experts);
  if (machine.fault == FakeFault::kRouting && shape.experts > shape.top_k)
    for (std::size_t row = 2 * experts; row < logits.size(); row += experts) {
      const auto begin = logits.begin() + static_cast<long>(row);
      *std::max_element(begin, begin + shape.experts) = -1e3;
    }
  const std::vector<float> rounded(logits.begin(), logits.end());
  return route(ownRouterRule(shape.top_k), rounded, static_cast<int>(logits.size() / experts),
               shape.experts)
      ->routing;
}

/// The output of a fake layer, with the fault of its machine.
inline void spoil(const FakeMachine& machine, const Routing& routing, std::size_t hidden,
                  std::span<float> output) {
  const auto scale = [&](std::size_t token, float factor) {
    for (float& value : output.subspan(token * hidden, hidden)) value *= factor;
  };
  const auto tokens = static_cast<std::size_t>(routing.tokens);
  if (machine.fault == FakeFault::kAllNumbers)
    for (std::size_t token = 0; token < tokens; ++token) scale(token, 1.5F);
  if (machine.fault == FakeFault::kLastToken) scale(tokens - 1, 1.1F);
  if (machine.fault == FakeFault::kLastExpert)
    for (const std::int32_t token : routing.tokensOf(routing.experts - 1))
      scale(static_cast<std::size_t>(token), 1.1F);
  if (machine.fault == FakeFault::kNotANumber && tokens > 1) output[hidden + 3] = NAN;
}

/// Numbers and routing are the reference's.
class FakeLayer : public MoeLayer {
 public:
  FakeLayer(FakeMachine& machine, const MoeLayerSetup& setup, const MoeLayerWeights& weights)
      : machine_(machine), setup_(setup), weights_(weights) {}
  Result<RunReport> run(std::span<const float> input, std::span<float> output,
                        const RunOptions& = {}) override {
    const int tokens = static_cast<int>(input.size()) / setup_.shape.hidden;
    last_ = computes(setup_.shape)
                ? fakeRouting(machine_, setup_.shape,
                              referenceRouterLogits(setup_.shape, weights_, asDoubles(input)))
                : roundRobin(tokens);
    const double before = machine_.now;
    machine_.work(2.0 * tokens * setup_.shape.hidden * setup_.shape.experts, 0);
    const double router = machine_.now - before;
    auto report = run(input, last_, output);
    report->phases.router = Seconds(router);
    return report;
  }
  Result<RunReport> run(std::span<const float> input, const Routing& routing,
                        std::span<float> output, const RunOptions& = {}) override {
    if (computes(setup_.shape)) {
      const auto y = referenceMoeLayer(setup_.shape, weights_, asDoubles(input), routing);
      std::copy(y.begin(), y.end(), output.begin());
      spoil(machine_, routing, static_cast<std::size_t>(setup_.shape.hidden), output);
    }
    RunReport report;
    for (int e = 0; e < routing.experts; ++e)
      if (!routing.tokensOf(e).empty()) ++report.work.distinct_experts;
    const double expert = 3.0 * setup_.shape.hidden * setup_.shape.expert_ffn;
    const double shared = 3.0 * setup_.shape.hidden * setup_.shape.shared_ffn;
    const double bytes = bytesOf(setup_.precision);
    machine_.work(2 * expert * static_cast<double>(routing.token.size()),
                  bytes * expert * report.work.distinct_experts);
    if (shared > 0) machine_.work(2 * shared * routing.tokens, bytes * shared);
    return report;
  }
  const Routing& lastRouting() const override { return last_; }
  void evict() override { machine_.cold = true; }

 private:
  /// Token t goes to the experts t, t + 1, ...
  Routing roundRobin(int tokens) const {
    Routing routing;
    routing.tokens = tokens;
    routing.experts = setup_.shape.experts;
    routing.first.push_back(0);
    for (int e = 0; e < routing.experts; ++e) {
      for (int t = 0; t < tokens; ++t)
        for (int j = 0; j < setup_.shape.top_k; ++j)
          if ((t + j) % routing.experts == e) routing.token.push_back(t);
      routing.first.push_back(static_cast<std::int32_t>(routing.token.size()));
    }
    routing.weight.assign(routing.token.size(), 0.5f);
    return routing;
  }

  FakeMachine& machine_;
  MoeLayerSetup setup_;
  MoeLayerWeights weights_;
  Routing last_;
};

/// Its cache is counted in pages, as the interface asks; `lost_pages` makes it wrong. Numbers are
/// the reference's, where it computes; else outputs and cache are 0.
class FakeBlock : public DecoderBlock {
 public:
  FakeBlock(FakeMachine& machine, const DecoderBlockSetup& setup,
            const DecoderBlockWeights& weights, int lost_pages)
      : machine_(machine), setup_(setup), weights_(weights), lost_(lost_pages) {}

  Result<void> fill(int batch, int context) override {
    if (auto fits = room(batch, context); !fits) return fits;
    start(batch);
    context_ = context;
    if (!computes(setup_.moe.shape)) return {};
    for (std::size_t i = 0; i < caches_.size(); ++i) {
      caches_[i].key = asDoubles(normalNumbers(width() * static_cast<std::size_t>(context), i));
      caches_[i].value =
          asDoubles(normalNumbers(width() * static_cast<std::size_t>(context), 100 + i));
    }
    return {};
  }
  Result<RunReport> decode(std::span<const float> input, std::span<float> output,
                           const RunOptions& = {}) override {
    if (auto fits = room(batch_, context_ + 1); !fits) return tl::unexpected(fits.error());
    machine_.work(0, 1e6);
    step(1, input, output);
    return RunReport{};
  }
  Result<RunReport> prefill(int batch, int tokens, std::span<const float> input,
                            std::span<float> output, const RunOptions& = {}) override {
    if (auto fits = room(batch, tokens); !fits) return tl::unexpected(fits.error());
    machine_.work(1e6, 0);
    start(batch);
    step(tokens, input, output);
    return RunReport{};
  }
  void forgetLast() override {
    --context_;
    for (ReferenceKvCache& cache : caches_)
      if (!cache.key.empty())
        for (auto* half : {&cache.key, &cache.value}) half->resize(half->size() - width());
  }
  int cachedTokens() const override { return context_; }
  std::vector<float> keys(int sequence) const override {
    return stored(caches_[static_cast<std::size_t>(sequence)].key, 1);
  }
  std::vector<float> values(int sequence) const override {
    return stored(caches_[static_cast<std::size_t>(sequence)].value,
                  machine_.fault == FakeFault::kCache ? 1.5F : 1.0F);
  }
  const Routing& lastRouting() const override { return last_; }
  void evict() override { machine_.cold = true; }

 private:
  std::size_t width() const {
    return static_cast<std::size_t>(setup_.attention.kv_heads * setup_.attention.head_dim);
  }
  Result<void> room(int batch, int tokens) const {
    if (kvPages(batch, tokens) <= setup_.kv_pages - lost_) return {};
    return fail(ErrorKind::kInfeasible, "kv_pages", "no room");
  }
  void start(int batch) {
    batch_ = batch, context_ = 0;
    caches_.assign(static_cast<std::size_t>(batch), {});
  }
  std::vector<float> stored(const std::vector<double>& numbers, float factor) const {
    if (!computes(setup_.moe.shape))
      return std::vector<float>(width() * static_cast<std::size_t>(context_), 0.0F);
    std::vector<float> all(numbers.begin(), numbers.end());
    for (float& value : all) value *= factor;
    return all;
  }
  /// Keys and values of the token before the last, which a decode step with that fault misses.
  void missOne(std::vector<ReferenceKvCache>& caches) const {
    for (ReferenceKvCache& cache : caches)
      for (auto* half : {&cache.key, &cache.value}) half->resize(half->size() - width());
  }
  void step(int tokens, std::span<const float> input, std::span<float> output) {
    context_ += tokens;
    const MoeLayerShape& shape = setup_.moe.shape;
    if (!computes(shape)) {
      const std::vector<double> logits(static_cast<std::size_t>(batch_ * tokens) *
                                       static_cast<std::size_t>(shape.experts));
      last_ = fakeRouting(machine_, shape, logits);
      return;
    }
    ReferenceDecoderBlock block;
    block.moe_shape = shape;
    block.moe = &weights_.moe;
    block.attention = {
        {setup_.attention.heads, setup_.attention.kv_heads, setup_.attention.head_dim},
        weights_.qkv,
        weights_.output};
    const std::vector<double> x = asDoubles(input);
    std::vector<ReferenceKvCache> seen = caches_;
    const bool misses = machine_.fault == FakeFault::kAttention && tokens == 1;
    if (misses) missOne(seen);
    const ReferenceBlockState state = referenceBlockAttention(block, x, misses ? seen : caches_);
    if (misses) referenceBlockAttention(block, x, caches_);  // the cache itself is complete
    last_ = fakeRouting(machine_, shape, state.router_logits);
    const std::vector<double> y = referenceBlockMoe(block, state, last_);
    std::copy(y.begin(), y.end(), output.begin());
    spoil(machine_, last_, static_cast<std::size_t>(shape.hidden), output);
  }

  FakeMachine& machine_;
  DecoderBlockSetup setup_;
  DecoderBlockWeights weights_;
  int lost_;
  int batch_ = 0, context_ = 0;
  std::vector<ReferenceKvCache> caches_;
  Routing last_;
};

}  // namespace moe::test
