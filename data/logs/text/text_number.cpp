#include "data/logs/text/text_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace moe {
namespace {

constexpr std::size_t kLongestNumber = 64;

bool isLogDigit(char c) { return c >= '0' && c <= '9'; }

/// Units that stand directly behind a number in training logs.
constexpr std::array<std::string_view, 30> kUnits{
    "%",      "ms",     "s",       "us",       "h",      "m",      "min",    "sec",
    "B/s",    "it/s",   "s/it",    "tok/s",    "KB",     "MB",     "GB",     "TB",
    "KiB",    "MiB",    "GiB",     "TiB",      "GFLOPs", "TFLOPs", "PFLOPs", "GFLOPS",
    "TFLOPS", "PFLOPS", "TFLOP/s", "tokens/s", "x",      "z"};

std::optional<double> scaleOf(std::string_view unit) {
  if (unit.size() != 1) return std::nullopt;
  switch (unit.front()) {
    case 'k':
    case 'K':
      return 1e3;
    case 'M':
      return 1e6;
    case 'G':
    case 'B':
      return 1e9;
    case 'T':
      return 1e12;
    default:
      return std::nullopt;
  }
}

struct NumberAhead {
  double value = 0;
  std::size_t length = 0;  ///< characters it takes; 0 when there is none
};

/// Numbers as logs mostly hold them, much faster than from_chars and as exact: up to 15 digits and
/// a power of ten up to 22 are doubles themselves, so that one product or quotient of the two is
/// rounded once. Length 0: none of these; from_chars decides.
NumberAhead simpleAhead(std::string_view text) {
  constexpr std::array<double, 23> kTens{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                         1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                         1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  constexpr int kMostDigits = 15;
  std::size_t at = text.starts_with('-') ? 1 : 0;
  std::int64_t mantissa = 0;
  int digits = 0;
  for (; at < text.size() && isLogDigit(text[at]); ++at, ++digits) {
    if (digits < kMostDigits) mantissa = 10 * mantissa + (text[at] - '0');
  }
  const int whole_digits = digits;
  if (whole_digits == 0) return {};
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && isLogDigit(text[at]); ++at, ++digits) {
      if (digits < kMostDigits) mantissa = 10 * mantissa + (text[at] - '0');
    }
    if (digits == whole_digits) return {};
  }
  int exponent = whole_digits - digits;
  if (at + 3 < text.size() && (text[at] == 'E' || text[at] == 'e') && isLogDigit(text[at + 2]) &&
      isLogDigit(text[at + 3]) && (text[at + 1] == '-' || text[at + 1] == '+')) {
    const int written = 10 * (text[at + 2] - '0') + (text[at + 3] - '0');
    exponent += text[at + 1] == '-' ? -written : written;
    at += 4;
  }
  const bool goes_on = at < text.size() && (isLogDigit(text[at]) || (text[at] | 0x20) == 'e');
  if (goes_on || digits > kMostDigits || exponent < -22 || exponent > 22) return {};
  const auto scale = kTens[static_cast<std::size_t>(exponent < 0 ? -exponent : exponent)];
  const auto value = static_cast<double>(mantissa);
  const double magnitude = exponent < 0 ? value / scale : value * scale;
  return {text.front() == '-' ? -magnitude : magnitude, at};
}

/// from_chars takes "nan(...)" as one number; here the bracket is not part of it. "2." is no
/// number: nobody prints it, but it is what is left of one that something broke into.
NumberAhead plainAhead(std::string_view text) {
  if (const NumberAhead simple = simpleAhead(text); simple.length > 0) return simple;
  const std::size_t sign = text.starts_with('+') ? 1 : 0;
  if (sign == 1 && text.size() > 1 && !isLogDigit(text[1]) && text[1] != '.') return {};
  NumberAhead ahead;
  const char* begin = text.data() + sign;
  const auto [stop, error] = std::from_chars(begin, text.data() + text.size(), ahead.value);
  if (error != std::errc{}) return {};
  ahead.length = static_cast<std::size_t>(stop - text.data());
  if (stop[-1] == '.') return {};
  if (std::isnan(ahead.value)) ahead.length = std::min(ahead.length, text.find('('));
  return ahead;
}

/// "41,943,040.5": the first group has one to three digits, the others three.
NumberAhead groupedAhead(std::string_view text) {
  std::array<char, kLongestNumber> digits{};
  std::size_t count = 0;
  std::size_t at = 0;
  if (text.starts_with('-')) digits[count++] = text[at++];
  const std::size_t first = at;
  while (at < text.size() && isLogDigit(text[at]) && count < 5) digits[count++] = text[at++];
  if (at == first || at - first > 3 || text[first] == '0') return {};
  while (at + 3 < text.size() && text[at] == ',' && count + 4 < kLongestNumber) {
    const std::string_view group = text.substr(at + 1, 3);
    if (!std::all_of(group.begin(), group.end(), isLogDigit)) return {};
    for (const char digit : group) digits[count++] = digit;
    at += 4;
  }
  if (at < text.size() && (text[at] == ',' || isLogDigit(text[at]))) return {};
  if (at < text.size() && text[at] == '.') {
    digits[count++] = text[at++];
    while (at < text.size() && isLogDigit(text[at]) && count < kLongestNumber) {
      digits[count++] = text[at++];
    }
  }
  const NumberAhead number = plainAhead({digits.data(), count});
  return number.length == count ? NumberAhead{number.value, at} : NumberAhead{};
}

NumberAhead numberAhead(std::string_view word) {
  const NumberAhead plain = plainAhead(word);
  const bool grouped = plain.length > 0 && plain.length < word.size() && word[plain.length] == ',';
  return grouped ? groupedAhead(word) : plain;
}

}  // namespace

std::string_view stripped(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<double> wordNumber(std::string_view word) {
  const NumberAhead ahead = numberAhead(word);
  if (ahead.length == 0 || ahead.length != word.size()) return std::nullopt;
  return ahead.value;
}

std::optional<double> numberWithUnit(std::string_view word) {
  const NumberAhead ahead = numberAhead(word);
  if (ahead.length == 0) return std::nullopt;
  std::string_view unit = word.substr(ahead.length);
  if (unit.empty()) return ahead.value;
  if (unit.back() == ')') unit = unit.substr(0, unit.find('('));
  if (const auto scale = scaleOf(unit)) return ahead.value * *scale;
  if (std::find(kUnits.begin(), kUnits.end(), unit) == kUnits.end()) return std::nullopt;
  return ahead.value;
}

std::optional<double> wholeNumber(std::string_view word) {
  constexpr double kLargest = 9007199254740992.0;  // 2^53
  if (word.empty() || !isLogDigit(word.front())) return std::nullopt;
  double value = 0;
  for (const char c : word) {
    if (!isLogDigit(c)) {
      const auto grouped = c == ',' ? wordNumber(word) : std::nullopt;
      const bool whole = grouped && *grouped <= kLargest && std::trunc(*grouped) == *grouped;
      return whole ? grouped : std::nullopt;
    }
    value = 10 * value + (c - '0');
  }
  return value <= kLargest ? std::optional(value) : std::nullopt;
}

}  // namespace moe
