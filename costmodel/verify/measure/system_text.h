#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace moe {

/// A file of the system, such as /proc/stat; empty when it cannot be read.
std::string systemText(const std::string& path);

/// Words between blanks.
std::vector<std::string_view> wordsIn(std::string_view text);

/// What stands behind the colon of the first line "key : value".
std::string_view lineAfter(std::string_view text, std::string_view key);

}  // namespace moe
