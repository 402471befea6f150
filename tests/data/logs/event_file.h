#pragma once

// Writes protocol buffers and event files for tests, byte by byte after their specifications:
// protobuf.dev/programming-guides/encoding and tensorflow/core/lib/io/record_writer.h.

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace moe::test {

inline std::string littleEndian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xff);
  return text;
}

inline std::string varint(std::uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>(0x80 | (value & 0x7f));
  return text + static_cast<char>(value);
}

inline std::string varintField(std::uint64_t number, std::uint64_t value) {
  return varint(number << 3) + varint(value);
}
inline std::string bytesField(std::uint64_t number, std::string_view bytes) {
  return varint((number << 3) | 2) + varint(bytes.size()) + std::string(bytes);
}
inline std::string doubleField(std::uint64_t number, double value) {
  return varint((number << 3) | 1) + littleEndian(std::bit_cast<std::uint64_t>(value), 8);
}
inline std::string floatField(std::uint64_t number, float value) {
  return varint((number << 3) | 5) + littleEndian(std::bit_cast<std::uint32_t>(value), 4);
}

/// CRC-32C bit by bit, rotated and offset as TFRecord stores it.
inline std::uint32_t maskedCheckSum(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
  }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

inline std::string tfRecord(std::string_view data) {
  const std::string length = littleEndian(data.size(), 8);
  return length + littleEndian(maskedCheckSum(length), 4) + std::string(data) +
         littleEndian(maskedCheckSum(data), 4);
}

inline std::string fileVersion() {
  return tfRecord(doubleField(1, 1.5e9) + bytesField(3, "brain.Event:2"));
}

/// An event with one Summary.Value.
inline std::string eventWith(std::uint64_t step, std::string_view value) {
  return doubleField(1, 1.5e9 + static_cast<double>(step)) + varintField(2, step) +
         bytesField(5, bytesField(1, value));
}
inline std::string scalarEvent(std::uint64_t step, std::string_view tag, float value) {
  return tfRecord(eventWith(step, bytesField(1, tag) + floatField(2, value)));
}
inline std::string tensorEvent(std::uint64_t step, std::string_view tag, std::string_view tensor) {
  return tfRecord(eventWith(step, bytesField(1, tag) + bytesField(8, tensor)));
}

}  // namespace moe::test
