#include "data/logs/byte_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "data/logs/unpacker.h"

namespace moe {
namespace {

constexpr std::size_t kHeadBytes = 1 << 16;
constexpr std::size_t kPackedBytes = 1 << 18;

struct CloseLog {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// How packed files begin.
struct Packing {
  std::string_view magic;
  std::string_view name;
  std::unique_ptr<Unpacker> (*unpacker)();  ///< none: known but not unpacked here
};
constexpr Packing kPackings[] = {
    {"\x1f\x8b", "gzip", gzipUnpacker},
    {"\x28\xb5\x2f\xfd", "zstd", zstdUnpacker},
    {{"\xfd"
      "7zXZ\0",
      6},
     "xz",
     nullptr},
    {"PK\x03\x04", "zip", nullptr},
    {"7z\xbc\xaf\x27\x1c", "7z", nullptr},
    {"\x04\x22\x4d\x18", "lz4", nullptr},
};

const Packing* packingOf(std::string_view begin) {
  for (const Packing& packing : kPackings) {
    if (begin.starts_with(packing.magic)) return &packing;
  }
  // A zstd stream may begin with a skippable frame: 5? 2a 4d 18.
  const bool skippable =
      begin.size() >= 4 && (begin[0] & 0xf0) == 0x50 && begin.substr(1, 3) == "\x2a\x4d\x18";
  return skippable ? &kPackings[1] : nullptr;
}

}  // namespace

class ByteSource::State {
 public:
  State(std::string name, std::unique_ptr<std::FILE, CloseLog> file, std::uint64_t size)
      : path(std::move(name)), file_size(size), file_(std::move(file)) {}
  State(std::string name, std::string_view bytes)
      : path(std::move(name)), file_size(bytes.size()), memory_(bytes) {}

  /// Looks at the first bytes; from then on they are unpacked if they are packed.
  Result<void> recognisePacking() {
    packed_.resize(kPackedBytes);
    const std::size_t count = readFile(packed_);
    if (problem_) return tl::unexpected(*std::exchange(problem_, std::nullopt));
    waiting_ = std::string_view(packed_.data(), count);
    const Packing* packing = packingOf(waiting_);
    if (packing == nullptr) return {};
    if (packing->unpacker == nullptr) {
      return fail(
          ErrorKind::kInput, path,
          fmt::format("is packed with {}; unpack it first (gzip and zstd are read as they are)",
                      packing->name));
    }
    compression = packing->name;
    unpacker_ = packing->unpacker();
    return {};
  }

  /// The head is read first, once, and handed out from memory.
  void readHead() {
    if (std::exchange(has_head_, true)) return;
    head_.resize(kHeadBytes);
    head_.resize(fill(head_));
  }

  std::size_t read(std::span<char> buffer) {
    readHead();
    const std::size_t from_head = std::min(buffer.size(), head_.size() - head_given_);
    std::copy_n(head_.begin() + static_cast<std::ptrdiff_t>(head_given_), from_head,
                buffer.begin());
    head_given_ += from_head;
    return from_head == buffer.size() ? from_head : from_head + fill(buffer.subspan(from_head));
  }

  std::string_view head() const { return {head_.data(), head_.size()}; }
  const std::optional<Error>& problem() const { return problem_; }

  std::string path;
  std::string_view compression;
  std::uint64_t file_size = 0;
  std::uint64_t bytes_read = 0;
  bool cut_off = false;

 private:
  /// Fewer bytes than asked for: the end, or `problem_`.
  std::size_t fill(std::span<char> out) { return unpacker_ ? unpackInto(out) : copyInto(out); }

  std::size_t copyInto(std::span<char> out) {
    const std::size_t count = std::min(out.size(), waiting_.size());
    std::copy_n(waiting_.begin(), count, out.begin());
    waiting_.remove_prefix(count);
    return count == out.size() ? count : count + readFile(out.subspan(count));
  }

