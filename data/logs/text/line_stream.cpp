#include "data/logs/text/line_stream.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace moe {
namespace {

constexpr std::size_t kReadAtOnce = std::size_t{256} << 10;

bool holdsByte(const char* data, std::size_t size, char byte) {
  return size > 0 && std::memchr(data, byte, size) != nullptr;
}

/// Where `byte` stands in data[from, end), or `end`.
std::size_t findByte(const std::vector<char>& data, char byte, std::size_t from, std::size_t end) {
  if (from == end) return end;
  const void* found = std::memchr(data.data() + from, byte, end - from);
  return found == nullptr ? end
                          : static_cast<std::size_t>(static_cast<const char*>(found) - data.data());
}

/// Takes "ESC [ ... letter" out, in place; the new size.
std::size_t withoutEscapes(char* text, std::size_t size) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] != '\x1b') {
      text[kept++] = text[i];
      continue;
    }
    if (i + 1 >= size || text[i + 1] != '[') continue;
    ++i;
    while (i + 1 < size && (text[i + 1] < '@' || text[i + 1] > '~')) ++i;
    ++i;
  }
  return kept;
}

}  // namespace

LineStream::LineStream(ByteSource& source, LogSink& sink)
    : source_(source), sink_(sink), buffer_(kLongestLine + kReadAtOnce) {}

bool LineStream::next(TextLine& line) {
  for (;;) {
    if (at_ < end_) {
      if (line_feed_ < at_) line_feed_ = findByte(buffer_, '\n', at_, end_);
      const std::size_t stop = has_returns_ ? findByte(buffer_, '\r', at_, line_feed_) : line_feed_;
      if (stop < end_ || at_end_) {
        if (take(stop - at_, line)) return true;
        continue;
      }
    }
    if (!refill()) break;
  }
  if (long_bytes_ > 0) reportLongLine(number_);
  reportDamage();
  return false;
}

/// Moves past `size` bytes and their end; false when there is nothing to hand on.
bool LineStream::take(std::size_t size, TextLine& line) {
  char* text = buffer_.data() + at_;
  const std::size_t number = number_;
  const std::size_t stop = at_ + size;
  const bool cut = stop == end_;
  at_ = cut ? end_ : stop + 1;
  if (!cut && buffer_[stop] == '\r' && at_ < end_ && buffer_[at_] == '\n') ++at_;
  if (!cut && buffer_[at_ - 1] == '\n') ++number_;

  if (long_bytes_ > 0 || size > kLongestLine) {
    long_bytes_ += size;
    reportLongLine(number);
    return false;
  }
  if (has_zeros_ && holdsByte(text, size, '\0')) {
    damaged(number);
    return false;
  }
  if (has_escapes_) size = withoutEscapes(text, size);
  if (damaged_first_ != 0) reportDamage();
  line = {{text, size}, number, cut};
  return true;
}

/// Brings the started line to the front and reads on behind it; false when nothing is left.
bool LineStream::refill() {
  if (at_end_) return false;
  const std::size_t kept = end_ - at_;
  if (kept > 0 && at_ > 0) std::memmove(buffer_.data(), buffer_.data() + at_, kept);
  at_ = 0;
  end_ = kept;
  if (kept > kLongestLine) {
    long_bytes_ += std::exchange(end_, 0);
  }
  const auto got = source_.read({buffer_.data() + end_, kReadAtOnce});
  if (!got) {
    ending_ = tl::unexpected(got.error());
    at_end_ = true;
    end_ = at_;
    return false;
  }
  at_end_ = *got < kReadAtOnce;
  end_ += *got;
  if (!started_) startOfText();
  has_returns_ = holdsByte(buffer_.data(), end_, '\r');
  has_zeros_ = holdsByte(buffer_.data(), end_, '\0');
  has_escapes_ = holdsByte(buffer_.data(), end_, '\x1b');
  line_feed_ = findByte(buffer_, '\n', at_, end_);
  return at_ < end_;
}

void LineStream::startOfText() {
  started_ = true;
  const std::string_view text(buffer_.data(), end_);
  if (text.starts_with("\xef\xbb\xbf")) at_ = 3;
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    ending_ = fail(ErrorKind::kInput, source_.path(), "is text in UTF-16; save it as UTF-8");
    at_end_ = true;
    at_ = end_;
  }
}

void LineStream::reportLongLine(std::size_t number) {
  reportDamage();
  sink_.skip({number, fmt::format("a line of {} bytes; at most {} are read",
                                  std::exchange(long_bytes_, 0), kLongestLine)});
}

void LineStream::damaged(std::size_t number) {
  if (damaged_first_ == 0) damaged_first_ = number;
  damaged_last_ = number;
}

void LineStream::reportDamage() {
  if (damaged_first_ == 0) return;
  const std::size_t first = damaged_first_;
  damaged_first_ = 0;
  sink_.skip({first, damaged_last_ == first
                         ? "the line holds zero bytes"
                         : fmt::format("lines {} to {} hold zero bytes", first, damaged_last_)});
}

}  // namespace moe
