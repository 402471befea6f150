#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "costmodel/verify/measure/bench.h"
#include "costmodel/verify/measure/cold_copies.h"

namespace moe {

/// What was measured of a layer at one number of tokens.
struct LayerTiming {
  RobustTime time;
  double router_s = 0;          ///< median of the router's own part; 0 with a routing handed in
  double distinct_experts = 0;  ///< mean over the runs
};

/// Copies of one layer that runs go through in turn, so that their weights come from memory, as
/// those of a model's layers do while others run in between. Each run has a routing or an input of
/// its own.
class LayerPool {
 public:
  /// So many copies of the layer, 1 or more. Errors: those of the kernel set.
  static Result<LayerPool> make(const Bench& bench, const MoeLayerSetup& setup,
                                const MoeLayerWeights& weights, int copies);

  /// With routings drawn at this skew and handed in.
  Result<LayerTiming> timeRouted(int tokens, double skew, const TimingOptions& options,
                                 std::uint64_t seed, std::stop_token stop);
  /// The whole layer: its router decides.
  Result<LayerTiming> timeWhole(int tokens, const TimingOptions& options, std::stop_token stop);

  MoeLayer& layer() { return *layers_.front(); }
  /// Rows of hidden numbers, normal with variance 1; at least twice max_tokens.
  std::span<const float> inputs() const { return input_; }
  const MoeLayerSetup& setup() const { return setup_; }

 private:
  LayerPool() = default;
  std::span<const float> inputOf(int tokens, int run) const;

  Clock clock_;
  MoeLayerSetup setup_;
  std::vector<std::unique_ptr<MoeLayer>> layers_;
  std::vector<float> input_, output_;
};

/// Most copies of one layer: each has its own buffers.
inline constexpr int kMostLayerCopies = 128;

/// Copies of a layer by the rule (cold_copies.h). With few tokens a run of one token reads top_k
/// experts; with many the weights are read behind what is computed, and two copies do.
int layerCopies(const ColdRule& rule, const MoeLayerSetup& setup, bool few_tokens);

/// Bytes of a layer's weights in this precision, router left out.
Bytes layerBytes(const MoeLayerShape& shape, LayerPrecision precision);

/// Normal numbers with variance 1, the same for equal seeds.
std::vector<float> normalNumbers(std::size_t count, std::uint64_t seed);

}  // namespace moe
