#pragma once

#include <cstdint>
#include <string_view>

namespace moe {

/// CRC-32C (Castagnoli polynomial 0x1EDC6F41, reflected) [RFC3720], by the processor's instruction
/// where there is one.
std::uint32_t crc32c(std::string_view bytes);

/// The same by tables on any processor.
std::uint32_t crc32cByTables(std::string_view bytes);

/// As TFRecord and LevelDB store it, so that a check sum of data with check sums stays a good one:
/// rotated right by 15 bits plus 0xa282ead8.
std::uint32_t maskedCrc32c(std::string_view bytes);

}  // namespace moe
