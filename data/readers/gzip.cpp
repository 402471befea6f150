#include "data/readers/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <vector>

namespace moe {
namespace {

constexpr std::size_t kInflatedChunk = 1 << 16;

/// zlib's decompressor, ended when it goes out of scope.
struct Inflater {
  z_stream stream{};
  // 16 + the largest window: gzip with its header and check sum.
  bool ready = inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK;
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
};

/// One buffer after the other until the input ends; zlib's last code, or Z_BUF_ERROR when the
/// input ends inside a member.
int inflateAll(z_stream& stream, std::string& text) {
  std::vector<char> chunk(kInflatedChunk);
  int code = Z_OK;
  do {
    if (code == Z_STREAM_END) inflateReset(&stream);
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    code = inflate(&stream, Z_NO_FLUSH);
    text.append(chunk.data(), chunk.size() - stream.avail_out);
  } while (code == Z_OK || (code == Z_STREAM_END && stream.avail_in > 0));
  return code;
}

}  // namespace

bool isGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

Result<std::string> gunzipped(std::string_view bytes, const std::string& where) {
  Inflater inflater;
  require(inflater.ready, "zlib does not start");
  if (bytes.size() > 0xFFFFFFFFu) {
    return fail(ErrorKind::kInput, where, "more than 4 GiB of gzip data; decompress it first");
  }
  inflater.stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  inflater.stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  const int code = inflateAll(inflater.stream, text);
  if (code == Z_STREAM_END) return text;
  const char* cause = code == Z_BUF_ERROR              ? "it ends too early"
                      : inflater.stream.msg != nullptr ? inflater.stream.msg
                                                       : "it cannot be decompressed";
  return fail(ErrorKind::kInput, where, fmt::format("the gzip data is damaged: {}", cause));
}

}  // namespace moe
