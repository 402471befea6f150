#pragma once

// Internal to the reader of Hugging Face's config.json.

#include "data/catalog/hf_fields.h"
#include "data/catalog/model_entry.h"

namespace moe::catalog {

/// Whether a model_type is T5's or that of a model built like it: t5, mt5, switch_transformers.
bool isT5Like(std::string_view model_type);

/// Reads such a file into the entry: both stacks, the relative position bias and, of
/// switch_transformers, the routed layers. What is wrong stands in the fields' state.
void readT5Like(HfFields& root, ModelEntry& entry);

}  // namespace moe::catalog
