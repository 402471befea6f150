#pragma once

#include <string>

namespace moe::report {

/// A part of a step in words: "dense_ffn" is "dense FFN".
std::string partName(const std::string& op);

}  // namespace moe::report
