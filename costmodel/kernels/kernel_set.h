#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "costmodel/kernels/layer_shape.h"
#include "costmodel/kernels/routing/routing.h"
#include "data/error.h"
#include "data/units.h"

namespace moe {

/// What a run computed and read. Bytes are those that the question needs: padding of our layouts
/// and activations are not counted.
struct KernelWork {
  Flop flop;           ///< 2 per multiplication and addition of matrix products and attention
  Bytes weight_bytes;  ///< of distinct weights: router, touched experts, shared expert, projections
  Bytes kv_bytes;      ///< keys and values read
  int distinct_experts = 0;  ///< that got at least one token
};

/// Where the time of a run went, by the clock of the calling thread. All zero unless asked for.
struct PhaseTimes {
  Seconds router;     ///< logits, softmax, top-k
  Seconds dispatch;   ///< tokens grouped by expert, without the copying of rows
  Seconds experts;    ///< expert FFN of routed and shared experts, gathering of rows included
  Seconds combine;    ///< weighted sum over a token's experts
  Seconds attention;  ///< projections, cache, attention of a decoder block
  Seconds other;      ///< norms and residuals
};

struct RunOptions {
  bool phase_times = false;
};

struct RunReport {
  KernelWork work;
  PhaseTimes phases;
  /// Something was prepared that later runs of the same sizes reuse (a kernel for a number of rows
  /// that did not come before): the time of this run is no measurement. Run again.
  bool prepared = false;
};

/// (m x k) (k x n) with packed weights, as in calibration.
struct MatrixProductSetup {
  int m = 1;
  int n = 1;
  int k = 1;
  LayerPrecision precision = LayerPrecision::kF32;
  int threads = 1;
};

/// Something that is run and timed.
class Runnable {
 public:
  virtual ~Runnable() = default;
  /// Takes the weights that the last run read, and cached keys and values, out of the machine's
  /// caches: in a model the other layers do that before a layer runs again. Activations stay.
  virtual void evict() = 0;
};

class MatrixProduct : public Runnable {
 public:
  virtual Result<RunReport> run() = 0;
  /// [m, n] of the last run.
  virtual std::vector<float> output() const = 0;
  /// The operands, rounded to the precision in use: input [m, k]; weights [k, n].
  virtual std::span<const float> input() const = 0;
  virtual std::vector<float> weights() const = 0;
};

/// Heads of one layer. `heads` is a multiple of `kv_heads`: each KV head serves heads / kv_heads
/// query heads.
struct AttentionShape {
  int heads = 1;
  int kv_heads = 1;
  int head_dim = 64;
};

/// Attention over a filled KV cache. Decode: one query per sequence at its position `context`, over
/// `context` cached tokens. Prefill: `context` queries per sequence, causal.
enum class AttentionPass { kDecode, kPrefill };

struct AttentionSetup {
  AttentionShape shape;
  AttentionPass pass = AttentionPass::kDecode;
  LayerPrecision kv_precision = LayerPrecision::kF32;  ///< kF32 or kBf16
  int batch = 1;
  int context = 1;
  int threads = 1;
};

class Attention : public Runnable {
 public:
  /// Query and output: [batch, queries, heads, head_dim], queries = 1 or context.
  virtual Result<RunReport> run(std::span<const float> query, std::span<float> output) = 0;
  /// [batch, context, kv_heads, head_dim], rounded to the precision of the cache.
  virtual std::vector<float> keys() const = 0;
  virtual std::vector<float> values() const = 0;
};

/// Most threads of a kernel.
inline constexpr int kMostThreads = 1024;

/// Weights of the chosen experts in the sum of a token, from logits x:
///
///     kSoftmaxOverAll     p_e = exp(x_e) / sum over all experts, not renormalised
///     kSoftmaxOverChosen  the same divided by its sum over the k chosen
enum class GateNormalisation { kSoftmaxOverAll, kSoftmaxOverChosen };

/// Token-choice top-k; equal logits go to the lower index, NaN is below every number.
struct FastRouting {
  GateNormalisation normalisation = GateNormalisation::kSoftmaxOverChosen;
  float scale = 1;  ///< factor on every weight
};

struct MoeLayerSetup {
  MoeLayerShape shape;
  LayerPrecision precision = LayerPrecision::kF32;  ///< of the experts; the router is always f32
  FastRouting routing;
  int max_tokens = 1;
  int max_assignments = 0;  ///< of a Routing handed in; 0: max_tokens * top_k
  int threads = 1;
};

/// A layer with its weights packed. Not for two threads at once; different layers are.
/// Spans: input and output [tokens, hidden] in f32. An error when tokens, assignments or spans do
/// not fit the setup. Output is the MoE sum alone, without a residual. Equal inputs give equal bits
/// for any number of threads.
class MoeLayer : public Runnable {
 public:
  virtual Result<RunReport> run(std::span<const float> input, std::span<float> output,
                                const RunOptions& options = {}) = 0;
  virtual Result<RunReport> run(std::span<const float> input, const Routing& routing,
                                std::span<float> output, const RunOptions& options = {}) = 0;
  /// The router's decision in the last run that routed itself.
  virtual const Routing& lastRouting() const = 0;
};

/// RMS norm, attention with KV cache, residual, RMS norm, MoE layer, residual; no rotary embedding,
/// norm weights 1, epsilon 1e-6:
///
///     h = x + W_o attention(W_qkv rms(x));    y = h + moe(rms(h))
struct DecoderBlockSetup {
  MoeLayerSetup moe;
  AttentionShape attention;
  LayerPrecision kv_precision = LayerPrecision::kF32;
  /// Room for keys and values, in pages of kKvPageTokens tokens of one sequence. A hard limit.
  int kv_pages = 1;
};

inline constexpr int kKvPageTokens = 64;

/// Pages that `batch` sequences of `context` tokens take.
std::int64_t kvPages(int batch, int context);

struct DecoderBlockWeights {
  std::vector<float> qkv;     ///< [hidden, (heads + 2 kv_heads) * head_dim]: query, key, value
  std::vector<float> output;  ///< [heads * head_dim, hidden]
  MoeLayerWeights moe;
};

class DecoderBlock : public Runnable {
 public:
  /// Empties the cache and fills it for `batch` sequences with `context` random tokens each
  /// (seeded), as if they had been prefilled. An error beyond kv_pages.
  virtual Result<void> fill(int batch, int context) = 0;
  /// One more token for each of the sequences in the cache, input and output [batch, hidden].
  /// Keys and values are appended first; an error, and nothing appended, when that needs more than
  /// kv_pages.
  virtual Result<RunReport> decode(std::span<const float> input, std::span<float> output,
                                   const RunOptions& options = {}) = 0;
  /// Empties the cache and takes `batch` prompts of `tokens` each: [batch, tokens, hidden].
  virtual Result<RunReport> prefill(int batch, int tokens, std::span<const float> input,
                                    std::span<float> output, const RunOptions& options = {}) = 0;
  /// Takes the last token of every sequence back, so that a decode step can be timed repeatedly.
  virtual void forgetLast() = 0;
  virtual int cachedTokens() const = 0;  ///< of one sequence
  /// Of a sequence in the cache: [cachedTokens(), kv_heads, head_dim], rounded to its precision.
  virtual std::vector<float> keys(int sequence) const = 0;
  virtual std::vector<float> values(int sequence) const = 0;
  /// The router's decision in the last step, for its rows of tokens.
  virtual const Routing& lastRouting() const = 0;
};

/// Whether a precision is offered on this machine, and if not, why.
struct PrecisionSupport {
  LayerPrecision precision = LayerPrecision::kF32;
  bool offered = false;
  std::string reason;  ///< empty when offered
};

/// Kernels of one kind of machine: the seam for another than the CPU. Preparation may allocate and
/// take its time; the runs of what was prepared do not, except where RunReport says `prepared`.
/// Errors: a shape that makes no sense (kUsage), a precision that is not offered (kUnanswered),
/// not enough memory or threads, or a product that the library refuses (kInfeasible), when
/// something is made or, with the same kinds, when it runs.
class KernelSet {
 public:
  virtual ~KernelSet() = default;
  virtual std::string_view name() const = 0;    ///< "cpu"
  virtual std::string description() const = 0;  ///< libraries with versions, instruction set
  virtual std::vector<PrecisionSupport> precisions() const = 0;

  virtual Result<std::unique_ptr<MatrixProduct>> matrixProduct(const MatrixProductSetup&) const = 0;
  virtual Result<std::unique_ptr<Attention>> attention(const AttentionSetup&) const = 0;
  virtual Result<std::unique_ptr<MoeLayer>> moeLayer(const MoeLayerSetup&,
                                                     const MoeLayerWeights&) const = 0;
  virtual Result<std::unique_ptr<DecoderBlock>> decoderBlock(const DecoderBlockSetup&,
                                                             const DecoderBlockWeights&) const = 0;
};

std::unique_ptr<KernelSet> cpuKernelSet();

/// Seeded normal weights with standard deviation 1 / sqrt(rows), for layers that only need to run.
MoeLayerWeights randomWeights(const MoeLayerShape& shape, std::uint64_t seed);
DecoderBlockWeights randomWeights(const DecoderBlockSetup& setup, std::uint64_t seed);

}  // namespace moe
