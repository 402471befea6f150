#pragma once

#include <string>

namespace moe {

/// A word as a POSIX shell reads it back: as it is, or in single quotes where it needs them.
std::string shellWord(const std::string& word);

}  // namespace moe
