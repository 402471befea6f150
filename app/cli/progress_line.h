#pragma once

#include <chrono>
#include <iosfwd>
#include <string_view>

namespace moe::cli {

/// Shows how far long work is on a stream that is not the result. Says nothing in the first
/// second; then rewrites one line on a terminal, or adds a line every ten seconds elsewhere.
class ProgressLine {
 public:
  using Time = std::chrono::steady_clock::time_point;

  ProgressLine(std::ostream& stream, bool is_terminal, Time start);

  void update(std::string_view what, double fraction, Time now);

  /// Wipes the line from a terminal before something else is printed.
  void clear();

 private:
  std::ostream& stream_;
  bool is_terminal_;
  bool shown_ = false;
  Time next_;
};

}  // namespace moe::cli
