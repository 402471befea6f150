#pragma once

#include <cstdint>

namespace moe {

/// A random number that depends on its three counters only, so that threads and shards change
/// nothing: the finaliser of SplitMix64 (Steele, Lea and Flood 2014, public domain constants)
/// applied to each counter in turn.
inline std::uint64_t counterRandom(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
  const auto mix = [](std::uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  };
  return mix(mix(mix(seed) ^ stream) ^ index);
}

/// Evenly distributed over 0..count-1; the bias is below count / 2^53.
inline std::uint64_t counterIndex(std::uint64_t seed, std::uint64_t stream, std::uint64_t index,
                                  std::uint64_t count) {
  const double unit = static_cast<double>(counterRandom(seed, stream, index) >> 11) * 0x1p-53;
  return static_cast<std::uint64_t>(unit * static_cast<double>(count));
}

}  // namespace moe
