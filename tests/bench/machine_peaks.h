#pragma once

#include <cstddef>
#include <span>

namespace moe::bench {

/// Most FLOP/s of independent multiply-adds in registers, on `threads` threads; 0 where the CPU
/// does not have the instruction.
double peakF32(int threads);
double peakBf16(int threads);     ///< AVX512-BF16 dot products
double peakBf16Amx(int threads);  ///< tile products

/// Bytes per second of summing up `memory`, divided among threads, once through per repetition; the
/// best of the repetitions, with and without software prefetch.
double readBandwidth(std::span<const float> memory, int threads, int repetitions);

}  // namespace moe::bench
