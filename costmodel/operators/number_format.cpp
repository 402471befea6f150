#include "costmodel/operators/number_format.h"

#include "data/error.h"

namespace moe {
namespace {

enum class Peak { kF32, kBf16, kFp8, kFp4 };

struct Format {
  NumberFormat format;
  std::string_view name;
  double weight_bytes;
  double activation_bytes;
  Peak peak;
};

// Scales: nvfp4 has one byte per 16 weights, mxfp4 and int4 about one per 32; those of fp8 blocks
// (4 bytes per 16384) do not show.
constexpr Format kFormats[] = {
    {NumberFormat::kF32, "f32", 4, 4, Peak::kF32},
    {NumberFormat::kBf16, "bf16", 2, 2, Peak::kBf16},
    {NumberFormat::kFp8, "fp8", 1, 1, Peak::kFp8},
    {NumberFormat::kFp8Block, "fp8_block", 1, 1, Peak::kFp8},
    {NumberFormat::kNvfp4, "nvfp4", 0.5625, 0.5625, Peak::kFp4},
    {NumberFormat::kMxfp4, "w4a16_mxfp4", 0.53, 2, Peak::kBf16},
    {NumberFormat::kMxfp4Fp8, "w4a8_mxfp4_mxfp8", 0.53, 1, Peak::kFp8},
    {NumberFormat::kInt8, "int8_wo", 1, 2, Peak::kBf16},
    {NumberFormat::kInt4, "int4_wo", 0.53, 2, Peak::kBf16},
};

const Format& find(NumberFormat format) {
  for (const Format& known : kFormats)
    if (known.format == format) return known;
  require(false, "unknown number format");
  return kFormats[0];
}

}  // namespace

std::string_view name(NumberFormat format) { return find(format).name; }

std::vector<NumberFormat> numberFormats() {
  std::vector<NumberFormat> formats;
  for (const Format& known : kFormats) formats.push_back(known.format);
  return formats;
}

double weightBytes(NumberFormat format) { return find(format).weight_bytes; }

double activationBytes(NumberFormat format) { return find(format).activation_bytes; }

double resultBytes(NumberFormat format) { return format == NumberFormat::kF32 ? 4 : 2; }

Peaks Peaks::scaled(double compute, double bandwidth) const {
  Peaks peaks = *this;
  peaks.bytes_per_s *= bandwidth;
  for (double* peak : {&peaks.bf16_flop_per_s, &peaks.fp8_flop_per_s, &peaks.fp4_flop_per_s,
                       &peaks.f32_flop_per_s})
    *peak *= compute;
  return peaks;
}

double Peaks::flopPerSecond(NumberFormat format) const {
  switch (find(format).peak) {
    case Peak::kF32:
      return f32_flop_per_s;
    case Peak::kBf16:
      return bf16_flop_per_s;
    case Peak::kFp8:
      return fp8_flop_per_s;
    case Peak::kFp4:
      return fp4_flop_per_s;
  }
  require(false, "unknown peak");
  return 0;
}

Peaks peaksOf(const Accelerator& accelerator) {
  const auto orNone = [](const std::optional<FlopPerSecond>& peak) {
    return peak ? peak->value() : 0;
  };
  return {accelerator.memory_bandwidth.value(), accelerator.peak_bf16.value(),
          orNone(accelerator.peak_fp8),         orNone(accelerator.peak_fp4),
          accelerator.link_bandwidth.value(),   orNone(accelerator.peak_f32)};
}

}  // namespace moe
