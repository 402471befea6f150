#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "data/error.h"

namespace moe {

/// A file read piece by piece, unpacked on the way when it is gzip (also of several members) or
/// zstd (also of several frames), told by content. Memory does not grow with the file.
class ByteSource {
 public:
  /// Errors (kInput): no such file, a folder, not readable, packed in another way (xz, zip).
  static Result<ByteSource> open(const std::filesystem::path& path);

  /// For tests and fuzzing: bytes that are in memory, not unpacked. `bytes` must outlive this.
  static ByteSource ofMemory(std::string_view bytes, std::string name);

  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;
  ~ByteSource();

  /// Fills `buffer` from its start as far as there are bytes; fewer than its size only at the end
  /// or before an error, 0 at the end. Errors (kInput): reading failed; the packed stream is
  /// damaged (bytes before that were given by earlier calls). A packed stream that is cut off ends;
  /// `cutOff` says so then.
  Result<std::size_t> read(std::span<char> buffer);

  /// The first bytes, at most 64 KiB, without taking them from `read`; the same at any time.
  Result<std::string_view> head();

  bool cutOff() const;
  /// What is wrong with the packed stream or the disk, as soon as it was met: what was read from
  /// there on, and of gzip anything since the last check sum, may be wrong.
  const std::optional<Error>& problem() const;
  const std::string& path() const;       ///< as given; for messages
  std::string_view compression() const;  ///< "", "gzip", "zstd"
  std::uint64_t bytesRead() const;       ///< of the file as it lies, for progress
  std::uint64_t fileSize() const;

 private:
  class State;
  explicit ByteSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace moe
