#include "data/logs/text/flat_dict.h"

#include <algorithm>

#include "data/logs/text/text_number.h"

namespace moe {
namespace {

std::string_view withoutBlanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

/// "tensor(2.3)", "np.float64(2.3)", "tensor(2.3, device='cuda:0')": the number in brackets.
std::string_view unwrapped(std::string_view value) {
  const std::size_t open = value.find('(');
  if (open == std::string_view::npos || open == 0 || !value.ends_with(')')) return value;
  const std::string_view name = value.substr(0, open);
  if (!name.ends_with("tensor") && !name.ends_with("float32") && !name.ends_with("float64")) {
    return value;
  }
  const std::string_view inside = value.substr(open + 1, value.size() - open - 2);
  return stripped(inside.substr(0, inside.find(',')));
}

}  // namespace

std::optional<FlatDict::Entry> FlatDict::next() {
  rest_ = withoutBlanks(rest_);
  if (rest_.starts_with('}')) {
    rest_.remove_prefix(1);
    closed_ = true;
    return std::nullopt;
  }
  const auto key = quoted();
  rest_ = withoutBlanks(rest_);
  if (!key || !rest_.starts_with(':')) return std::nullopt;
  rest_ = withoutBlanks(rest_.substr(1));
  const bool is_text = rest_.starts_with('"') || rest_.starts_with('\'');
  const auto value = is_text ? quoted() : std::optional(bare());
  rest_ = withoutBlanks(rest_);
  if (!value || !(rest_.starts_with(',') || rest_.starts_with('}'))) return std::nullopt;
  if (rest_.starts_with(',')) rest_.remove_prefix(1);
  return Entry{*key, unwrapped(stripped(*value))};
}

/// Texts with escapes are no names of metrics; the backslash keeps the next character inside.
std::optional<std::string_view> FlatDict::quoted() {
  if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\'')) return std::nullopt;
  const char quote = rest_.front();
  std::size_t stop = 1;
  while (stop < rest_.size() && rest_[stop] != quote) stop += rest_[stop] == '\\' ? 2 : 1;
  if (stop >= rest_.size()) return std::nullopt;
  const std::string_view inside = rest_.substr(1, stop - 1);
  rest_.remove_prefix(stop + 1);
  return inside;
}

/// Up to the ',' or '}' outside of brackets.
std::string_view FlatDict::bare() {
  std::size_t depth = 0;
  std::size_t stop = 0;
  for (; stop < rest_.size(); ++stop) {
    const char c = rest_[stop];
    if (depth == 0 && (c == ',' || c == '}')) break;
    if (c == '[' || c == '(' || c == '{') ++depth;
    if ((c == ']' || c == ')' || c == '}') && depth > 0) --depth;
  }
  const std::string_view inside = rest_.substr(0, stop);
  rest_.remove_prefix(stop);
  return inside;
}

}  // namespace moe
