#include "data/logs/tensor_value.h"

#include <cmath>
#include <limits>

#include "data/logs/wire_format.h"

namespace moe {
namespace {

enum TensorType : std::uint64_t {
  kFloatTensor = 1,
  kDoubleTensor = 2,
  kInt32Tensor = 3,
  kUint8Tensor = 4,
  kInt16Tensor = 5,
  kInt8Tensor = 6,
  kStringTensor = 7,
  kInt64Tensor = 9,
  kBoolTensor = 10,
  kBfloat16Tensor = 14,
  kUint16Tensor = 17,
  kHalfTensor = 19,
  kUint32Tensor = 22,
  kUint64Tensor = 23,
};

/// Whether a TensorShapeProto has one element; a scalar has no dimensions.
bool hasOneElement(std::string_view shape) {
  for (WireReader field(shape); field.next();) {
    if (!field.is(2, WireReader::kBytes)) continue;
    std::uint64_t size = 0;
    for (WireReader dimension(field.bytes()); dimension.next();) {
      if (dimension.is(1, WireReader::kVarint)) size = dimension.varint();
    }
    if (size != 1) return false;
  }
  return true;
}

/// The field in which values of a type stand when they are not in tensor_content.
std::uint64_t valueField(std::uint64_t type) {
  switch (type) {
    case kFloatTensor:
      return 5;
    case kDoubleTensor:
      return 6;
    case kInt64Tensor:
      return 10;
    case kBoolTensor:
      return 11;
    case kBfloat16Tensor:
    case kHalfTensor:
      return 13;
    case kUint32Tensor:
      return 16;
    case kUint64Tensor:
      return 17;
    case kInt32Tensor:
    case kUint8Tensor:
    case kInt16Tensor:
    case kInt8Tensor:
    case kUint16Tensor:
      return 7;
    default:
      return 0;
  }
}

std::size_t contentSize(std::uint64_t type) {
  switch (type) {
    case kUint8Tensor:
    case kInt8Tensor:
    case kBoolTensor:
      return 1;
    case kInt16Tensor:
    case kUint16Tensor:
    case kHalfTensor:
    case kBfloat16Tensor:
      return 2;
    case kDoubleTensor:
    case kInt64Tensor:
    case kUint64Tensor:
      return 8;
    default:
      return 4;
  }
}

/// A number of this type from its bits; integers are sign-extended from the type's width.
double fromBits(std::uint64_t bits, std::uint64_t type) {
  switch (type) {
    case kFloatTensor:
      return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    case kDoubleTensor:
      return std::bit_cast<double>(bits);
    case kHalfTensor:
      return halfValue(static_cast<std::uint16_t>(bits));
    case kBfloat16Tensor:
      return bfloat16Value(static_cast<std::uint16_t>(bits));
    case kInt8Tensor:
      return static_cast<std::int8_t>(bits);
    case kInt16Tensor:
      return static_cast<std::int16_t>(bits);
    case kInt32Tensor:
      return static_cast<std::int32_t>(bits);
    case kInt64Tensor:
      return static_cast<double>(static_cast<std::int64_t>(bits));
    default:
      return static_cast<double>(bits);
  }
}

std::uint64_t contentBits(std::string_view content) {
  std::uint64_t bits = 0;
  for (std::size_t i = content.size(); i-- > 0;) {
    bits = (bits << 8) | static_cast<unsigned char>(content[i]);
  }
  return bits;
}

/// The first value of a `*_val` field, packed or not.
std::optional<std::uint64_t> valueBits(const WireReader& field, std::uint64_t type) {
  if (field.type() != WireReader::kBytes) return field.varint();
  std::string_view packed = field.bytes();
  if (type == kFloatTensor || type == kDoubleTensor) {
    const std::size_t size = type == kFloatTensor ? 4 : 8;
    if (packed.size() < size) return std::nullopt;
    return contentBits(packed.substr(0, size));
  }
  std::uint64_t value = 0;
  if (!WireReader::takeVarint(packed, value)) return std::nullopt;
  return value;
}

struct TensorParts {
  std::uint64_t type = 0;
  bool one_element = true;
  std::string_view content;
  std::optional<std::string_view> text;
  bool whole = true;
};

TensorParts partsOf(std::string_view tensor) {
  TensorParts parts;
  WireReader field(tensor);
  while (field.next()) {
    if (field.is(1, WireReader::kVarint)) parts.type = field.varint();
    if (field.is(2, WireReader::kBytes)) parts.one_element = hasOneElement(field.bytes());
    if (field.is(4, WireReader::kBytes)) parts.content = field.bytes();
    if (field.is(8, WireReader::kBytes) && !parts.text) parts.text = field.bytes();
  }
  parts.whole = !field.broken();
  return parts;
}

}  // namespace

double halfValue(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1f;
  const int fraction = bits & 0x3ff;
  double size = 0;
  if (exponent == 0x1f) {
    size = fraction == 0 ? std::numeric_limits<double>::infinity()
                         : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    size = std::ldexp(fraction, -24);
  } else {
    size = std::ldexp(1024 + fraction, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -size : size;
}

double bfloat16Value(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::optional<double> tensorScalar(std::string_view tensor) {
  const TensorParts parts = partsOf(tensor);
  const std::uint64_t wanted = valueField(parts.type);
  if (!parts.whole || !parts.one_element || wanted == 0) return std::nullopt;
  if (!parts.content.empty()) {
    if (parts.content.size() != contentSize(parts.type)) return std::nullopt;
    return fromBits(contentBits(parts.content), parts.type);
  }
  for (WireReader field(tensor); field.next();) {
    if (field.number() != wanted) continue;
    if (field.type() == WireReader::kBytes && field.bytes().empty()) continue;
    const std::optional<std::uint64_t> bits = valueBits(field, parts.type);
    return bits ? std::optional(fromBits(*bits, parts.type)) : std::nullopt;
  }
  return 0.0;
}

std::optional<std::string_view> tensorText(std::string_view tensor) {
  const TensorParts parts = partsOf(tensor);
  if (!parts.whole || parts.type != kStringTensor || !parts.one_element) return std::nullopt;
  return parts.text;
}

}  // namespace moe
