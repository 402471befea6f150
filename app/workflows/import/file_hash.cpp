#include "app/workflows/import/file_hash.h"

#include <algorithm>
#include <fstream>
#include <vector>

#include "data/sha256.h"

namespace moe {

std::string sha256OfFile(const std::filesystem::path& path, std::uint64_t bytes,
                         std::stop_token stop) {
  constexpr std::size_t kPiece = 1 << 20;
  std::ifstream file(path, std::ios::binary);
  std::vector<char> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, bytes)));
  Sha256 hash;
  while (bytes > 0 && !stop.stop_requested()) {
    const auto wanted = static_cast<std::streamsize>(std::min<std::uint64_t>(buffer.size(), bytes));
    file.read(buffer.data(), wanted);
    if (file.gcount() != wanted) return "";
    hash.add({buffer.data(), static_cast<std::size_t>(wanted)});
    bytes -= static_cast<std::uint64_t>(wanted);
  }
  return file && bytes == 0 ? hash.hexDigest() : "";
}

}  // namespace moe
