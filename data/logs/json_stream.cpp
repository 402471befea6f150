#include "data/logs/json_stream.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "data/numbers.h"

namespace moe {
namespace {

constexpr std::size_t kLongestText = 16 << 20;
constexpr std::size_t kDeepestJson = 64;

/// Characters of numbers and of the words true, false, null, NaN, Infinity.
bool isWordCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '+' || c == '.';
}

std::string shown(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7f ? fmt::format("'{}'", c) : fmt::format("byte 0x{:02x}", byte);
}

}  // namespace

bool JsonStream::have() {
  return at_ < window_.view().size() || (window_.grow() && at_ < window_.view().size());
}

bool JsonStream::skipBlanks() {
  for (; have(); ++at_) {
    const char c = at();
    if (c == '\n') ++line_;
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return true;
    if (at_ >= kLongestText) {
      window_.take(at_);
      at_ = 0;
    }
  }
  return false;
}

JsonEvent JsonStream::broken(std::string cause) {
  broken_ = true;
  cause_ = std::move(cause);
  return JsonEvent::kBroken;
}

JsonEvent JsonStream::endsTooEarly() {
  cut_off_ = true;
  return broken("it ends too early");
}

bool JsonStream::atEnd() { return open_.empty() && !broken_ && !skipBlanks(); }

JsonEvent JsonStream::next() {
  if (broken_) return JsonEvent::kBroken;
  window_.take(at_);
  at_ = 0;
  if (!skipBlanks()) return open_.empty() ? JsonEvent::kEnd : endsTooEarly();
  if (expected_ == Expected::kCommaOrEnd && !open_.empty()) {
    if (at() != ',') return close(at());
    ++at_;
    expected_ = open_.back() == '{' ? Expected::kKey : Expected::kValue;
    if (!skipBlanks()) return endsTooEarly();
  }
  if (expected_ == Expected::kKeyOrEnd && at() == '}') return close('}');
  if (expected_ == Expected::kValueOrEnd && at() == ']') return close(']');
  const bool wants_key = expected_ == Expected::kKeyOrEnd || expected_ == Expected::kKey;
  return wants_key ? key() : value();
}

JsonEvent JsonStream::close(char bracket) {
  const char wanted = open_.back() == '{' ? '}' : ']';
  if (bracket != wanted) {
    return broken(fmt::format("{} where a comma or '{}' is needed", shown(bracket), wanted));
  }
  ++at_;
  open_.pop_back();
  return closed(wanted == '}' ? JsonEvent::kEndObject : JsonEvent::kEndArray);
}

JsonEvent JsonStream::closed(JsonEvent event) {
  expected_ = open_.empty() ? Expected::kValue : Expected::kCommaOrEnd;
  return event;
}

JsonEvent JsonStream::open(char bracket) {
  if (open_.size() == kDeepestJson) {
    return broken(fmt::format("it is nested deeper than {} levels", kDeepestJson));
  }
  open_.push_back(bracket);
  ++at_;
  expected_ = bracket == '{' ? Expected::kKeyOrEnd : Expected::kValueOrEnd;
  return bracket == '{' ? JsonEvent::kBeginObject : JsonEvent::kBeginArray;
}

JsonEvent JsonStream::key() {
  if (at() != '"') return broken(fmt::format("{} where a key is needed", shown(at())));
  if (!string()) return JsonEvent::kBroken;
  // Reading on would move what the key points at.
  const bool colon_follows = at_ < window_.view().size() && at() == ':';
  if (!colon_follows && text_.data() != scratch_.data()) {
    scratch_.assign(text_);
    text_ = scratch_;
  }
  if (!skipBlanks()) return endsTooEarly();
  if (at() != ':') return broken(fmt::format("{} where ':' is needed", shown(at())));
  ++at_;
  expected_ = Expected::kValue;
  return JsonEvent::kKey;
}

