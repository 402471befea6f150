#include "data/readers/file_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "data/readers/gzip.h"

namespace moe {
namespace {

constexpr std::size_t kReadChunk = 1 << 16;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

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
  std::vector<char> chunk(kReadChunk);
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
  if (file.gzip) bytes = gunzipped(*bytes, path.string());
  if (!bytes) return tl::unexpected(bytes.error());
  file.text = std::move(*bytes);
  if (file.text.starts_with("\xEF\xBB\xBF")) file.text.erase(0, 3);
  if (file.text.find_first_not_of(" \t\r\n") == std::string::npos) {
    return fail(ErrorKind::kInput, path.string(), "the file is empty");
  }
  const std::size_t looked_at = std::min(file.text.size(), kReadChunk);
  if (std::memchr(file.text.data(), '\0', looked_at) != nullptr) {
    return fail(ErrorKind::kInput, path.string(),
                "is not text (it holds zero bytes); CSV, TSV, JSON or JSONL in UTF-8 is needed");
  }
  return file;
}

}  // namespace moe
