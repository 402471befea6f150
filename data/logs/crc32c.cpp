#include "data/logs/crc32c.h"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace moe {
namespace {

using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

/// tables[0] moves one byte through the register; tables[n] that byte and n zero bytes.
constexpr CrcTables crcTables() {
  CrcTables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78u : 0);
    tables[0][i] = crc;
  }
  for (std::size_t n = 1; n < tables.size(); ++n) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[n - 1][i];
      tables[n][i] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}
constexpr CrcTables kCrcTables = crcTables();

/// Eight bytes as a little-endian number on any machine.
std::uint64_t eightBytes(const char* at) {
  std::uint64_t word = 0;
  for (int i = 7; i >= 0; --i) word = (word << 8) | static_cast<unsigned char>(at[i]);
  return word;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) std::uint32_t crc32cByInstruction(std::string_view bytes) {
  std::uint64_t crc = 0xffffffff;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  for (; end - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    crc = _mm_crc32_u64(crc, word);
  }
  auto short_crc = static_cast<std::uint32_t>(crc);
  for (; at != end; ++at) short_crc = _mm_crc32_u8(short_crc, static_cast<unsigned char>(*at));
  return ~short_crc;
}

using CrcFunction = std::uint32_t (*)(std::string_view);
const CrcFunction kCrcFunction =
    __builtin_cpu_supports("sse4.2") ? crc32cByInstruction : crc32cByTables;

#endif

}  // namespace

std::uint32_t crc32cByTables(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  for (; end - at >= 8; at += 8) {
    const std::uint64_t word = eightBytes(at) ^ crc;
    crc = 0;
    for (std::size_t i = 0; i < 8; ++i) crc ^= kCrcTables[7 - i][(word >> (8 * i)) & 0xff];
  }
  for (; at != end; ++at) {
    crc = (crc >> 8) ^ kCrcTables[0][(crc ^ static_cast<unsigned char>(*at)) & 0xff];
  }
  return ~crc;
}

std::uint32_t crc32c(std::string_view bytes) {
#if defined(__x86_64__)
  return kCrcFunction(bytes);
#else
  return crc32cByTables(bytes);
#endif
}

std::uint32_t maskedCrc32c(std::string_view bytes) {
  return std::rotr(crc32c(bytes), 15) + 0xa282ead8u;
}

}  // namespace moe