  std::size_t unpackInto(std::span<char> out) {
    std::size_t given = 0;
    while (given < out.size() && !problem_) {
      if (waiting_.empty()) waiting_ = {packed_.data(), readFile(packed_)};
      if (problem_ || (waiting_.empty() && drained_)) break;
      const std::span<char> room = out.subspan(given);
      const Unpacked done = unpacker_->unpack(waiting_, room);
      waiting_.remove_prefix(done.taken);
      given += done.given;
      whole_ = done.whole;
      drained_ = done.whole || done.given < room.size();
      if (done.damage != nullptr) setDamage(done.damage);
    }
    cut_off = given < out.size() && !problem_ && !whole_;
    return given;
  }

  void setDamage(const char* cause) {
    problem_ = Error{ErrorKind::kInput, path,
                     fmt::format("the {} data is damaged near byte {} of the file: {}", compression,
                                 bytes_read - waiting_.size(), cause)};
  }

  /// The file as it lies.
  std::size_t readFile(std::span<char> out) {
    std::size_t count = 0;
    if (file_) {
      count = std::fread(out.data(), 1, out.size(), file_.get());
      if (std::ferror(file_.get())) {
        problem_ = Error{ErrorKind::kInput, path,
                         fmt::format("cannot be read on from byte {}: {}", bytes_read + count,
                                     std::strerror(errno))};
      }
    } else {
      count = std::min(out.size(), memory_.size());
      std::copy_n(memory_.begin(), count, out.begin());
      memory_.remove_prefix(count);
    }
    bytes_read += count;
    return count;
  }

  std::unique_ptr<std::FILE, CloseLog> file_;
  std::string_view memory_;
  std::vector<char> packed_;
  std::string_view waiting_;  ///< of packed_, not used yet
  std::unique_ptr<Unpacker> unpacker_;
  bool whole_ = true;
  bool drained_ = true;  ///< the unpacker holds nothing back
  bool has_head_ = false;
  std::vector<char> head_;
  std::size_t head_given_ = 0;
  std::optional<Error> problem_;
};

Result<ByteSource> ByteSource::open(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return fail(ErrorKind::kInput, path.string(), "is a folder; a file is needed");
  }
  std::unique_ptr<std::FILE, CloseLog> file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    return fail(ErrorKind::kInput, path.string(),
                errno == ENOENT ? std::string("there is no such file")
                                : fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  // Pieces are large; a buffer of the library would only copy them once more.
  std::setvbuf(file.get(), nullptr, _IONBF, 0);
  const std::uintmax_t size = std::filesystem::file_size(path, ignored);
  auto state = std::make_unique<State>(path.string(), std::move(file), ignored ? 0 : size);
  if (Result<void> known = state->recognisePacking(); !known) {
    return tl::unexpected(known.error());
  }
  return ByteSource(std::move(state));
}

ByteSource ByteSource::ofMemory(std::string_view bytes, std::string name) {
  return ByteSource(std::make_unique<State>(std::move(name), bytes));
}

ByteSource::ByteSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;
ByteSource::~ByteSource() = default;

Result<std::size_t> ByteSource::read(std::span<char> buffer) {
  const std::size_t count = state_->read(buffer);
  if (count == 0 && !buffer.empty() && state_->problem()) {
    return tl::unexpected(*state_->problem());
  }
  return count;
}

Result<std::string_view> ByteSource::head() {
  state_->readHead();
  if (state_->head().empty() && state_->problem()) return tl::unexpected(*state_->problem());
  return state_->head();
}

bool ByteSource::cutOff() const { return state_->cut_off; }
const std::optional<Error>& ByteSource::problem() const { return state_->problem(); }
const std::string& ByteSource::path() const { return state_->path; }
std::string_view ByteSource::compression() const { return state_->compression; }
std::uint64_t ByteSource::bytesRead() const { return state_->bytes_read; }
std::uint64_t ByteSource::fileSize() const { return state_->file_size; }

}  // namespace moe
