#pragma once

// Internal to the readers of routing.

#include <charconv>
#include <cstdint>

namespace moe {

/// Reads the number at `at` and returns what is behind it, or null when there is none. Up to 15
/// digits with a point in them take a short way: whole / 10^decimals, both exact, so the quotient
/// is the nearest double, as std::from_chars gives it. All else goes to std::from_chars.
inline const char* readPlainNumber(const char* at, const char* end, double& value) {
  constexpr double kPowersOfTen[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const char* start = at;
  std::uint64_t digits = 0;
  int count = 0;
  int decimals = 0;
  bool point = false;
  for (; at < end && count <= 15; ++at) {
    if (*at == '.' && !point) {
      point = true;
    } else if (*at >= '0' && *at <= '9') {
      digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
      ++count;
      decimals += point ? 1 : 0;
    } else {
      break;
    }
  }
  const bool more = at < end && ((*at >= '0' && *at <= '9') || *at == 'e' || *at == 'E' ||
                                 *at == '.' || *at == '-' || *at == '+');
  if (count > 0 && count <= 15 && !more) {
    value = static_cast<double>(digits) / kPowersOfTen[decimals];
    return at;
  }
  const auto [rest, problem] = std::from_chars(start, end, value);
  return problem == std::errc() ? rest : nullptr;
}

}  // namespace moe
