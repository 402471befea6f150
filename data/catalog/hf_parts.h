#pragma once

// Internal to the reader of Hugging Face's config.json: the parts of a model.

#include <string>

#include "data/catalog/hf_fields.h"
#include "data/catalog/model_entry.h"

namespace moe::catalog {

/// Adds a sentence to the notes.
void addNote(ModelEntry& entry, const std::string& note);

/// Fills the sizes of an entry from the object of the language model and the whole file around it.
/// Errors are in the fields' state.
void readHfParts(HfFields& fields, HfFields& root, ModelEntry& entry);

}  // namespace moe::catalog
