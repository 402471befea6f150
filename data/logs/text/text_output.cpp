#include "data/logs/text/text_output.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "data/numbers.h"

namespace moe {
namespace {

/// Bytes of the UTF-8 character that begins with `lead`; 0 when none does.
std::size_t utf8Length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/// The second byte's narrower ranges: no overlong forms, no surrogates, nothing above U+10FFFF.
bool secondByteFits(unsigned char lead, unsigned char second) {
  if (lead == 0xe0) return second >= 0xa0;
  if (lead == 0xed) return second < 0xa0;
  if (lead == 0xf0) return second >= 0x90;
  return lead != 0xf4 || second < 0x90;
}

bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Whether all of it is ASCII, eight bytes at a time.
bool isAscii(std::string_view bytes) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t i = 0;
  std::uint64_t seen = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes.data() + i, 8);
    seen |= eight;
  }
  for (; i < bytes.size(); ++i) seen |= static_cast<unsigned char>(bytes[i]);
  return (seen & kHighBits) == 0;
}

/// Whether `lower_word` stands at the begin of the text, in letters of any case.
bool startsIgnoringCase(std::string_view text, std::string_view lower_word) {
  if (text.size() < lower_word.size()) return false;
  for (std::size_t i = 0; i < lower_word.size(); ++i) {
    if ((text[i] | 0x20) != lower_word[i]) return false;
  }
  return true;
}

/// The words of a loss that begin with this letter.
std::span<const std::string_view> lossWords(char letter) {
  static constexpr std::array<std::string_view, 1> kB{"bpb"};
  static constexpr std::array<std::string_view, 1> kE{"entropy"};
  static constexpr std::array<std::string_view, 1> kL{"loss"};
  static constexpr std::array<std::string_view, 1> kN{"nll"};
  static constexpr std::array<std::string_view, 2> kP{"perplexity", "ppl"};
  static constexpr std::array<std::string_view, 2> kT{"trl", "tel"};
  switch (letter | 0x20) {
    case 'b':
      return kB;
    case 'e':
      return kE;
    case 'l':
      return kL;
    case 'n':
      return kN;
    case 'p':
      return kP;
    case 't':
      return kT;
    default:
      return {};
  }
}

}  // namespace

bool isUtf8(std::string_view bytes) {
  if (isAscii(bytes)) return true;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const std::size_t length = utf8Length(lead);
    if (length == 0 || i + length > bytes.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if (!isContinuation(bytes[i + k])) return false;
    }
    if (length > 1 && !secondByteFits(lead, static_cast<unsigned char>(bytes[i + 1]))) return false;
    i += length;
  }
  return true;
}

bool isLossName(std::string_view name) {
  for (std::size_t i = 0; i + 3 <= name.size(); ++i) {
    for (const std::string_view word : lossWords(name[i])) {
      if (startsIgnoringCase(name.substr(i), word)) return true;
    }
  }
  return false;
}

void TextOutput::setting(std::string_view key, std::string_view value, std::size_t place) {
  if (!isUtf8(key) || !isUtf8(value)) {
    skip(place, "a setting that is not UTF-8");
    return;
  }
  found_ = true;
  sink_.setting({key, value, place});
}

void TextOutput::totalSteps(double steps, std::size_t place) {
  if (steps == total_steps_ || steps <= 0) return;
  total_steps_ = steps;
  setting("total_steps", exactNumber(steps), place);
}

void TextOutput::record(std::span<const LogValue> values, std::optional<double> step,
                        std::size_t place) {
  if (values.empty()) return;
  found_ = true;
  sink_.record({values, step, place});
}

void TextOutput::skip(std::size_t place, std::string reason) {
  sink_.skip({place, std::move(reason)});
}

}  // namespace moe
