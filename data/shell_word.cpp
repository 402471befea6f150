#include "data/shell_word.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace moe {

std::string shellWord(const std::string& word) {
  constexpr std::string_view kPlain = "%+,-./:=@_^";
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [&](unsigned char c) {
    return (c < 0x80 && std::isalnum(c)) || kPlain.find(static_cast<char>(c)) != kPlain.npos;
  });
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace moe
