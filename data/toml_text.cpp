#include "data/toml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace moe {
namespace {

/// Walks over TOML text just well enough to know what is inside strings and comments.
class PlainTextScan {
 public:
  explicit PlainTextScan(std::string_view text) : text_(text) {}

  /// Line of the first byte >= 0x80 outside strings and comments, or none.
  std::optional<int> lineOfForeignByte() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        skipComment();
      } else if (c == '"' || c == '\'') {
        skipString(c);
      } else {
        if (static_cast<unsigned char>(c) >= 0x80) return line_;
        step();
      }
    }
    return std::nullopt;
  }

 private:
  bool startsWith(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  void step() {
    if (text_[at_] == '\n') ++line_;
    ++at_;
  }
  void skipComment() {
    while (at_ < text_.size() && text_[at_] != '\n') step();
  }
  void skipString(char quote) {
    const std::string thrice(3, quote);
    const bool many_lines = startsWith(thrice);
    const std::string end = many_lines ? thrice : std::string(1, quote);
    at_ += end.size();
    while (at_ < text_.size() && !startsWith(end)) {
      if (!many_lines && text_[at_] == '\n') return;  // not closed: toml++ will say so
      if (quote == '"' && text_[at_] == '\\') step();
      if (at_ < text_.size()) step();
    }
    at_ = std::min(at_ + end.size(), text_.size());
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

Result<std::string_view> plainToml(std::string_view text, const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // byte order mark
  if (const auto line = PlainTextScan(text).lineOfForeignByte())
    return fail(ErrorKind::kInput, fmt::format("{}:{}", file, *line),
                "a character outside ASCII stands outside strings and comments; put names with "
                "such characters in quotes");
  return text;
}

std::string quotedToml(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace moe
