#pragma once

#include <memory>
#include <utility>

#include "costmodel/verify/measure/bench.h"
#include "costmodel/verify/measure/calibration_plan.h"
#include "tests/support/fake_layers.h"

namespace moe::test {

class FakeProduct : public MatrixProduct {
 public:
  FakeProduct(FakeMachine& machine, const MatrixProductSetup& setup)
      : machine_(machine), setup_(setup) {}
  Result<RunReport> run() override {
    const double nk = 1.0 * setup_.n * setup_.k;
    machine_.work(2.0 * setup_.m * nk, bytesOf(setup_.precision) * nk);
    return RunReport{};
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
  Result<RunReport> run(std::span<const float>, std::span<float>) override {
    const double pairs = 1.0 * setup_.batch * setup_.context *
                         (setup_.pass == AttentionPass::kPrefill ? setup_.context / 2.0 : 1.0);
    const double cache = 2.0 * setup_.batch * setup_.context * setup_.shape.kv_heads *
                         setup_.shape.head_dim * bytesOf(setup_.kv_precision);
    machine_.work(4.0 * setup_.shape.heads * setup_.shape.head_dim * pairs, cache);
    return RunReport{};
  }
  std::vector<float> keys() const override { return {}; }
  std::vector<float> values() const override { return {}; }
  void evict() override { machine_.cold = true; }

 private:
  FakeMachine& machine_;
  AttentionSetup setup_;
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
  Result<std::unique_ptr<DecoderBlock>> decoderBlock(
      const DecoderBlockSetup& setup, const DecoderBlockWeights& weights) const override {
    return std::make_unique<FakeBlock>(machine_, setup, weights, lost_pages);
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
  bench.machine.processor_list = {0, 1};
  bench.machine.processors = bench.machine.cores = 2;
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
