#include "app/workflows/shard/shard.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <optional>

namespace moe {
namespace {

std::optional<std::size_t> wholeNumber(std::string_view text) {
  std::size_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

}  // namespace

std::string_view commandOf(const SplitQuestion& question) {
  return std::holds_alternative<FitQuestion>(question) ? "fit" : "plan";
}

bool sameBits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  });
}

Result<Share> parseShare(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto index = wholeNumber(std::string_view(text).substr(0, slash));
  const auto of =
      slash == text.npos ? std::nullopt : wholeNumber(std::string_view(text).substr(slash + 1));
  if (!index || !of)
    return usageError("--shard", fmt::format("'{}' is not I/N, as in 3/8 for the third of eight "
                                             "shards",
                                             text));
  if (*of < 1 || *of > kMostShards)
    return usageError("--shard", fmt::format("there are {} shards in '{}'; it may be 1 to {}", *of,
                                             text, kMostShards));
  if (*index < 1 || *index > *of)
    return usageError("--shard", fmt::format("there is no shard {} of {}; they count from 1 to {}",
                                             *index, *of, *of));
  return Share{*index, *of};
}

}  // namespace moe
