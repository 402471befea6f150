#pragma once

#include <string>
#include <string_view>

#include "data/error.h"

namespace moe {

/// The text without a byte order mark, fit for toml++: its version 3.3 has undefined behaviour on
/// bare keys outside ASCII, so such bytes outside strings and comments are refused here first.
/// Errors (kInput) name file and line.
Result<std::string_view> plainToml(std::string_view text, const std::string& file);

/// The text as a TOML string in double quotes, control characters escaped.
std::string quotedToml(std::string_view text);

}  // namespace moe
