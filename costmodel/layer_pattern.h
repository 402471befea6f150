#pragma once

#include <cstdint>
#include <vector>

#include "data/catalog/model_entry.h"

namespace moe {

/// How many layers of a stack of so many route.
std::int64_t routedLayersIn(const ModelEntry& entry, int layers);

/// Whether each layer of a stack routes, first to last: by the entry's pattern (every n-th layer
/// behind the dense ones), or evenly spread where so many layers that route (`routed`) are not what
/// the pattern gives.
std::vector<bool> routedPattern(const ModelEntry& entry, int layers, std::int64_t routed);

}  // namespace moe
