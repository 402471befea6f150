// Included by the .cpp file of each instruction set, after kLanes is defined: everything has
// internal linkage, so that no function of one instruction set stands in for that of another.
#pragma once

#include <cstdint>
#include <cstring>

namespace moe {
namespace {

typedef float Floats __attribute__((vector_size(kLanes * 4)));
typedef std::int32_t Ints __attribute__((vector_size(kLanes * 4)));
typedef std::uint32_t Words __attribute__((vector_size(kLanes * 4)));
typedef std::uint16_t HalfWords __attribute__((vector_size(kLanes * 2)));

inline Floats loadFloats(const float* from) {
  Floats value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

inline void storeFloats(float* to, Floats value) { std::memcpy(to, &value, sizeof value); }

inline Floats spread(float value) { return Floats{} + value; }

inline Floats choose(Ints condition, Floats yes, Floats no) {
  return reinterpret_cast<Floats>((reinterpret_cast<Ints>(yes) & condition) |
                                  (reinterpret_cast<Ints>(no) & ~condition));
}

inline float sumOf(Floats value) {
  float sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += value[i];
  return sum;
}

/// exp(x) = 2^n exp(r), |r| <= ln(2) / 2, with the Taylor series of exp up to r^7: relative error
/// below 2e-7. Below -87.3 it is 0, above 88.3 it stays at exp(88.3); NaN stays NaN.
inline Floats exponential(Floats x) {
  const Floats highest = spread(88.3F);
  const Floats lowest = spread(-87.3F);
  const Ints vanishes = x < lowest;
  x = choose(x > highest, highest, choose(vanishes, lowest, x));
  // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits.
  const Floats rounder = spread(12582912.0F);
  const Floats shifted = x * 1.44269504F + rounder;
  const Floats n = shifted - rounder;
  const Floats r = (x - n * 0.693359375F) - n * -2.12194440e-4F;  // ln 2 in two parts
  Floats series = spread(1.0F / 5040);
  series = series * r + 1.0F / 720;
  series = series * r + 1.0F / 120;
  series = series * r + 1.0F / 24;
  series = series * r + 1.0F / 6;
  series = series * r + 0.5F;
  series = series * r + 1.0F;
  series = series * r + 1.0F;
  const Words power = (reinterpret_cast<Words>(shifted) << 23) + 0x3F800000U;
  return choose(vanishes, Floats{}, series * reinterpret_cast<Floats>(power));
}

inline HalfWords roundedToBf16(Floats x) {
  const Words bits = reinterpret_cast<Words>(x);
  const Words rounded = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
  const Words quiet = (bits >> 16) | 0x40U;
  const Words is_nan = reinterpret_cast<Words>(x != x);
  return __builtin_convertvector((quiet & is_nan) | (rounded & ~is_nan), HalfWords);
}

}  // namespace
}  // namespace moe
