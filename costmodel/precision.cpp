#include "costmodel/precision.h"

#include <fmt/format.h>

namespace moe {

std::string_view name(Precision precision) {
  switch (precision) {
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

Result<Precision> precisionOf(std::string_view text, std::string_view option) {
  for (const Precision precision :
       {Precision::kBf16, Precision::kFp8, Precision::kFp4, Precision::kInt8, Precision::kInt4})
    if (name(precision) == text) return precision;
  return fail(ErrorKind::kUsage, std::string(option),
              fmt::format("'{}' is not known; use bf16, fp8, fp4, int8 or int4", text));
}

Result<void> setWeightPrecision(ServingSettings& settings, Precision precision,
                                const Accelerator& accelerator) {
  settings.weight_bytes = bytesPerElement(precision);
  settings.peak.reset();
  settings.compute_efficiency.reset();
  if (precision != Precision::kFp8 && precision != Precision::kFp4) return {};
  const bool fp8 = precision == Precision::kFp8;
  settings.peak = fp8 ? accelerator.peak_fp8 : accelerator.peak_fp4;
  settings.compute_efficiency =
      fp8 ? accelerator.compute_efficiency_fp8 : accelerator.compute_efficiency_fp4;
  if (settings.peak) return {};
  return fail(
      ErrorKind::kInput, "--weights",
      fmt::format("{} does not compute in {} (the catalog has no such peak); use {} or "
                  "another accelerator",
                  accelerator.name, name(precision), accelerator.peak_fp8 ? "fp8, bf16" : "bf16"));
}

}  // namespace moe
