#include "data/readers/file_text.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace moe {
namespace {

constexpr std::size_t kChunk = 1 << 16;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

bool isGzip(const std::string& bytes) {
  return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

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
  std::vector<char> chunk(kChunk);
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

Result<std::string> decompressed(std::string bytes, const std::string& where) {
  Inflater inflater;
  require(inflater.ready, "zlib does not start");
  if (bytes.size() > 0xFFFFFFFFu) {
    return fail(ErrorKind::kInput, where, "more than 4 GiB of gzip data; decompress it first");
  }
  inflater.stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  inflater.stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  const int code = inflateAll(inflater.stream, text);
  if (code == Z_STREAM_END) return text;
  const char* cause = code == Z_BUF_ERROR              ? "it ends too early"
                      : inflater.stream.msg != nullptr ? inflater.stream.msg
                                                       : "it cannot be decompressed";
  return fail(ErrorKind::kInput, where, fmt::format("the gzip data is damaged: {}", cause));
}

}  // namespace

Result<std::string> readFileBytes(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return fail(ErrorKind::kInput, path.string(), "is a directory; a file is needed");
  }
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    const bool missing = errno == ENOENT;
    return fail(ErrorKind::kInput, path.string(),
                missing ? std::string("there is no such file")
                        : fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  std::string bytes;
  std::vector<char> chunk(kChunk);
  while (const std::size_t count = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    bytes.append(chunk.data(), count);
  }
  if (std::ferror(file.get())) {
    return fail(ErrorKind::kInput, path.string(),
                fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  return bytes;
}

Result<FileText> readFileText(const std::filesystem::path& path) {
  Result<std::string> bytes = readFileBytes(path);
  if (!bytes) return tl::unexpected(bytes.error());
  FileText file;
  file.gzip = isGzip(*bytes);
  if (file.gzip) bytes = decompressed(std::move(*bytes), path.string());
  if (!bytes) return tl::unexpected(bytes.error());
  file.text = std::move(*bytes);
  if (file.text.starts_with("\xEF\xBB\xBF")) file.text.erase(0, 3);
  if (file.text.find_first_not_of(" \t\r\n") == std::string::npos) {
    return fail(ErrorKind::kInput, path.string(), "the file is empty");
  }
  const std::size_t looked_at = std::min(file.text.size(), kChunk);
  if (std::memchr(file.text.data(), '\0', looked_at) != nullptr) {
    return fail(ErrorKind::kInput, path.string(),
                "is not text (it holds zero bytes); CSV, TSV, JSON or JSONL in UTF-8 is needed");
  }
  return file;
}

}  // namespace moe
