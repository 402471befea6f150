#pragma once

// Internal to the reader of W&B files.

#include <optional>
#include <string>
#include <string_view>

#include "data/logs/byte_window.h"

namespace moe {

/// Puts the records of a log in LevelDB's format together, in memory for one record.
class LeveldbLog {
 public:
  /// `window` is at the start of the first block; `header` bytes of it are not records.
  LeveldbLog(ByteWindow& window, std::size_t header);

  enum class Found {
    kRecord,
    kDamage,  ///< `cause` says what and where; the next call goes on behind it
    kEnd,
  };
  Found next();

  std::string_view record() const { return record_; }
  const std::string& cause() const { return cause_; }

 private:
  enum class Piece { kGood, kPadding, kDamaged, kEnd };
  Piece piece();
  std::optional<Found> join();
  Found dropBlock();
  Found end();
  Found damage(std::string cause);
  std::string_view restOfBlock() const { return block_.substr(at_); }
  void nextBlock();

  ByteWindow& window_;
  std::string_view block_;
  std::size_t at_ = 0;
  int type_ = 0;
  std::string_view data_;
  std::string record_;
  bool open_ = false;  ///< a first piece was there, its last not yet
  bool lost_ = false;  ///< pieces belong to a record whose beginning was damaged
  std::string cause_;
};

}  // namespace moe
