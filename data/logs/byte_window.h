#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "data/error.h"
#include "data/logs/byte_source.h"

namespace moe {

/// The part of a stream that a reader looks at: bytes in a row that grow at the back and are taken
/// from the front. It is as large as what was asked for and not yet taken, and at least 1 MiB.
class ByteWindow {
 public:
  /// `source` must outlive it.
  explicit ByteWindow(ByteSource& source) : source_(&source) {}

  /// A whole text in memory; it must outlive this.
  explicit ByteWindow(std::string_view text) : view_(text) {}

  ByteWindow(const ByteWindow&) = delete;
  ByteWindow& operator=(const ByteWindow&) = delete;

  std::string_view view() const { return view_; }

  /// Reads on. Earlier views are void. False: nothing more comes, or `problem`.
  bool grow();

  /// At least so many bytes are in view. False when the end comes first; what there is, is in view.
  bool want(std::size_t count);

  void take(std::size_t count) {
    view_.remove_prefix(count);
    offset_ += count;
  }

  /// Takes so many bytes, in view or not, without keeping them. False when the end comes first.
  bool discard(std::uint64_t count);

  /// Takes everything up to and with the next newline, or all. False when there is none.
  bool discardLine();

  /// Where the view begins in the unpacked stream.
  std::uint64_t offset() const { return offset_; }

  /// Why reading ended before the end.
  const std::optional<Error>& problem() const { return problem_; }

 private:
  ByteSource* source_ = nullptr;
  std::vector<char> buffer_;
  std::string_view view_;
  std::uint64_t offset_ = 0;
  std::optional<Error> problem_;
};

/// Takes a UTF-8 byte order mark at the start.
void takeByteOrderMark(ByteWindow& window);

}  // namespace moe
