#include "data/logs/text/text_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace moe {
namespace {

constexpr std::size_t kLinesBetweenPolls = 4096;

bool isPrefixDigit(char c) { return c >= '0' && c <= '9'; }

/// "2024-08-03T04:57:40.064865685Z ", "2024-08-03 04:57:40,123 " is left: loggers write it.
std::size_t isoTimestampLength(std::string_view line) {
  if (line.size() < 20 || line[4] != '-' || line[7] != '-' || line[10] != 'T' || line[13] != ':') {
    return 0;
  }
  const std::size_t blank = line.find(' ');
  return blank == std::string_view::npos || blank > 40 ? 0 : blank;
}

/// "0:", "17:", "  3:".
std::size_t numberedRankLength(std::string_view line) {
  const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
  std::size_t at = first;
  while (at < line.size() && at < first + 6 && isPrefixDigit(line[at])) ++at;
  const bool rank = at > first && at < line.size() && line[at] == ':';
  const bool blank_behind = at + 1 >= line.size() || line[at + 1] == ' ';
  return rank && blank_behind ? at + 1 : 0;
}

/// "[default7]:", "[rank0]:", "[1,0]<stdout>:".
std::size_t bracketedRankLength(std::string_view line) {
  const std::size_t close = line.substr(0, 24).find(']');
  if (close == std::string_view::npos) return 0;
  const std::string_view name = line.substr(1, close - 1);
  const std::string_view rest = line.substr(close + 1);
  if (rest.starts_with("<stdout>:") || rest.starts_with("<stderr>:")) return close + 10;
  const bool known = name.starts_with("default") || name.starts_with("rank");
  return known && rest.starts_with(':') ? close + 2 : 0;
}

std::size_t prefixLength(std::string_view line) {
  if (line.empty()) return 0;
  if (line.front() == '[') return bracketedRankLength(line);
  if (!isPrefixDigit(line.front()) && line.front() != ' ') return 0;
  const std::size_t rank = numberedRankLength(line);
  return rank > 0 ? rank : isoTimestampLength(line);
}

}  // namespace

std::string_view withoutPrefix(std::string_view line) {
  for (std::size_t length = prefixLength(line); length > 0; length = prefixLength(line)) {
    line.remove_prefix(length);
    if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  }
  return line;
}

double recognisesText(const TextFormat& format, std::string_view head) {
  while (!head.empty()) {
    const std::size_t stop = std::min(head.find_first_of("\r\n"), head.size());
    if (format.owns(withoutPrefix(head.substr(0, stop)))) return format.confidence;
    head.remove_prefix(std::min(stop + 1, head.size()));
  }
  return 0;
}

Result<void> readTextLog(const TextFormat& format, ByteSource& source, LogSink& sink,
                         const std::stop_token& stop) {
  LineStream lines(source, sink);
  TextOutput output(sink);
  const std::unique_ptr<LineFormat> reader = format.start();
  TextLine line;
  for (std::size_t count = 0; lines.next(line); ++count) {
    if (count % kLinesBetweenPolls == 0 && stop.stop_requested()) {
      return fail(ErrorKind::kCancelled, source.path(), "reading was stopped");
    }
    line.text = withoutPrefix(line.text);
    reader->read(line, output);
  }
  if (!lines.ending()) return lines.ending();
  if (output.found()) return {};
  return fail(ErrorKind::kInput, source.path(),
              fmt::format("nothing in it can be read as a log of the kind {}", format.name));
}

}  // namespace moe
