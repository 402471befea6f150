#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "costmodel/kernels/kernel_set.h"
#include "costmodel/kernels/reference/moe_layer.h"
#include "costmodel/verify/measure/bench.h"
#include "costmodel/verify/measure/calibration_plan.h"

namespace moe::test {

/// A machine of which every time is known: work over a peak, the larger of FLOP and bytes, and a
/// fixed time a call. Its clock moves only when its kernels run.
struct FakeMachine {
  double bytes_per_s = 1e10;
  double flop_per_s = 1e11;
  double fixed_s = 1e-5;
  double noise = 0;  ///< every third piece of work takes so much of its time longer
  bool wrong_numbers = false;
  bool bf16 = true;
  double now = 0;
  long runs = 0;
  bool cold = true;       ///< weights come from memory; a run leaves them in the caches
  double warm_share = 1;  ///< of the bytes, read again from memory when they are in the caches

  void work(double flop, double bytes) {
    const double read = std::exchange(cold, false) ? bytes : warm_share * bytes;
    const double time = fixed_s + std::max(flop / flop_per_s, read / bytes_per_s);
    now += ++runs % 3 == 0 ? time * (1 + noise) : time;
  }
};

inline double bytesOf(LayerPrecision precision) {
  return precision == LayerPrecision::kF32 ? 4 : 2;
}

class FakeProduct : public MatrixProduct {
 public:
  FakeProduct(FakeMachine& machine, const MatrixProductSetup& setup)
      : machine_(machine), setup_(setup) {}
  RunReport run() override {
    const double nk = 1.0 * setup_.n * setup_.k;
    machine_.work(2.0 * setup_.m * nk, bytesOf(setup_.precision) * nk);
    return {};
  }
  std::vector<float> output() const override { return {}; }
  std::span<const float> input() const override { return {}; }
  std::vector<float> weights() const override { return {}; }
  void evict() override { machine_.cold = true; }

 private:
  FakeMachine& machine_;
  MatrixProductSetup setup_;
};

class FakeAttention : public Attention {
 public:
  FakeAttention(FakeMachine& machine, const AttentionSetup& setup)
      : machine_(machine), setup_(setup) {}
  RunReport run(std::span<const float>, std::span<float>) override {
    const double pairs = 1.0 * setup_.batch * setup_.context *
                         (setup_.pass == AttentionPass::kPrefill ? setup_.context / 2.0 : 1.0);
    const double cache = 2.0 * setup_.batch * setup_.context * setup_.shape.kv_heads *
                         setup_.shape.head_dim * bytesOf(setup_.kv_precision);
    machine_.work(4.0 * setup_.shape.heads * setup_.shape.head_dim * pairs, cache);
    return {};
  }
  std::vector<float> keys() const override { return {}; }
  std::vector<float> values() const override { return {}; }
  void evict() override { machine_.cold = true; }

 private:
  FakeMachine& machine_;
  AttentionSetup setup_;
};

/// Its own router gives token t the experts t, t + 1, ...; numbers are the reference's.
class FakeLayer : public MoeLayer {
 public:
  FakeLayer(FakeMachine& machine, const MoeLayerSetup& setup, const MoeLayerWeights& weights)
      : machine_(machine), setup_(setup), weights_(weights) {}
  Result<RunReport> run(std::span<const float> input, std::span<float> output,
                        const RunOptions& = {}) override {
    const int tokens = static_cast<int>(input.size()) / setup_.shape.hidden;
    last_ = roundRobin(tokens);
    const double before = machine_.now;
    machine_.work(2.0 * tokens * setup_.shape.hidden * setup_.shape.experts, 0);
    const double router = machine_.now - before;
    auto report = run(input, last_, output);
    report->phases.router = Seconds(router);
    return report;
  }
  Result<RunReport> run(std::span<const float> input, const Routing& routing,
                        std::span<float> output, const RunOptions& = {}) override {
    compute(input, routing, output);
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
  /// Only small layers compute: the others are timed alone.
  void compute(std::span<const float> input, const Routing& routing, std::span<float> output) {
    if (setup_.shape.hidden > 32) return;
    const auto y = referenceMoeLayer(setup_.shape, weights_, asDoubles(input), routing);
    for (std::size_t i = 0; i < output.size(); ++i)
      output[i] = static_cast<float>(y[i] * (machine_.wrong_numbers ? 1.5 : 1.0));
  }

  FakeMachine& machine_;
  MoeLayerSetup setup_;
  MoeLayerWeights weights_;
  Routing last_;
};

/// Its cache is counted in pages, as the interface asks; `lost_pages` makes it wrong.
class FakeBlock : public DecoderBlock {
 public:
  FakeBlock(FakeMachine& machine, const DecoderBlockSetup& setup, int lost_pages)
      : machine_(machine), setup_(setup), lost_(lost_pages) {}
  Result<void> fill(int batch, int context) override {
    if (kvPages(batch, context) > setup_.kv_pages - lost_)
      return fail(ErrorKind::kInfeasible, "kv_pages", "no room");
    batch_ = batch, context_ = context;
    return {};
  }
  Result<RunReport> decode(std::span<const float>, std::span<float>,
                           const RunOptions& = {}) override {
    if (kvPages(batch_, context_ + 1) > setup_.kv_pages - lost_)
      return fail(ErrorKind::kInfeasible, "kv_pages", "no room");
    machine_.work(0, 1e6);
    return RunReport{};
  }
  Result<RunReport> prefill(int, int, std::span<const float>, std::span<float>,
                            const RunOptions& = {}) override {
    machine_.work(1e6, 0);
    return RunReport{};
  }
  void forgetLast() override {}
  int cachedTokens() const override { return context_; }
  void evict() override { machine_.cold = true; }

