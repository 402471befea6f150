#pragma once

#include <optional>
#include <string_view>

#include "costmodel/accelerator.h"
#include "costmodel/serving.h"
#include "data/error.h"

namespace moe {

/// How weights or the KV cache are stored.
enum class Precision { kF32, kBf16, kFp8, kFp4, kInt8, kInt4 };

std::string_view name(Precision precision);

/// Bytes of one element, without the scales of blocks (fp4 formats add 0.03 to 0.06 bytes).
double bytesPerElement(Precision precision);

/// Peak of products in this precision (int8 and int4 weights are multiplied in bf16); none when the
/// accelerator has no such peak.
std::optional<FlopPerSecond> peakIn(const Accelerator& accelerator, Precision precision);

/// Reads "f32", "bf16", "fp8", "fp4", "int8", "int4"; else a usage error that points at `option`.
Result<Precision> precisionOf(std::string_view text, std::string_view option);

/// Sets weight bytes, peak and achieved share for weights of this precision, all matrix products
/// in it (int8 and int4 weights are multiplied in bf16). An error when the accelerator does not
/// compute in it. Where the share was not measured in this precision, that of bf16 stands for it.
Result<void> setWeightPrecision(ServingSettings& settings, Precision precision,
                                const Accelerator& accelerator);

}  // namespace moe
