#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "data/logs/text/text_number.h"

namespace moe {

/// Walks along a line of text, word by word.
struct TextCursor {
  std::string_view rest;

  void skipBlanks() { rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size())); }

  bool take(std::string_view literal) {
    if (!rest.starts_with(literal)) return false;
    rest.remove_prefix(literal.size());
    return true;
  }

  /// Moves behind the first `literal`; stays when there is none.
  bool skipPast(std::string_view literal) {
    const std::size_t at = rest.find(literal);
    if (at == std::string_view::npos) return false;
    rest.remove_prefix(at + literal.size());
    return true;
  }

  /// Up to one of `ends`, which stays, or the end of the line.
  std::string_view until(std::string_view ends) {
    const std::string_view word = rest.substr(0, rest.find_first_of(ends));
    rest.remove_prefix(word.size());
    return word;
  }

  /// Digits, behind blanks.
  std::optional<double> whole() {
    skipBlanks();
    std::size_t size = 0;
    while (size < rest.size() && rest[size] >= '0' && rest[size] <= '9') ++size;
    const auto value = wholeNumber(rest.substr(0, size));
    rest.remove_prefix(size);
    return value;
  }
};

/// "250" or "250/ 6200" at the cursor: a step and, perhaps, the planned number of steps.
struct StepOfTotal {
  double step = 0;
  std::optional<double> total;
};

inline std::optional<StepOfTotal> takeStep(TextCursor& cursor) {
  const auto step = cursor.whole();
  if (!step) return std::nullopt;
  StepOfTotal steps{*step, std::nullopt};
  TextCursor behind = cursor;
  behind.skipBlanks();
  if (!behind.take("/")) return steps;
  steps.total = behind.whole();
  if (!steps.total) return std::nullopt;
  cursor = behind;
  return steps;
}

}  // namespace moe
