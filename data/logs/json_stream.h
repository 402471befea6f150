#pragma once

// Internal to the readers of JSON.

#include <string>
#include <string_view>
#include <vector>

#include "data/logs/byte_window.h"

namespace moe {

enum class JsonEvent {
  kBeginObject,
  kEndObject,
  kBeginArray,
  kEndArray,
  kKey,
  kString,
  kNumber,
  kTrue,
  kFalse,
  kNull,
  kEnd,     ///< after the last value
  kBroken,  ///< `cause` says why; only `resumeAtNextLine` leads out of it
};

/// Reads JSON [RFC8259] piece by piece: values in a row, as JSON Lines have them, or one. Beyond
/// the standard it reads NaN, Infinity and -Infinity, which Python writes, and takes bytes that are
/// no UTF-8 as they are. Texts and keys above 16 MiB and nesting deeper than 64 are refused.
class JsonStream {
 public:
  explicit JsonStream(ByteWindow& window) : window_(window) {}

  JsonEvent next();

  /// Outside of all values and with nothing but blanks to come.
  bool atEnd();

  /// Of a key, a string, or a number as it was written. Valid until `next`.
  std::string_view text() const { return text_; }
  double number() const { return number_; }

  /// Of the last event, from 1.
  std::size_t line() const { return line_; }

  const std::string& cause() const { return cause_; }
  /// Whether it is broken because the text ends too early.
  bool cutOff() const { return cut_off_; }

  /// Breaks the stream: what it holds is not what the caller can read.
  void refuse(std::string cause) { broken(std::move(cause)); }

  /// Forgets what is open and goes on behind the next newline. False when there is none.
  bool resumeAtNextLine();

  std::size_t depth() const { return open_.size(); }

 private:
  enum class Expected { kValue, kKeyOrEnd, kKey, kValueOrEnd, kCommaOrEnd };

  bool have();  ///< a character at `at_`, read on if need be
  char at() const { return window_.view()[at_]; }
  bool skipBlanks();
  JsonEvent broken(std::string cause);
  JsonEvent endsTooEarly();
  JsonEvent value();
  JsonEvent open(char bracket);
  JsonEvent close(char bracket);
  JsonEvent closed(JsonEvent event);
  JsonEvent key();
  JsonEvent word();
  bool string();
  bool escape();
  bool hexDigits(unsigned& code);
  void putCodePoint(unsigned code);

  ByteWindow& window_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::vector<char> open_;
  Expected expected_ = Expected::kValue;
  std::string_view text_;
  std::string scratch_;
  double number_ = 0;
  std::string cause_;
  bool broken_ = false;
  bool cut_off_ = false;
};

}  // namespace moe
