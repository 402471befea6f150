#include <zlib.h>

#include <algorithm>
#include <limits>

#include "data/error.h"
#include "data/logs/unpacker.h"

namespace moe {
namespace {

/// zlib counts in unsigned int.
uInt zlibSize(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

class GzipUnpacker : public Unpacker {
 public:
  GzipUnpacker() {
    // 16 + the largest window: gzip with its header and check sum.
    require(inflateInit2(&stream_, 16 + MAX_WBITS) == Z_OK, "zlib does not start");
  }
  ~GzipUnpacker() override { inflateEnd(&stream_); }
  GzipUnpacker(const GzipUnpacker&) = delete;
  GzipUnpacker& operator=(const GzipUnpacker&) = delete;

  Unpacked unpack(std::string_view packed, std::span<char> out) override {
    std::size_t padding = 0;
    if (between_members_) {
      padding = std::min(packed.find_first_not_of('\0'), packed.size());
      if (padding == packed.size()) return {padding, 0, true, nullptr};
      inflateReset(&stream_);
      between_members_ = false;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + padding));
    stream_.avail_in = zlibSize(packed.size() - padding);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = zlibSize(out.size());
    const uInt in = stream_.avail_in;
    const uInt room = stream_.avail_out;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    between_members_ = code == Z_STREAM_END;
    Unpacked done{padding + in - stream_.avail_in, room - stream_.avail_out, between_members_,
                  nullptr};
    // Z_BUF_ERROR only says that there is nothing to do yet.
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      done.damage = stream_.msg != nullptr ? stream_.msg : "it cannot be unpacked";
    }
    return done;
  }

 private:
  z_stream stream_{};
  bool between_members_ = false;
};

}  // namespace

std::unique_ptr<Unpacker> gzipUnpacker() { return std::make_unique<GzipUnpacker>(); }

}  // namespace moe
