#pragma once

#include <span>
#include <vector>

#include "costmodel/kernels/routing/routing.h"

namespace moe {

/// The tokens of a batch whose numbers are worth comparing, rising, each once and at most `most` of
/// them: the first, the last and the middle one, then the one in the last slot of each expert, the
/// most loaded expert first. A kernel goes wrong at the ends of its blocks and groups.
std::vector<int> tokensToCheck(const Routing& routing, int most);

/// At most `most` of `tokens` tokens, evenly spread, the first and the last among them.
std::vector<int> spreadTokens(int tokens, int most);

/// What a routing says of these tokens (rising), which become 0, 1, ...
Routing routingOfTokens(const Routing& routing, std::span<const int> tokens);

/// Rows of these tokens out of [all tokens, width], one behind the other.
std::vector<float> rowsOfTokens(std::span<const float> rows, std::size_t width,
                                std::span<const int> tokens);

}  // namespace moe
