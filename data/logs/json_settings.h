#pragma once

// Internal to the readers of logs.

#include <cstddef>
#include <string_view>

#include "data/logs/log_sink.h"

namespace moe {

/// A text that is a JSON object, as settings: nested keys joined by '.', below `prefix` unless that
/// is empty; arrays of plain values as a text with blanks between them. False, and nothing handed
/// on, when the text is no JSON object.
bool handJsonSettingsOn(std::string_view prefix, std::string_view text, std::size_t place,
                        LogSink& sink);

}  // namespace moe
