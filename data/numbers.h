#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace moe {

/// The number that fills the whole text (spaces around it allowed), or none. Reads "1e9", "2.5",
/// "-3"; never the locale's decimal comma. "nan" and "inf" are read as such.
std::optional<double> parseNumber(std::string_view text);

/// Shortest text that reads back as the same double: machine output.
std::string exactNumber(double value);

/// Text without blanks at either end.
std::string_view trimmed(std::string_view text);

}  // namespace moe
