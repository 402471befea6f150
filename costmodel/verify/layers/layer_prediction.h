#pragma once

#include <string>
#include <vector>

#include "costmodel/engine/device_memory.h"
#include "costmodel/engine/serving_model.h"
#include "costmodel/verify/layers/layer_sample.h"

namespace moe {

/// One group of operators of a predicted layer.
struct PredictedPart {
  OperatorGroup group = OperatorGroup::kExperts;
  double seconds = 0;
  std::string_view bound;
  Basis basis = Basis::kRoofline;
};

struct PredictedLayer {
  double seconds = 0;  ///< sum of the parts
  std::vector<PredictedPart> parts;
  std::string_view bound;          ///< of the largest part
  Basis basis = Basis::kMeasured;  ///< the weakest of the parts that make a tenth
  double experts_touched = 0;      ///< expected distinct experts
};

/// The layer as a model of the catalog: one layer with the least that a model needs around it.
ModelEntry modelOf(const SampleLayer& layer);
ModelEntry modelOf(const SampleBlock& block);

/// Formats of a model whose weights are all in this precision.
ModelFormats formatsOf(LayerPrecision precision);

/// The time that `moeplan cost` gives that model's router, routed and shared experts in a decode
/// step of so many tokens: costmodel/engine's ServingModel on the machine's kernels, and nothing
/// else. A layer that does not run its router is predicted without it.
PredictedLayer predictLayer(const KernelLibrary& kernels, const SampleLayer& layer);

/// Likewise of a whole block, without head.
PredictedLayer predictBlock(const KernelLibrary& kernels, const SampleBlock& block);

/// Sequences of `context` tokens and one more that the cost model's memory rules let decode at
/// once on a machine whose memory holds the weights and so many pages of cache.
int predictedSequences(const SampleKvLimit& limit);

}  // namespace moe
