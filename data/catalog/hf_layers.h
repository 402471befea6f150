#pragma once

// Internal to the reader of Hugging Face's config.json: what differs from layer to layer.

#include "data/catalog/hf_fields.h"
#include "data/catalog/model_entry.h"

namespace moe::catalog {

/// More layers than any model has; lists of layers are made, so there is a limit.
inline constexpr int kMostLayers = 100'000;

/// Which layers route, from lists (moe_layers, mlp_only_layers), a first layer and a period in any
/// of their spellings. Sets first_dense_layers and moe_every_n_layers, or routed_layers where
/// these two cannot say it. Returns the layers that do not route.
int readRoutedLayers(HfFields& fields, ModelEntry& entry);

/// Full attention, sliding window or linear attention of each layer, from layer_types or the rule
/// of the architecture. Sets attention, kv_layers, sliding_window and its layers. Windows that
/// reach over the longest context are none.
void readLayerKinds(HfFields& fields, ModelEntry& entry);

}  // namespace moe::catalog
