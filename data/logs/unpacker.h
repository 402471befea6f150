#pragma once

// Internal to byte_source.cpp: packed streams, piece by piece.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace moe {

/// What one call did. `whole`: the stream may end here, between two members or frames.
struct Unpacked {
  std::size_t taken = 0;
  std::size_t given = 0;
  bool whole = false;
  const char* damage =
      nullptr;  ///< the cause when the stream is damaged; lives as long as a program
};

class Unpacker {
 public:
  virtual ~Unpacker() = default;
  virtual Unpacked unpack(std::string_view packed, std::span<char> out) = 0;
};

/// Members in a row are one stream; zero bytes between and behind them are padding.
std::unique_ptr<Unpacker> gzipUnpacker();

/// Frames in a row are one stream; skippable frames are skipped. A window above 128 MiB is refused.
std::unique_ptr<Unpacker> zstdUnpacker();

}  // namespace moe
