#pragma once

#include <cstddef>
#include <filesystem>

#include "data/readers/routing_trace.h"

namespace moe {

/// True for a folder with files expert_weights_LAYER.txt, directly or in folders rank_N.
bool holdsEsftTrace(const std::filesystem::path& folder);

/// Reads the text that the ESFT authors' model writes: expert_weights_LAYER.txt holds a line for
/// each sequence of the task, with the k experts of its first token, of its second and so on, an
/// empty field, and as many gates; fields are separated by tabs. LAYER is the layer's number in the
/// model. Folders rank_N hold further sequences, in the order of N.
///
/// The files do not say k (`top_k`) nor the model's experts (`experts`). Errors (kInput) name file,
/// line, token, value and cause: an expert that does not exist or comes twice in a token, a line
/// whose experts are no whole number of tokens, fewer gates than experts, a gate that is not from
/// 0 to 1, gates of a token above 1 together, layers with other sequences than the first.
///
/// Layers are read in parallel (0 threads: as many as the machine has).
Result<RoutingTrace> readEsftTrace(const std::filesystem::path& folder, std::size_t top_k,
                                   std::size_t experts, int threads = 0);

}  // namespace moe
