#pragma once

#include <string>

namespace moe::report {

/// A JSON document with `timing_s` null, so that equal answers are equal bytes; any other text as
/// it is.
std::string withoutTiming(std::string document);

}  // namespace moe::report
