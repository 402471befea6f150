#pragma once

// Internal to the readers of protocol buffers.

#include <bit>
#include <cstdint>
#include <string_view>

namespace moe {

/// Little-endian numbers of a binary file.
inline std::uint32_t littleEndian32(const char* at) {
  std::uint32_t word = 0;
  for (int i = 3; i >= 0; --i) word = (word << 8) | static_cast<unsigned char>(at[i]);
  return word;
}
inline std::uint64_t littleEndian64(const char* at) {
  return littleEndian32(at) | (static_cast<std::uint64_t>(littleEndian32(at + 4)) << 32);
}

/// Walks over the fields of a protocol buffer message [ProtobufEncoding]. Nothing is trusted: every
/// length is checked against what is there.
///
///     for (WireReader field(message); field.next();) if (field.is(2, WireReader::kBytes)) ...
class WireReader {
 public:
  enum Type { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  explicit WireReader(std::string_view message) : rest_(message) {}

  /// Goes to the next field. False at the end, or where the message is broken.
  bool next() {
    if (rest_.empty() || broken_) return false;
    const std::uint64_t key = readVarint();
    number_ = key >> 3;
    type_ = static_cast<int>(key & 7);
    if (number_ == 0) broken_ = true;
    if (!broken_) readValue();
    return !broken_;
  }

  bool is(std::uint64_t number, Type type) const { return number_ == number && type_ == type; }
  std::uint64_t number() const { return number_; }
  int type() const { return type_; }
  bool broken() const { return broken_; }

  std::uint64_t varint() const { return word_; }
  std::int64_t signedVarint() const { return static_cast<std::int64_t>(word_); }
  double fixedDouble() const { return std::bit_cast<double>(word_); }
  float fixedFloat() const { return std::bit_cast<float>(static_cast<std::uint32_t>(word_)); }
  std::string_view bytes() const { return bytes_; }

  /// A varint taken from the front of a packed field.
  static bool takeVarint(std::string_view& packed, std::uint64_t& value) {
    WireReader reader(packed);
    value = reader.readVarint();
    packed = reader.rest_;
    return !reader.broken_;
  }

 private:
  std::uint64_t readVarint() {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < rest_.size() && i < 10; ++i) {
      const auto byte = static_cast<unsigned char>(rest_[i]);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
      if (byte < 0x80) {
        rest_.remove_prefix(i + 1);
        return value;
      }
    }
    broken_ = true;
    return 0;
  }

  void readValue() {
    if (type_ == kVarint) {
      word_ = readVarint();
    } else if (type_ == kFixed64 && rest_.size() >= 8) {
      word_ = littleEndian64(rest_.data());
      rest_.remove_prefix(8);
    } else if (type_ == kFixed32 && rest_.size() >= 4) {
      word_ = littleEndian32(rest_.data());
      rest_.remove_prefix(4);
    } else if (type_ == kBytes) {
      const std::uint64_t size = readVarint();
      if (broken_ || size > rest_.size()) {
        broken_ = true;
        return;
      }
      bytes_ = rest_.substr(0, static_cast<std::size_t>(size));
      rest_.remove_prefix(static_cast<std::size_t>(size));
    } else {
      broken_ = true;  // groups are not used by anything we read
    }
  }

  std::string_view rest_;
  std::string_view bytes_;
  std::uint64_t word_ = 0;
  std::uint64_t number_ = 0;
  int type_ = 0;
  bool broken_ = false;
};

}  // namespace moe
