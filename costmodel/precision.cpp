#include "costmodel/precision.h"

#include <fmt/format.h>

namespace moe {

std::string_view name(Precision precision) {
  switch (precision) {
    case Precision::kF32:
      return "f32";
    case Precision::kBf16:
      return "bf16";
    case Precision::kFp8:
      return "fp8";
    case Precision::kFp4:
      return "fp4";
    case Precision::kInt8:
      return "int8";
    case Precision::kInt4:
      return "int4";
  }
  require(false, "unknown precision");
  return {};
}

double bytesPerElement(Precision precision) {
  switch (precision) {
    case Precision::kF32:
      return 4;
    case Precision::kBf16:
      return 2;
    case Precision::kFp8:
      return 1;
    case Precision::kInt8:
      return 1;
    case Precision::kFp4:
    case Precision::kInt4:
      return 0.5;
  }
  require(false, "unknown precision");
  return 0;
}

std::optional<FlopPerSecond> peakIn(const Accelerator& accelerator, Precision precision) {
  switch (precision) {
    case Precision::kF32:
      return accelerator.peak_f32;
    case Precision::kFp8:
      return accelerator.peak_fp8;
    case Precision::kFp4:
      return accelerator.peak_fp4;
    case Precision::kBf16:
    case Precision::kInt8:
    case Precision::kInt4:
      return accelerator.peak_bf16;
  }
  require(false, "unknown precision");
  return {};
}

Result<Precision> precisionOf(std::string_view text, std::string_view option) {
  for (const Precision precision : {Precision::kF32, Precision::kBf16, Precision::kFp8,
                                    Precision::kFp4, Precision::kInt8, Precision::kInt4})
    if (name(precision) == text) return precision;
  return fail(ErrorKind::kUsage, std::string(option),
              fmt::format("'{}' is not known; use f32, bf16, fp8, fp4, int8 or int4", text));
}

Result<void> setWeightPrecision(ServingSettings& settings, Precision precision,
                                const Accelerator& accelerator) {
  settings.weight_bytes = bytesPerElement(precision);
  settings.peak.reset();
  settings.compute_efficiency.reset();
  if (precision != Precision::kF32 && precision != Precision::kFp8 && precision != Precision::kFp4)
    return {};
  settings.peak = peakIn(accelerator, precision);
  if (precision == Precision::kFp8)
    settings.compute_efficiency = accelerator.compute_efficiency_fp8;
  if (precision == Precision::kFp4)
    settings.compute_efficiency = accelerator.compute_efficiency_fp4;
  if (settings.peak) return {};
  return fail(
      ErrorKind::kInput, "--weights",
      fmt::format("{} does not compute in {} (the catalog has no such peak); use {} or "
                  "another accelerator",
                  accelerator.name, name(precision), accelerator.peak_fp8 ? "fp8, bf16" : "bf16"));
}

}  // namespace moe