JsonEvent JsonStream::value() {
  const char c = at();
  if (c == '{' || c == '[') return open(c);
  if (c == '"') return string() ? closed(JsonEvent::kString) : JsonEvent::kBroken;
  if (isWordCharacter(c)) return word();
  return broken(fmt::format("{} where a value is needed", shown(c)));
}

JsonEvent JsonStream::word() {
  std::size_t size = 0;
  const std::size_t start = at_;
  for (; have() && isWordCharacter(at()); ++at_) {
    if (++size > 400) return broken("a word or number of more than 400 characters");
  }
  const bool at_end = !have();
  text_ = window_.view().substr(start, size);
  if (text_ == "true") return closed(JsonEvent::kTrue);
  if (text_ == "false") return closed(JsonEvent::kFalse);
  if (text_ == "null") return closed(JsonEvent::kNull);
  // A number at the very end of a value that is not closed may lack digits.
  if (!open_.empty() && at_end) return endsTooEarly();
  const std::optional<double> parsed = parseNumber(text_);
  if (!parsed) return broken(fmt::format("{} is no JSON value", text_));
  number_ = *parsed;
  return closed(JsonEvent::kNumber);
}

bool JsonStream::string() {
  const std::size_t start = ++at_;
  bool escaped = false;
  scratch_.clear();
  std::size_t copied_to = start;
  for (;; ++at_) {
    if (!have()) return endsTooEarly(), false;
    if (at_ - start > kLongestText) {
      return broken(fmt::format("a text of more than {} MiB", kLongestText >> 20)), false;
    }
    const char c = at();
    if (c == '"') break;
    if (c == '\n') return broken("a text is not closed on its line"), false;
    if (c != '\\') continue;
    scratch_.append(window_.view().substr(copied_to, at_ - copied_to));
    escaped = true;
    ++at_;
    if (!escape()) return false;
    copied_to = at_ + 1;
  }
  text_ = window_.view().substr(copied_to, at_ - copied_to);
  ++at_;
  if (!escaped) return true;
  scratch_.append(text_);
  text_ = scratch_;
  return true;
}

/// At the character behind a backslash; leaves `at_` on the last one of the escape.
bool JsonStream::escape() {
  if (!have()) return endsTooEarly(), false;
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (const std::size_t i = kLetters.find(at()); i != std::string_view::npos) {
    scratch_ += kMeanings[i];
    return true;
  }
  if (at() != 'u') return broken(fmt::format("unknown escape \\{}", shown(at()))), false;
  unsigned code = 0;
  if (!hexDigits(code)) return false;
  const bool high = code >= 0xd800 && code < 0xdc00;
  if (high && have() && window_.want(at_ + 3) && window_.view().substr(at_ + 1, 2) == "\\u") {
    at_ += 2;
    unsigned low = 0;
    if (!hexDigits(low)) return false;
    const bool pair = low >= 0xdc00 && low < 0xe000;
    if (!pair) putCodePoint(0xfffd);
    code = pair ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : low;
  }
  putCodePoint(code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
  return true;
}

/// Four hexadecimal digits behind `at_`, which ends on the last.
bool JsonStream::hexDigits(unsigned& code) {
  code = 0;
  for (int i = 0; i < 4; ++i) {
    ++at_;
    if (!have()) return endsTooEarly(), false;
    const char c = at();
    const char lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') {
      code = code * 16 + static_cast<unsigned>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      code = code * 16 + static_cast<unsigned>(lower - 'a' + 10);
    } else {
      return broken(fmt::format("{} in a \\u escape", shown(c))), false;
    }
  }
  return true;
}

/// As UTF-8.
void JsonStream::putCodePoint(unsigned code) {
  const auto put = [this](unsigned byte) { scratch_ += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

bool JsonStream::resumeAtNextLine() {
  window_.take(at_);
  at_ = 0;
  open_.clear();
  broken_ = false;
  cut_off_ = false;
  expected_ = Expected::kValue;
  ++line_;
  return window_.discardLine();
}

}  // namespace moe
