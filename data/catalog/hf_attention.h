#pragma once

// Internal to the reader of Hugging Face's config.json: attention and what stands for it.

#include "data/catalog/hf_fields.h"
#include "data/catalog/model_entry.h"

namespace moe::catalog {

/// Heads or latent ranks, the kind of each layer, windows, and the sizes of linear layers. Needs
/// layers, hidden size, heads and the longest context. A key of a structure that no formula counts
/// makes the attention kUnknown.
void readHfAttention(HfFields& fields, ModelEntry& entry);

}  // namespace moe::catalog
