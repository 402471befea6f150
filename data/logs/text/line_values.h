#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/logs/text/line_stream.h"
#include "data/logs/text/text_output.h"

namespace moe {

/// The values of one line, gathered and then handed on as one record. Whatever hints that the line
/// is not whole (a name twice, a word that belongs to nothing) drops all of it: two messages that
/// ran into one line must not give a wrong number.
class LineValues {
 public:
  static constexpr std::size_t kMost = 512;  ///< values of a line

  LineValues() { values_.reserve(kMost); }
  void start(const TextLine& line);

  /// A value as written, `word` a view into the line. A unit may follow the number unless the name
  /// is a loss. What is no number is left out; a loss that is none is listed. The word that a log
  /// ends in is never used.
  void add(std::string_view name, std::string_view word);
  void addNumber(std::string_view name, double value);

  /// The line is not used at all; the first reason counts.
  void refuse(std::string reason);
  bool refused() const { return !refusal_.empty(); }
  bool hasTrouble() const { return refused() || !unread_.empty(); }

  /// Something of the line is not used, the rest is; listed.
  void leaveOut(std::string reason);

  bool empty() const { return values_.empty(); }
  bool hasLoss() const;
  std::optional<double> value(std::string_view name) const;

  void handOn(std::optional<double> step, TextOutput& output) const;

 private:
  bool endsAtCut(std::string_view part) const;
  bool isKnown(std::string_view name) const;

  TextLine line_;
  std::vector<LogValue> values_;
  std::vector<std::string_view> left_out_;  ///< names of what is no number
  std::string refusal_;
  std::string unread_;
};

/// "trl:3.27 lr:0.0006 norm:0.3" with ':' or '=': words parted by blanks and commas, each one name
/// and one number. A word that is no pair refuses the line.
void addPairs(std::string_view text, char separator, LineValues& values);

/// One part of "step 5/100 | loss 1.2 (+0.1z)| norm: 3.4 | 12.5 ms |": "name number", "name:
/// number" or "number unit" (named by its unit). What stands in brackets behind a number is left
/// out.
void addBarPart(std::string_view part, LineValues& values);

}  // namespace moe
