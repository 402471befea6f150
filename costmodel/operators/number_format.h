#pragma once

#include <string_view>
#include <vector>

#include "costmodel/accelerator.h"

namespace moe {

/// How the weights of one matrix product are stored and multiplied.
enum class NumberFormat {
  kF32,
  kBf16,
  kFp8,       ///< one scale per tensor, activations quantised too
  kFp8Block,  ///< scales per block of 128 x 128, as DeepSeek-V3 is published
  kNvfp4,     ///< 4 bits, a scale per 16 weights, activations in fp4
  kMxfp4,     ///< 4 bits, a scale per 32 weights, activations in bf16
  kMxfp4Fp8,  ///< the same weights, activations in fp8
  kInt8,      ///< 8-bit weights, activations in bf16
  kInt4,      ///< 4-bit weights, activations in bf16
};

/// As the kernel tables and the command line write it.
std::string_view name(NumberFormat format);
std::vector<NumberFormat> numberFormats();

/// Bytes of one weight with its scales.
double weightBytes(NumberFormat format);

/// Bytes of one activation that the product reads.
double activationBytes(NumberFormat format);

/// Bytes of one element of the result: bf16 except for f32.
double resultBytes(NumberFormat format);

/// Data-sheet peaks of one accelerator as plain numbers, for inner loops. 0: it has none.
struct Peaks {
  double bytes_per_s = 0;
  double bf16_flop_per_s = 0;
  double fp8_flop_per_s = 0;
  double fp4_flop_per_s = 0;
  double link_bytes_per_s = 0;
  double f32_flop_per_s = 0;

  /// The same with every FLOP/s times `compute` and bytes/s times `bandwidth`.
  Peaks scaled(double compute, double bandwidth) const;

  /// Of products in this format; 0 where the accelerator does not compute in it.
  double flopPerSecond(NumberFormat format) const;
};

Peaks peaksOf(const Accelerator& accelerator);

}  // namespace moe
