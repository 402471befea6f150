#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/workflows/import/run_facts.h"

namespace moe {

/// Sizes of the model that a log is about.
struct ModelSize {
  double active_params = 0;
  double total_params = 0;          ///< 0: not known
  double non_embedding_params = 0;  ///< 0: not known
  double experts = 1;
  double top_k = 1;
  double granularity = 1;
  std::optional<Warning> warning;  ///< the stated and the computed count differ
};

/// N, E, k and G: given or stated, else exact from layers and widths (architectureOf: embedding
/// included, biases not counted). What a framework takes when a setting is absent (an FFN four
/// times as wide, tied embeddings) is taken for that framework alone.
///
/// Errors (kInput): what is missing, what was found, and how to give it.
Result<ModelSize> modelSize(RunFacts& facts, std::string_view reader);

}  // namespace moe
