#include "app/cli/progress_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace moe::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kSilence = 1s;              // shorter work needs no progress
constexpr auto kTerminalInterval = 100ms;  // faster than one can read wastes output
constexpr auto kLogInterval = 10s;         // a log file of a long run stays short
constexpr std::string_view kWipeLine = "\r\033[K";

}  // namespace

ProgressLine::ProgressLine(std::ostream& stream, bool is_terminal, Time start)
    : stream_(stream), is_terminal_(is_terminal), next_(start + kSilence) {}

void ProgressLine::update(std::string_view what, double fraction, Time now) {
  if (now < next_) return;
  const double percent = 100 * std::clamp(fraction, 0.0, 1.0);
  stream_ << fmt::format("{}{}: {:.0f} %{}", is_terminal_ ? kWipeLine : "", what, percent,
                         is_terminal_ ? "" : "\n")
          << std::flush;
  shown_ = is_terminal_;
  next_ = now + (is_terminal_ ? std::chrono::milliseconds(kTerminalInterval)
                              : std::chrono::milliseconds(kLogInterval));
}

void ProgressLine::clear() {
  if (shown_) stream_ << kWipeLine << std::flush;
  shown_ = false;
}

}  // namespace moe::cli
