#pragma once

#include <string>

#include "data/catalog/model_entry.h"
#include "data/error.h"

namespace moe {

/// The model that a user means: FILE.toml with one model, a Hugging Face config.json (any name that
/// ends in .json), else a name of the catalog with the user's own entries.
Result<ModelEntry> chosenModel(const std::string& model, const std::string& catalog_dir);

}  // namespace moe
