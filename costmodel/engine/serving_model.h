#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "costmodel/engine/deployment.h"
#include "costmodel/operators/kernel_library.h"

namespace moe {

/// What a step's time is reported by.
enum class OperatorGroup {
  kProjections,  ///< queries, keys, values, output
  kAttention,    ///< scores and weighted values over the cache
  kDenseFfn,     ///< layers that are not routed
  kExperts,      ///< routed experts with their dispatch on a device
  kSharedExperts,
  kRouter,
  kNorms,
  kHead,           ///< output projection and sampling
  kCommunication,  ///< collectives among devices
  kFixed,  ///< a time per layer for all that a roofline lacks; 0 where kernels were measured
};
inline constexpr std::size_t kOperatorGroups = 10;

/// "projections", "attention", "dense_ffn", ...
std::string_view name(OperatorGroup group);

/// Seconds of one pass on one device, by group, with the ideal times that bound them.
struct PassTime {
  std::array<double, kOperatorGroups> seconds{};
  std::array<double, kOperatorGroups> compute_s{};
  std::array<double, kOperatorGroups> memory_s{};

  double total() const;
  void add(OperatorGroup group, const OperatorTime& time, double times);
};

/// What a group of operators waits for: "compute", "memory", "link" or "latency" (launches and
/// tails rather than work: less than a tenth of the ideal speed).
std::string_view boundOf(OperatorGroup group, const PassTime& time);

/// How tokens are spread over experts: the exponent of a power law of tokens over experts as in the
/// measured tables (0: evenly), or a load of its own.
struct RouterSkew {
  double exponent = 1.2;
  /// Distinct experts and imbalance of a batch of so many tokens, instead of the tables' routing;
  /// then the even tables' utilisation is used.
  std::function<MoeLoad(double tokens)> load;
};

/// A model bound to an accelerator and a way of dividing it: every operator with its curve, so that
/// a prediction takes microseconds. Times are of one device; all devices work alike.
class ServingModel {
 public:
  struct Request {
    ModelArchitecture model;
    Parallelism parallelism;
    ModelFormats formats;
    Engine engine = Engine::kVllm;
    RouterSkew skew;
    bool overlap_exchange = false;  ///< two micro-batches: one computes while the other exchanges
  };
  /// The parallelism must have passed checkParallelism, the model have a decoder only.
  ServingModel(const Request& request, const KernelLibrary& kernels);

  /// One token for each of `sequences` (of all devices), each with `context` tokens before it.
  PassTime decode(double sequences, double context) const;

  /// `prompts` whole prompts of `tokens` new tokens on one data-parallel group, `cached` tokens of
  /// each already in the cache.
  PassTime prefill(double prompts, double tokens, double cached = 0) const;

  /// A prompt in chunks of at most `chunk` tokens (chunked prefill), all passes together.
  PassTime chunkedPrefill(double tokens, double chunk) const;

  /// A decode step of `sequences` that carries `chunk` tokens of a prompt of which `past` are done:
  /// the linear layers see both as one batch.
  PassTime mixed(double sequences, double context, double chunk, double past) const;

  /// The weakest basis of a group's operators, decode and prefill alike.
  Basis basis(OperatorGroup group) const { return basis_[static_cast<std::size_t>(group)]; }

  /// What quantising activations takes in the measured dense products of a pass, and engines on
  /// Blackwell fuse into the operator before: per product the time of the smallest product in this
  /// format beyond that in bf16.
  double quantiseSeconds() const { return quantise_s_; }

  const Request& request() const { return request_; }
  const KernelLibrary& kernels() const { return kernels_; }

 private:
  struct Linear {
    Gemm gemm;
    double layers;
    OperatorGroup group;
    bool decode;   ///< runs in decode
    bool prefill;  ///< runs in prefill
  };
  void addLinear(OperatorGroup group, NumberFormat format, double n, double k, double layers,
                 bool decode = true, bool prefill = true);
  void addAttentionLayers();
  void addMla();
  void addFeedForward();
  void addExperts();
  void addCommunication();
  void addExchange(PassTime& time, double tokens, double all_tokens) const;
  void measureQuantising();
  void weaken(OperatorGroup group, Basis basis);

  void addLinears(PassTime& time, double tokens, bool decode) const;
  void addAbsorbed(PassTime& time, double tokens) const;
  void addRouted(PassTime& time, double all_tokens) const;
  void addRest(PassTime& time, double tokens, double all_tokens, double head_tokens) const;
  void prefillAttention(PassTime& time, double prompts, double from, double to) const;

  Request request_;
  KernelLibrary kernels_;
  std::array<Basis, kOperatorGroups> basis_{};
  std::vector<Linear> linears_;
  std::optional<AttentionCurve> decode_attention_, prefill_attention_;
  std::optional<ExpertsCurve> experts_;
  std::optional<Gemm> head_;
  Collective tensor_allreduce_, expert_gather_, expert_scatter_;
  double remote_copies_ = 0;   ///< of a token sent to other link domains; 0: all in one
  double full_layers_ = 0;     ///< that attend to the whole context
  double sliding_layers_ = 0;  ///< that attend within `window_`
  double window_ = 0;
  double routed_layers_ = 0;
  double absorb_flop_ = 0;  ///< of MLA's absorbed products in decode, per sequence and layer
  double absorb_bytes_ = 0;
  double fixed_per_layer_s_ = 0;
  double quantise_s_ = 0;
};

}  // namespace moe
