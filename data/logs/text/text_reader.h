#pragma once

#include <memory>
#include <stop_token>
#include <string_view>

#include "data/logs/log_reader.h"
#include "data/logs/text/line_stream.h"
#include "data/logs/text/text_output.h"

namespace moe {

/// Reads one kind of text log, line after line.
class LineFormat {
 public:
  virtual ~LineFormat() = default;
  virtual void read(const TextLine& line, TextOutput& output) = 0;
};

/// A kind of text log.
struct TextFormat {
  std::string_view name;
  std::string_view description;
  double confidence = 0;                ///< when a line of the head is surely of this kind
  bool (*owns)(std::string_view line);  ///< surely a line of this kind; given without prefix
  std::unique_ptr<LineFormat> (*start)();
};

/// The line behind what launchers and log collectors put before it: ISO timestamp, rank ("0: ",
/// "[default7]:", "[rank0]:", "[1,0]<stdout>:"). One blank behind each belongs to the prefix;
/// further ones stay, because some formats indent.
std::string_view withoutPrefix(std::string_view line);

/// 0, or the format's confidence when it owns a line of the head.
double recognisesText(const TextFormat& format, std::string_view head);

Result<void> readTextLog(const TextFormat& format, ByteSource& source, LogSink& sink,
                         const std::stop_token& stop);

/// The reader of a format that has a fixed address.
template <const TextFormat& kFormat>
LogReader textReader() {
  return {kFormat.name, kFormat.description,
          [](std::string_view head) { return recognisesText(kFormat, head); },
          [](ByteSource& source, LogSink& sink, std::stop_token stop) {
            return readTextLog(kFormat, source, sink, stop);
          }};
}

}  // namespace moe
