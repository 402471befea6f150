#pragma once

// Internal to the readers of routing traces.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "data/readers/routing_trace.h"

namespace moe {

/// The fast way for a CSV trace as programs write it: plain numbers without quotes or blanks, rows
/// in the order of layers and tokens, nothing wrong in it. None for anything else, which
/// routing_table.h reads with care and refuses with line and cause.
std::optional<RoutingTrace> plainTrace(std::string_view text, const std::string& where,
                                       std::size_t experts);

}  // namespace moe
