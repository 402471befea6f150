#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "costmodel/kernels/cpu/control_group.h"
#include "costmodel/kernels/cpu/cpu_attention.h"
#include "costmodel/kernels/cpu/cpu_decoder_block.h"
#include "costmodel/kernels/cpu/cpu_matrix_product.h"
#include "costmodel/kernels/cpu/cpu_moe_layer.h"
#include "costmodel/kernels/cpu/guarded.h"

namespace moe {
namespace {

constexpr int kMostExperts = 1024;

PrecisionSupport supportOf(LayerPrecision precision, const InstructionSet& set) {
  switch (precision) {
    case LayerPrecision::kF32:
      return {precision, true, {}};
    case LayerPrecision::kBf16:
      if (set.bf16) return {precision, true, {}};
      return {
          precision, false,
          fmt::format("oneDNN multiplies packed bf16 weights on AVX512-BF16 and later only; this "
                      "is {}",
                      set.name)};
    case LayerPrecision::kInt8Weights:
      break;
  }
  return {
      precision, false,
      "oneDNN 2.6 has no product of f32 or bf16 activations with int8 weights, and rounding the "
      "activations as well would be another layer"};
}

Result<void> checkShape(bool makes_sense, std::string message) {
  if (makes_sense) return {};
  return fail(ErrorKind::kUsage, "kernels", std::move(message));
}

Result<void> checkThreads(int threads) {
  return checkShape(threads >= 1 && threads <= kMostThreads,
                    fmt::format("{} threads; must be 1 to {}", threads, kMostThreads));
}

Result<void> checkPrecision(LayerPrecision precision, const InstructionSet& set) {
  const PrecisionSupport support = supportOf(precision, set);
  if (support.offered) return {};
  return fail(ErrorKind::kUnanswered, "kernels", support.reason);
}

/// The machine's memory, or what its control group allows.
double memoryOfProcess() {
  static const double kMemory = [] {
    const double machine =
        static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
    const auto limit = controlGroupLimits().memory;
    return limit ? std::min(machine, limit->value()) : machine;
  }();
  return kMemory;
}

/// A machine that starts to swap, or kills the process, gives no error of its own.
Result<void> checkMemory(double bytes) {
  const double memory = memoryOfProcess();
  if (bytes <= 0.9 * memory) return {};
  return fail(ErrorKind::kInfeasible, "kernels",
              fmt::format("needs {:.1f} GB, this process may use {:.1f} GB; take a smaller shape",
                          bytes / 1e9, memory / 1e9));
}

Result<void> checkExpert(const ExpertWeights& weights, std::size_t elements, Activation activation,
                         std::string_view which) {
  const std::size_t gate = activation == Activation::kRelu ? 0 : elements;
  return checkShape(
      weights.gate.size() == gate && weights.up.size() == elements &&
          weights.down.size() == elements,
      fmt::format("{} has gate, up and down of {}, {} and {} weights; expected {}, {} and {}",
                  which, weights.gate.size(), weights.up.size(), weights.down.size(), gate,
                  elements, elements));
}

Result<void> checkSizes(const MoeLayerSetup& setup) {
  const MoeLayerShape& shape = setup.shape;
  return checkShape(shape.hidden >= 1 && shape.expert_ffn >= 1 && shape.shared_ffn >= 0 &&
                        shape.experts >= 1 && shape.experts <= kMostExperts && shape.top_k >= 1 &&
                        shape.top_k <= shape.experts && setup.max_tokens >= 1 &&
                        setup.max_assignments >= 0 &&
                        double(setup.max_tokens) * shape.top_k + setup.max_assignments < 1e9,
                    fmt::format("a layer of hidden {}, expert FFN {}, {} experts, top-{}, at most "
                                "{} tokens makes no sense (experts at most {})",
                                shape.hidden, shape.expert_ffn, shape.experts, shape.top_k,
                                setup.max_tokens, kMostExperts));
}

double layerBytes(const MoeLayerSetup& setup) {
  const MoeLayerShape& shape = setup.shape;
  const double element = setup.precision == LayerPrecision::kBf16 ? 2 : 4;
  const double width =
      double(shape.experts) * roundUp(shape.expert_ffn, kPanel) + roundUp(shape.shared_ffn, kPanel);
  return element * 3 * roundUp(shape.hidden, kPanel) * width +
         5.0 * (mostAssignments(setup) + setup.max_tokens) * shape.hidden;
}

Result<void> checkLayer(const MoeLayerSetup& setup, const MoeLayerWeights& weights) {
  const MoeLayerShape& shape = setup.shape;
  if (auto sizes = checkSizes(setup); !sizes) return sizes;
  if (auto memory = checkMemory(layerBytes(setup)); !memory) return memory;
  const std::size_t hidden = shape.hidden;
  if (auto router = checkShape(weights.router.size() == hidden * shape.experts &&
                                   weights.experts.size() == std::size_t(shape.experts),
                               "router or experts do not have the size of the shape");
      !router) {
    return router;
  }
  for (int e = 0; e < shape.experts; ++e) {
    const auto expert = checkExpert(weights.experts[e], hidden * shape.expert_ffn, shape.activation,
                                    fmt::format("expert {}", e));
    if (!expert) return expert;
  }
  if (shape.shared_ffn == 0) return {};
  return checkExpert(weights.shared, hidden * shape.shared_ffn, shape.activation,
                     "the shared expert");
}

Result<void> checkHeads(const AttentionShape& shape) {
  return checkShape(shape.heads >= 1 && shape.kv_heads >= 1 && shape.head_dim >= 1 &&
                        shape.heads % shape.kv_heads == 0 && shape.head_dim <= 1024 &&
                        shape.heads / shape.kv_heads <= 64,
                    fmt::format("{} heads, {} KV heads of dimension {}: KV heads must divide the "
                                "heads, into at most 64 each, and the dimension is at most 1024",
                                shape.heads, shape.kv_heads, shape.head_dim));
}

class CpuKernelSet : public KernelSet {
 public:
  CpuKernelSet() : set_(instructionSet()) {}

