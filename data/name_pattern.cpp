#include "data/name_pattern.h"

#include <cstddef>

namespace moe {

// Only the last '*' is ever tried again: what the earlier ones took may stay as it is. So the time
// is at most the product of both lengths.
bool matchesPattern(std::string_view name, std::string_view pattern) {
  std::size_t at = 0, wanted = 0;
  std::size_t star = pattern.npos, taken = 0;
  while (at < name.size()) {
    if (wanted < pattern.size() && pattern[wanted] == '*') {
      star = wanted++;
      taken = at;
    } else if (wanted < pattern.size() && (pattern[wanted] == '?' || pattern[wanted] == name[at])) {
      ++wanted;
      ++at;
    } else if (star != pattern.npos) {
      wanted = star + 1;
      at = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', wanted) == pattern.npos;
}

bool isPattern(std::string_view text) { return text.find_first_of("*?") != text.npos; }

}  // namespace moe
