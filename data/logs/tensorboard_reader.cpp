#include "data/logs/tensorboard_reader.h"

#include <fmt/format.h>

#include "data/logs/crc32c.h"
#include "data/logs/reading.h"
#include "data/logs/tensorboard_event.h"
#include "data/logs/wire_format.h"

namespace moe {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kFooter = 4;
constexpr std::uint64_t kLargestEvent = 64 << 20;

bool lengthIsSound(std::string_view header) {
  return header.size() >= kHeader &&
         maskedCrc32c(header.substr(0, 8)) == littleEndian32(header.data() + 8);
}

double recognisesTensorboard(std::string_view head) {
  const bool names_itself = head.substr(0, 64).find("brain.Event:") != std::string_view::npos;
  if (!lengthIsSound(head)) return names_itself ? 0.9 : 0;
  return names_itself ? 1 : 0.6;
}

class EventFile {
 public:
  explicit EventFile(Reading& reading) : reading_(reading), decoder_(reading) {}

  void read() {
    while (!reading_.stopped() && nextRecord()) {
    }
  }
  std::size_t place() const { return place_; }

 private:
  /// False when nothing can be read after it.
  bool nextRecord() {
    ByteWindow& window = reading_.window;
    if (!window.want(kHeader)) {
      if (!window.view().empty()) skipTail(kHeader);
      return false;
    }
    ++place_;
    if (!lengthIsSound(window.view())) {
      reading_.skip({place_, fmt::format("the length of the record at byte {} fails its check sum; "
                                         "the rest of the file is not read",
                                         window.offset())});
      return false;
    }
    const std::uint64_t length = littleEndian64(window.view().data());
    if (length > kLargestEvent) return passOver(length);
    const std::size_t size = kHeader + static_cast<std::size_t>(length) + kFooter;
    if (!window.want(size)) {
      skipTail(size);
      return false;
    }
    readData(window.view().substr(kHeader, static_cast<std::size_t>(length)));
    window.take(size);
    return true;
  }

  void readData(std::string_view data) {
    const std::uint64_t at = reading_.window.offset();
    if (maskedCrc32c(data) != littleEndian32(data.data() + data.size())) {
      reading_.skip({place_, fmt::format("the record at byte {} fails its check sum", at)});
    } else if (!decoder_.decode(data, place_)) {
      reading_.skip({place_, fmt::format("the record at byte {} is no TensorBoard event", at)});
    }
  }

  bool passOver(std::uint64_t length) {
    reading_.skip({place_, fmt::format("the record at byte {} has {} bytes and is not read",
                                       reading_.window.offset(), length)});
    if (length > UINT64_MAX - kHeader - kFooter) return false;
    return reading_.window.discard(kHeader + length + kFooter);
  }

  void skipTail(std::size_t size) {
    reading_.skip({place_ + (size == kHeader ? 1 : 0),
                   fmt::format("the record at byte {} is cut off: {} of {} bytes are there",
                               reading_.window.offset(), reading_.window.view().size(), size)});
  }

  Reading& reading_;
  EventDecoder decoder_;
  std::size_t place_ = 0;
};

Result<void> readTensorboard(ByteSource& source, LogSink& sink, std::stop_token stop) {
  Reading reading(source, sink, std::move(stop));
  EventFile file(reading);
  file.read();
  return reading.finish(file.place(), "holds no scalar of a TensorBoard event file");
}

}  // namespace

const LogReader& tensorboardReader() {
  static constexpr LogReader kReader{"tensorboard", "TensorBoard event files",
                                     recognisesTensorboard, readTensorboard};
  return kReader;
}

}  // namespace moe
