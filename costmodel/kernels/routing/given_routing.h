#pragma once

#include <cstdint>
#include <span>

#include "costmodel/kernels/routing/routing.h"
#include "data/error.h"

namespace moe {

/// The routing of tokens whose experts are already known, such as those of a trace: `chosen` is
/// [tokens, top_k], token after token. Every output weighs 1 / top_k; nothing is dropped.
///
/// Errors (kInput): an expert that does not exist or twice in a token; `chosen` no multiple of
/// top_k.
Result<Routing> givenRouting(std::span<const std::uint16_t> chosen, int top_k, int experts);

/// Experts that compute at least one token: whose weights the layer has to read.
int expertsTouched(const Routing& routing);

}  // namespace moe
