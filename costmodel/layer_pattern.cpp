#include "costmodel/layer_pattern.h"

namespace moe {

std::int64_t routedLayersIn(const ModelEntry& entry, int layers) {
  if (entry.experts == 0) return 0;
  if (entry.routed_layers > 0) return entry.routed_layers;
  return (layers - entry.first_dense_layers) / entry.moe_every_n_layers;
}

std::vector<bool> routedPattern(const ModelEntry& entry, int layers, std::int64_t routed) {
  std::vector<bool> pattern(static_cast<std::size_t>(layers), false);
  if (routed == 0) return pattern;
  const int every = entry.moe_every_n_layers;
  const bool regular = routed == (layers - entry.first_dense_layers) / every;
  for (int layer = 0; layer < layers; ++layer) {
    const int behind = layer - entry.first_dense_layers;
    pattern[static_cast<std::size_t>(layer)] =
        regular ? behind >= 0 && behind % every == every - 1
                : (layer + 1) * routed / layers > layer * routed / layers;
  }
  return pattern;
}

}  // namespace moe
