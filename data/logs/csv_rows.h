#pragma once

// Internal to the readers of tables.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "data/logs/byte_window.h"

namespace moe {

/// Splits a delimited text into rows [RFC4180], in memory for one row: fields in quotes may hold
/// delimiters, newlines and doubled quotes; lines end with LF or CRLF, the last one with nothing if
/// it likes.
class CsvRows {
 public:
  CsvRows(ByteWindow& window, char delimiter, std::size_t first_line = 1)
      : window_(window), delimiter_(delimiter), line_(first_line), next_line_(first_line) {}

  enum class Found {
    kRow,
    kBroken,  ///< `cause` says why; the next call goes on behind it
    kEnd,
  };

  /// The next row that is not blank. Fields are valid until the next call.
  Found next();

  const std::vector<std::string_view>& fields() const { return fields_; }
  const std::string& cause() const { return cause_; }
  std::size_t line() const { return line_; }  ///< where the row begins, from 1
  bool ended() const { return ended_; }       ///< the row has its newline; else the text ends in it

 private:
  enum class Split { kWhole, kNeedsMore, kTextBehindQuote };

  bool skipBlankLines();
  Split split();
  Split quotedField(std::size_t& at);
  void plainField(std::size_t& at);
  std::size_t fieldEnd(std::size_t from) const;
  Found broken(std::string cause);

  ByteWindow& window_;
  char delimiter_;
  std::size_t line_;
  std::size_t next_line_;
  std::size_t row_bytes_ = 0;  ///< of the row that was given, still in view
  std::vector<std::string_view> fields_;
  std::deque<std::string> undoubled_;  ///< fields that held doubled quotes
  std::string cause_;
  bool ended_ = false;
  bool at_end_ = false;  ///< nothing comes behind the view
};

}  // namespace moe