  std::string_view name() const override { return "cpu"; }
  std::string description() const override {
    return fmt::format("oneDNN {}, {}; own kernels {}", onednnVersion(), set_.name,
                       simdKernels(set_).name);
  }
  std::vector<PrecisionSupport> precisions() const override {
    return {supportOf(LayerPrecision::kF32, set_), supportOf(LayerPrecision::kBf16, set_),
            supportOf(LayerPrecision::kInt8Weights, set_)};
  }

  Result<std::unique_ptr<MatrixProduct>> matrixProduct(
      const MatrixProductSetup& setup) const override {
    const auto checked =
        checkShape(
            setup.m >= 1 && setup.n >= 1 && setup.k >= 1,
            fmt::format("a product of m {}, n {}, k {} makes no sense", setup.m, setup.n, setup.k))
            .and_then([&] { return checkThreads(setup.threads); })
            .and_then([&] { return checkPrecision(setup.precision, set_); })
            .and_then([&] {
              return checkMemory(4.0 * (double(setup.m) * (double(setup.k) + setup.n) +
                                        double(setup.k) * setup.n));
            });
    return make<MatrixProduct, CpuMatrixProduct>(checked, setup.threads, setup);
  }

  Result<std::unique_ptr<Attention>> attention(const AttentionSetup& setup) const override {
    const auto checked =
        checkHeads(setup.shape)
            .and_then([&] {
              return checkShape(setup.batch >= 1 && setup.context >= 1,
                                fmt::format("batch {} and context {} must be positive", setup.batch,
                                            setup.context));
            })
            .and_then([&] { return checkThreads(setup.threads); })
            .and_then([&] { return checkPrecision(setup.kv_precision, set_); })
            .and_then([&] {
              return checkMemory(8.0 * setup.batch * setup.context * setup.shape.kv_heads *
                                 setup.shape.head_dim);
            });
    return make<Attention, CpuAttention>(checked, setup.threads, setup);
  }

  Result<std::unique_ptr<MoeLayer>> moeLayer(const MoeLayerSetup& setup,
                                             const MoeLayerWeights& weights) const override {
    const auto checked = checkThreads(setup.threads)
                             .and_then([&] { return checkPrecision(setup.precision, set_); })
                             .and_then([&] { return checkLayer(setup, weights); });
    return make<MoeLayer, CpuMoeLayer>(checked, setup.threads, setup, weights);
  }

  Result<std::unique_ptr<DecoderBlock>> decoderBlock(
      const DecoderBlockSetup& setup, const DecoderBlockWeights& weights) const override {
    const auto checked = checkThreads(setup.moe.threads)
                             .and_then([&] { return checkPrecision(setup.moe.precision, set_); })
                             .and_then([&] { return checkPrecision(setup.kv_precision, set_); })
                             .and_then([&] { return checkHeads(setup.attention); })
                             .and_then([&] { return checkLayer(setup.moe, weights.moe); })
                             .and_then([&] { return checkProjections(setup, weights); });
    return make<DecoderBlock, CpuDecoderBlock>(checked, setup.moe.threads, setup, weights);
  }

 private:
  static Result<void> checkProjections(const DecoderBlockSetup& setup,
                                       const DecoderBlockWeights& weights) {
    const AttentionShape& shape = setup.attention;
    const std::size_t hidden = setup.moe.shape.hidden;
    const std::size_t query = std::size_t(shape.heads) * shape.head_dim;
    const std::size_t key_value = 2 * std::size_t(shape.kv_heads) * shape.head_dim;
    return checkShape(setup.kv_pages >= 1 && weights.qkv.size() == hidden * (query + key_value) &&
                          weights.output.size() == hidden * query,
                      "the projections do not have the size of the shape, or there are no KV pages")
        .and_then(
            [&] { return checkMemory(4.0 * setup.kv_pages * kKvPageTokens * double(key_value)); });
  }

  template <class Kernel, class Implementation, class... Arguments>
  Result<std::unique_ptr<Kernel>> make(const Result<void>& checked, int threads,
                                       const Arguments&... arguments) const {
    if (!checked) return tl::unexpected(checked.error());
    const CpuContext context{set_, &simdKernels(set_), threads};
    return guarded([&]() -> Result<std::unique_ptr<Kernel>> {
      return std::make_unique<Implementation>(context, team(threads), arguments...);
    });
  }

  /// One team for all kernels with as many threads: in a model the threads of one layer go on with
  /// the next. With a team each they would sleep between their turns, and waking takes up to a
  /// millisecond on a virtual machine.
  std::shared_ptr<ThreadTeam> team(int threads) const {
    const std::lock_guard lock(teams_mutex_);
    std::shared_ptr<ThreadTeam>& team = teams_[threads];
    if (!team) team = std::make_shared<ThreadTeam>(threads);
    return team;
  }

  InstructionSet set_;
  mutable std::mutex teams_mutex_;
  mutable std::map<int, std::shared_ptr<ThreadTeam>> teams_;
};

}  // namespace

std::unique_ptr<KernelSet> cpuKernelSet() { return std::make_unique<CpuKernelSet>(); }

}  // namespace moe
