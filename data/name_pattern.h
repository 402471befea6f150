#pragma once

#include <string_view>

namespace moe {

/// Whether a name matches a pattern in which '*' stands for any text and '?' for any one byte, as a
/// shell matches names of files: "fit.*", "fit.clark-?". Everything else stands for itself.
bool matchesPattern(std::string_view name, std::string_view pattern);

/// Whether a text holds a '*' or '?'.
bool isPattern(std::string_view text);

}  // namespace moe
