#pragma once

// Internal to the reader of event files.

#include <cstdint>
#include <optional>
#include <string_view>

namespace moe {

/// The value of a serialised TensorProto of one element: float, double, half, bfloat16, integers
/// and booleans, in `tensor_content` or in a `*_val` field. Nothing for other types and sizes; an
/// element that is not written is 0, as TensorFlow reads it. Field numbers and types are those of
/// tensorflow/core/framework/{tensor,types}.proto.
std::optional<double> tensorScalar(std::string_view tensor);

/// The text of a TensorProto that holds one string.
std::optional<std::string_view> tensorText(std::string_view tensor);

/// IEEE 754 half precision and bfloat16 from their bits.
double halfValue(std::uint16_t bits);
double bfloat16Value(std::uint16_t bits);

}  // namespace moe
