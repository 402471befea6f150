#include "data/logs/leveldb_log.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "data/logs/wire_format.h"

namespace moe {
namespace {

constexpr std::size_t kBlock = 32768;
constexpr std::size_t kPieceHeader = 7;
constexpr std::size_t kLargestRecord = 64 << 20;
enum PieceType { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

/// Of the type's byte and the data, which stand in a row.
std::uint32_t pieceCheckSum(std::string_view type_and_data) {
  return static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(type_and_data.data()),
                                          static_cast<uInt>(type_and_data.size())));
}

}  // namespace

LeveldbLog::LeveldbLog(ByteWindow& window, std::size_t header) : window_(window), at_(header) {
  window_.want(kBlock);
  block_ = window_.view().substr(0, kBlock);
  at_ = std::min(at_, block_.size());
}

void LeveldbLog::nextBlock() {
  window_.take(block_.size());
  window_.want(kBlock);
  block_ = window_.view().substr(0, kBlock);
  at_ = 0;
}

LeveldbLog::Found LeveldbLog::damage(std::string cause) {
  cause_ = fmt::format("{} at byte {}", cause, window_.offset() + at_);
  record_.clear();
  open_ = false;
  return Found::kDamage;
}

/// The next piece of the block, in `type_` and `data_`.
LeveldbLog::Piece LeveldbLog::piece() {
  const std::string_view rest = restOfBlock();
  const bool last_block = block_.size() < kBlock;
  if (rest.size() < kPieceHeader) {
    // What is too short for a header is padding, or a header that is not yet written.
    return last_block ? Piece::kEnd : Piece::kPadding;
  }
  const std::size_t length = static_cast<unsigned char>(rest[4]) |
                             (static_cast<std::size_t>(static_cast<unsigned char>(rest[5])) << 8);
  type_ = static_cast<unsigned char>(rest[6]);
  if (kPieceHeader + length > rest.size()) return last_block ? Piece::kEnd : Piece::kDamaged;
  if (type_ < kFull || type_ > kLast) return Piece::kDamaged;
  if (pieceCheckSum(rest.substr(6, length + 1)) != littleEndian32(rest.data())) {
    return Piece::kDamaged;
  }
  data_ = rest.substr(kPieceHeader, length);
  return Piece::kGood;
}

LeveldbLog::Found LeveldbLog::dropBlock() {
  const Found told = damage("the rest of a block is not read: a record fails its check sum");
  at_ = block_.size();
  lost_ = true;
  return told;
}

LeveldbLog::Found LeveldbLog::end() {
  const bool cut_off = !restOfBlock().empty() || open_;
  const Found told = cut_off ? damage("the last record is cut off") : Found::kEnd;
  at_ = block_.size();
  return told;
}

/// Adds the piece to its record. Something is found when that is whole or cannot become so.
std::optional<LeveldbLog::Found> LeveldbLog::join() {
  const bool begins = type_ == kFull || type_ == kFirst;
  if (begins && open_) return damage("a record without its end");  // the piece is read again
  at_ += kPieceHeader + data_.size();
  if (!begins && lost_) return std::nullopt;
  if (!begins && !open_) {
    lost_ = true;
    return damage("the end of a record without its beginning");
  }
  lost_ = false;
  if (begins) record_.clear();
  record_ += data_;
  open_ = type_ == kFirst || type_ == kMiddle;
  if (record_.size() > kLargestRecord) {
    lost_ = open_;
    return damage("a record of more than 64 MiB is not read; it ends or goes on");
  }
  return open_ ? std::nullopt : std::optional(Found::kRecord);
}

LeveldbLog::Found LeveldbLog::next() {
  for (;;) {
    switch (piece()) {
      case Piece::kDamaged:
        return dropBlock();
      case Piece::kEnd:
        return end();
      case Piece::kPadding:
        nextBlock();
        break;
      case Piece::kGood:
        if (const std::optional<Found> found = join()) return *found;
    }
  }
}

}  // namespace moe
