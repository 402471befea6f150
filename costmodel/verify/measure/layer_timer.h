#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "costmodel/verify/measure/bench.h"

namespace moe {

/// What was measured of a layer at one number of tokens.
struct LayerTiming {
  RobustTime time;
  double router_s = 0;          ///< median of the router's own part; 0 with a routing handed in
  double distinct_experts = 0;  ///< mean over the runs
};

/// Times a layer with its weights from memory, over several routings or inputs.
class LayerTimer {
 public:
  /// Errors: those of the kernel set.
  static Result<LayerTimer> make(const Bench& bench, const MoeLayerSetup& setup,
                                 const MoeLayerWeights& weights);

  /// With typical routings at this skew (typicalRoutings), handed in.
  Result<LayerTiming> timeRouted(int tokens, double skew, const TimingOptions& options,
                                 std::uint64_t seed, std::stop_token stop);
  /// The whole layer: its router decides.
  Result<LayerTiming> timeWhole(int tokens, const TimingOptions& options, std::stop_token stop);

  MoeLayer& layer() { return *layer_; }
  /// Rows of hidden numbers, normal with variance 1; at least twice max_tokens.
  std::span<const float> inputs() const { return input_; }
  const MoeLayerSetup& setup() const { return setup_; }

 private:
  LayerTimer() = default;
  std::span<const float> inputOf(int tokens, int run) const;

  Clock clock_;
  MoeLayerSetup setup_;
  std::unique_ptr<MoeLayer> layer_;
  std::vector<float> input_, output_;
};

/// Bytes of a layer's weights in this precision, router left out.
Bytes layerBytes(const MoeLayerShape& shape, LayerPrecision precision);

/// Normal numbers with variance 1, the same for equal seeds.
std::vector<float> normalNumbers(std::size_t count, std::uint64_t seed);

}  // namespace moe