 private:
  FakeMachine& machine_;
  DecoderBlockSetup setup_;
  int lost_;
  int batch_ = 0, context_ = 0;
};

class FakeKernels : public KernelSet {
 public:
  explicit FakeKernels(FakeMachine& machine) : machine_(machine) {}
  int lost_pages = 0;

  std::string_view name() const override { return "fake"; }
  std::string description() const override { return "fake kernels 1.0"; }
  std::vector<PrecisionSupport> precisions() const override {
    return {{LayerPrecision::kF32, true, ""},
            {LayerPrecision::kBf16, machine_.bf16, machine_.bf16 ? "" : "no bf16 here"}};
  }
  Result<std::unique_ptr<MatrixProduct>> matrixProduct(
      const MatrixProductSetup& setup) const override {
    return std::make_unique<FakeProduct>(machine_, setup);
  }
  Result<std::unique_ptr<Attention>> attention(const AttentionSetup& setup) const override {
    return std::make_unique<FakeAttention>(machine_, setup);
  }
  Result<std::unique_ptr<MoeLayer>> moeLayer(const MoeLayerSetup& setup,
                                             const MoeLayerWeights& weights) const override {
    return std::make_unique<FakeLayer>(machine_, setup, weights);
  }
  Result<std::unique_ptr<DecoderBlock>> decoderBlock(const DecoderBlockSetup& setup,
                                                     const DecoderBlockWeights&) const override {
    return std::make_unique<FakeBlock>(machine_, setup, lost_pages);
  }

 private:
  FakeMachine& machine_;
};

/// A bench on the fake machine: 16 GB, two threads, memory without caches.
inline Bench fakeBench(const FakeKernels& kernels, FakeMachine& machine) {
  Bench bench;
  bench.kernels = &kernels;
  bench.machine.cpu = "Fake CPU";
  bench.machine.instructions = "avx2";
  bench.machine.processors = 2;
  bench.machine.memory = gigabytes(16);
  bench.machine.available = gigabytes(16);
  bench.threads = 2;
  bench.watches_load = false;
  bench.clock = [&machine] { return machine.now; };
  bench.bandwidth = [&machine](Bytes set, int threads) {
    return MeasuredBandwidth{set, threads, BytesPerSecond(machine.bytes_per_s),
                             BytesPerSecond(machine.bytes_per_s)};
  };
  return bench;
}

/// A calibration of small shapes: thousands of times in a fraction of a second.
inline CalibrationPlan smallPlan() {
  CalibrationPlan plan;
  plan.product_n = {64, 256};
  plan.product_k = {16, 64};
  plan.product_m = {1, 16, 256};
  plan.router_experts = {2, 8};
  plan.layers = {{24, 40, 4, 1}, {24, 40, 8, 2}};
  plan.layer_tokens = {1, 8, 64};
  plan.heads = {{4, 2, 16}};
  plan.decode_batches = {1, 4};
  plan.decode_contexts = {16, 64};
  plan.prefill_batches = {1};
  plan.prefill_tokens = {16, 64};
  plan.most_flop = 1e9;
  plan.most_cache_bytes = 1e8;
  plan.largest_set_bytes = 3e5;
  plan.timing = {.budget_s = 0.01, .least = 3, .most = 5, .target_error = 0.01};
  return plan;
}

}  // namespace moe::test
