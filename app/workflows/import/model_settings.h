#pragma once

#include <string_view>

#include "app/workflows/import/run_facts.h"
#include "data/catalog/model_entry.h"
#include "data/error.h"

namespace moe {

/// The model that a run's settings describe, for its parameter count: from a Hugging Face
/// configuration among them (model_type), else from layers, width, FFN, vocabulary and experts.
///
/// What is absent is taken as the framework takes it: Megatron, llm.c and nanoGPT have an FFN of 4
/// times the width, two matrices unless gated, tied embeddings and learned positions. For other
/// logs these have to be stated.
///
/// Errors (kInput): what is missing, and what it takes to compute N.
Result<ModelEntry> modelOfSettings(RunFacts& facts, std::string_view reader);

}  // namespace moe
