#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "data/error.h"
#include "data/logs/byte_source.h"
#include "data/logs/log_sink.h"

namespace moe {

/// A line of a text log, without its end. A bare CR (progress bars) ends a line too; `number`
/// counts as editors do, by LF, from 1.
struct TextLine {
  std::string_view text;
  std::size_t number = 0;
  bool cut = false;  ///< the log ends here without a line end: its last word may be half a word
};

/// The lines of a log in constant memory. A byte order mark and the colours of a terminal are taken
/// out; a line with zero bytes or of more than 1 MiB is handed to `LogSink::skip`, neighbours
/// together.
class LineStream {
 public:
  static constexpr std::size_t kLongestLine = std::size_t{1} << 20;

  LineStream(ByteSource& source, LogSink& sink);

  /// The next line, valid until the next call; false at the end.
  bool next(TextLine& line);

  /// How it ended, after `next` said false. Errors (kInput): those of `ByteSource::read`; UTF-16.
  const Result<void>& ending() const { return ending_; }

 private:
  bool refill();
  void startOfText();
  bool take(std::size_t size, TextLine& line);
  void reportLongLine(std::size_t number);
  void damaged(std::size_t number);
  void reportDamage();

  ByteSource& source_;
  LogSink& sink_;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::size_t line_feed_ = 0;  ///< the next LF at or behind `at_`, or `end_`
  std::size_t number_ = 1;
  bool started_ = false;
  bool at_end_ = false;
  bool has_returns_ = false;  ///< in the buffer
  bool has_zeros_ = false;
  bool has_escapes_ = false;
  std::size_t long_bytes_ = 0;     ///< of a line too long, dropped so far
  std::size_t damaged_first_ = 0;  ///< line; 0 when none waits to be reported
  std::size_t damaged_last_ = 0;
  Result<void> ending_;
};

}  // namespace moe
