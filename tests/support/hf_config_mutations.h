#pragma once

#include <string>
#include <vector>

namespace moe::test {

/// The text with each of its values in turn replaced by numbers at the edge and by other kinds.
inline std::vector<std::string> withOtherValues(const std::string& text) {
  std::vector<std::string> texts;
  for (std::size_t at = text.find(": "); at != std::string::npos; at = text.find(": ", at + 1)) {
    const std::size_t begin = at + 2;
    const std::size_t end = text.find_first_of(",}", begin);
    for (const char* value :
         {"0", "-1", "1", "7", "1000000000", "2147483647", "-9223372036854775808", "1e300",
          "-1e300", "1e-300", "null", "true", "\"\"", "[]", "[[]]", "{}", "[0]", "{\"a\": 1}"})
      texts.push_back(text.substr(0, begin) + value + text.substr(end));
  }
  return texts;
}

}  // namespace moe::test
