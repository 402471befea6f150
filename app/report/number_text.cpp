#include "app/report/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>

namespace moe::report {
namespace {

/// A value rounded to some significant digits, as mantissa (1 <= |mantissa| < 10) and exponent.
struct Rounded {
  double value = 0;
  std::string mantissa;
  int exponent = 0;
};

Rounded rounded(double value, int digits) {
  const std::string text = fmt::format("{:.{}e}", value, digits - 1);
  const std::size_t e = text.find('e');
  Rounded result;
  result.mantissa = text.substr(0, e);
  std::from_chars(text.data(), text.data() + text.size(), result.value);
  const char* exponent = text.data() + e + 1;
  if (*exponent == '+') ++exponent;
  std::from_chars(exponent, text.data() + text.size(), result.exponent);
  return result;
}

std::string_view withoutEndZeros(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return text;
  text = text.substr(0, text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.remove_suffix(1);
  return text;
}

/// For what is no finite number; empty for what is.
std::string_view strangeText(double value) {
  if (std::isnan(value)) return "n/a";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return {};
}

/// Decimals that leave `digits` significant ones to a number with this decimal exponent.
int decimalsFor(int exponent, int digits) { return std::max(0, digits - 1 - exponent); }

struct Scale {
  double factor;
  std::string_view name;
};

/// The value in the largest unit that it fills, three digits, without zeros at the end. `scales`
/// ascend; what is smaller than the first is written in the first.
std::string scaledText(double value, std::span<const Scale> scales) {
  if (!strangeText(value).empty()) return std::string(strangeText(value));
  const Scale* best = &scales.front();
  for (const Scale& scale : scales) {
    // Rounded in its own unit, so that 999.9 M becomes 1 B and 59.99 s becomes 1 min.
    if (std::abs(rounded(value / scale.factor, 3).value) >= 1) best = &scale;
  }
  const Rounded number = rounded(value / best->factor, 3);
  const std::string text = fmt::format("{:.{}f}", number.value, decimalsFor(number.exponent, 3));
  return fmt::format("{}{}{}", withoutEndZeros(text), best->name.empty() ? "" : " ", best->name);
}

constexpr std::array<Scale, 4> kCountScales{{{1, ""}, {1e6, "M"}, {1e9, "B"}, {1e12, "T"}}};
constexpr std::array<Scale, 6> kByteScales{
    {{1, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}, {1e12, "TB"}, {1e15, "PB"}}};
constexpr std::array<Scale, 7> kTimeScales{{{1e-9, "ns"},
                                            {1e-6, "us"},
                                            {1e-3, "ms"},
                                            {1, "s"},
                                            {60, "min"},
                                            {3600, "h"},
                                            {86400, "days"}}};

}  // namespace

std::string countText(double count) {
  if (!strangeText(count).empty()) return std::string(strangeText(count));
  if (std::abs(count) < 9999.5) {
    // Counts are whole but for those of hypothetical models, which get one decimal.
    return std::string(withoutEndZeros(fmt::format("{:.1f}", count)));
  }
  if (std::abs(count) < 999500) return fmt::format("{:.0f}", rounded(count, 3).value);
  return scaledText(count, kCountScales);
}

std::string powerText(double value) {
  if (!strangeText(value).empty()) return std::string(strangeText(value));
  if (value == 0) return "0";
  const Rounded number = rounded(value, 3);
  return fmt::format("{}e{}", withoutEndZeros(number.mantissa), number.exponent);
}

std::string plainText(double value, int digits) {
  if (!strangeText(value).empty()) return std::string(strangeText(value));
  if (value == 0) return "0";
  const Rounded number = rounded(value, digits);
  if (number.exponent < -4 || number.exponent >= 6) return powerText(value);
  return fmt::format("{:.{}f}", value, decimalsFor(number.exponent, digits));
}

std::string lossText(double loss) { return decimalText(loss, 3); }

std::string fineLossText(double loss) { return decimalText(loss, 4); }

std::string percentFigure(double share) { return decimalText(100 * share, 1); }

std::string decimalText(double value, int decimals) {
  if (!strangeText(value).empty()) return std::string(strangeText(value));
  return fmt::format("{:.{}f}", value, decimals);
}

std::string moneyText(Usd amount) {
  const double usd = amount.value();
  if (!strangeText(usd).empty()) return std::string(strangeText(usd));
  const Rounded number = rounded(usd, 3);
  if (number.exponent >= 6) return scaledText(usd, kCountScales);
  if (number.exponent >= 3) return fmt::format("{:.0f}", number.value);
  return plainText(usd);
}

std::string usdText(Usd amount) { return moneyText(amount) + " USD"; }

std::string durationText(Seconds duration) {
  if (duration.value() == 0) return "0 s";
  return scaledText(duration.value(), kTimeScales);
}

std::string bytesText(Bytes size) { return scaledText(size.value(), kByteScales); }

std::string percentText(double share) {
  if (!strangeText(share).empty()) return std::string(strangeText(share));
  if (share == 0) return "0 %";
  if (std::abs(share) < 5e-7) return fmt::format("{:.1g} %", 100 * share);
  const double percent = rounded(100 * share, 2).value;
  const int exponent = rounded(percent, 2).exponent;
  return fmt::format("{:.{}f} %", std::abs(percent) >= 10 ? 100 * share : percent,
                     decimalsFor(exponent, 2));
}

std::string intervalText(double value, double low, double high) {
  const double width = std::abs(high - low);
  if (!std::isfinite(value) || !std::isfinite(width) || width == 0) {
    return intervalText(plainText(value), plainText(low), plainText(high));
  }
  const double largest = std::max({std::abs(value), std::abs(low), std::abs(high)});
  const int top = rounded(largest, 3).exponent;
  if (top < -4 || top >= 6) return intervalText(powerText(value), powerText(low), powerText(high));
  const int decimals = std::min(6, decimalsFor(rounded(width, 2).exponent, 2));
  return intervalText(decimalText(value, decimals), decimalText(low, decimals),
                      decimalText(high, decimals));
}

std::string intervalText(const std::string& value, const std::string& low,
                         const std::string& high) {
  return fmt::format("{} [{}, {}]", value, low, high);
}

}  // namespace moe::report
