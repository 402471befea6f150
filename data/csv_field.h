#pragma once

#include <string>
#include <string_view>

namespace moe {

/// A text as one field of a CSV file: quoted where it holds a comma, a quote or a line end
/// (RFC 4180).
inline std::string csvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"') quoted += '"';
    quoted += letter;
  }
  return quoted + "\"";
}

}  // namespace moe
