#include "app/workflows/shard/join_shards.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <sstream>

#include "app/workflows/shard/shard_file.h"
#include "data/shell_word.h"

namespace moe {
namespace {

constexpr std::size_t kMostCommands = 8;  // shown; --array takes all

/// What differs first between two questions, or empty text.
std::string differenceOf(const NamedShard& first, const NamedShard& other) {
  std::istringstream lines(questionText(first.shard.question));
  std::istringstream other_lines(questionText(other.shard.question));
  std::string line, other_line;
  while (std::getline(lines, line) && std::getline(other_lines, other_line))
    if (line != other_line)
      return fmt::format("answers another question than {}: {} there, {} here", first.file, line,
                         other_line);
  return {};
}

std::string otherInput(const NamedShard& first, const NamedShard& other) {
  const auto& inputs = first.shard.inputs;
  const auto& others = other.shard.inputs;
  for (std::size_t i = 0; i < std::min(inputs.size(), others.size()); ++i)
    if (inputs[i] != others[i])
      return fmt::format("{} is not the one that {} was computed from (sha256 {} there, {} here)",
                         others[i].path, first.file, inputs[i].sha256, others[i].sha256);
  if (inputs.size() == others.size()) return {};
  return fmt::format("the catalog holds other files than that of {}", first.file);
}

std::string otherStart(const NamedShard& first, const NamedShard& other) {
  const auto& parts = first.shard.parts;
  const auto& others = other.shard.parts;
  const bool same =
      std::equal(parts.begin(), parts.end(), others.begin(), others.end(),
                 [](const ShardPart& a, const ShardPart& b) {
                   return a.name == b.name && a.count == b.count && sameBits(a.basis, b.basis);
                 });
  if (same) return {};
  return fmt::format(
      "starts from a result with other last bits than {}: it was computed with "
      "another program, C library or kind of processor; compute all shards on "
      "machines that are alike",
      first.file);
}

/// Why two shards cannot be joined, or empty text.
std::string mismatchOf(const NamedShard& first, const NamedShard& other) {
  const Shard& a = first.shard;
  const Shard& b = other.shard;
  if (a.version != b.version)
    return fmt::format("was computed by moeplan {}, and {} by {}", b.version, first.file,
                       a.version);
  for (const auto& compare : {differenceOf, otherInput})
    if (std::string what = compare(first, other); !what.empty()) return what;
  if (a.share.of != b.share.of)
    return fmt::format("is one of {} shards, and {} one of {}", b.share.of, first.file, a.share.of);
  return otherStart(first, other);
}

/// The index of a shard in the name of its file, replaced; none when the name does not hold it. The
/// first number that is the index counts: "shard-8-of-8.json".
std::optional<std::string> withIndex(const std::string& file, std::size_t own, std::size_t index) {
  const auto is_digit = [](unsigned char letter) { return std::isdigit(letter) != 0; };
  auto at = file.begin() + static_cast<std::ptrdiff_t>(file.find_last_of('/') + 1);  // 0: no folder
  while (at != file.end()) {
    const auto first = std::find_if(at, file.end(), is_digit);
    const auto end = std::find_if_not(first, file.end(), is_digit);
    const std::string digits(first, end);
    if (!digits.empty() && fmt::format("{:0>{}}", own, digits.size()) == digits)
      return std::string(file.begin(), first) + fmt::format("{:0>{}}", index, digits.size()) +
             std::string(end, file.end());
    at = end;
  }
  return std::nullopt;
}

/// Sets the value of an option, wherever it stands: "--out F" or "--out=F".
bool setOption(std::vector<std::string>& words, const std::string& option,
               const std::string& value) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].starts_with(option + "=")) {
      words[i] = option + "=" + value;
      return true;
    }
    if (words[i] == option && i + 1 < words.size()) {
      words[i + 1] = value;
      return true;
    }
  }
  return false;
}

tl::unexpected<Error> lostShards(const NamedShard& like, const std::vector<std::size_t>& indices) {
  const std::size_t of = like.shard.share.of;
  std::string message =
      fmt::format("{} of {} {} missing; compute {} with", indexList(indices), of,
                  indices.size() == 1 ? "is" : "are", indices.size() == 1 ? "it" : "them");
  for (std::size_t i = 0; i < std::min(indices.size(), kMostCommands); ++i)
    message += "\n  " + commandFor(like, indices[i]);
  if (indices.size() > kMostCommands)
    message += fmt::format("\n  and so on for {} more; a job array takes --array={}",
                           indices.size() - kMostCommands, indexList(indices));
  return fail(ErrorKind::kInput, indices.size() == 1 ? "shard" : "shards", message);
}

tl::unexpected<Error> repeatedShard(const NamedShard& first, const NamedShard& second) {
  const bool same = shardText(first.shard) == shardText(second.shard);
  return fail(ErrorKind::kInput, second.file,
              fmt::format("is shard {} of {} again, as {} ({}); leave one of them out",
                          second.shard.share.index, second.shard.share.of, first.file,
                          same ? "the same contents" : "with other contents"));
}

/// Every index of 1..N once, by index. Shards are sorted.
Result<void> checkIndices(const std::vector<NamedShard>& shards) {
  const auto index = [](const NamedShard& shard) { return shard.shard.share.index; };
  const auto twice = std::adjacent_find(
      shards.begin(), shards.end(),
      [&](const NamedShard& a, const NamedShard& b) { return index(a) == index(b); });
  if (twice != shards.end()) return repeatedShard(*twice, *std::next(twice));
  std::vector<std::size_t> lost;
  auto at = shards.begin();
  for (std::size_t i = 1; i <= shards.front().shard.share.of; ++i)
    if (at != shards.end() && index(*at) == i)
      ++at;
    else
      lost.push_back(i);
  if (!lost.empty()) return lostShards(shards.front(), lost);
  return {};
}

}  // namespace

std::string indexList(const std::vector<std::size_t>& indices) {
  std::string list;
  for (std::size_t i = 0; i < indices.size();) {
    std::size_t last = i;
    while (last + 1 < indices.size() && indices[last + 1] == indices[last] + 1) ++last;
    if (!list.empty()) list += ',';
    list += fmt::to_string(indices[i]);
    if (last > i) list += fmt::format("{}{}", last > i + 1 ? '-' : ',', indices[last]);
    i = last + 1;
  }
  return list;
}

std::string commandFor(const NamedShard& like, std::size_t index) {
  const Share& share = like.shard.share;
  std::vector<std::string> words = like.shard.words;
  setOption(words, "--shard", fmt::format("{}/{}", index, share.of));
  const std::string file = withIndex(like.file, share.index, index)
                               .value_or(fmt::format("shard-{}-of-{}.json", index, share.of));
  if (!setOption(words, "--out", file)) words.insert(words.end(), {"--out", file});
  std::string command = "moeplan";
  for (const std::string& word : words) command += " " + shellWord(word);
  return command;
}

Result<Shard> joinShards(std::vector<NamedShard> shards) {
  require(!shards.empty(), "shards to join");
  for (const NamedShard& shard : shards)
    if (const std::string what = mismatchOf(shards.front(), shard); !what.empty())
      return fail(ErrorKind::kInput, shard.file, what);
  std::stable_sort(shards.begin(), shards.end(), [](const NamedShard& a, const NamedShard& b) {
    return a.shard.share.index < b.shard.share.index;
  });
  if (auto whole = checkIndices(shards); !whole) return tl::unexpected(whole.error());
  Shard joined = std::move(shards.front().shard);
  joined.share = {};
  for (std::size_t k = 0; k < joined.parts.size(); ++k) {
    ShardPart& part = joined.parts[k];
    for (std::size_t i = 1; i < shards.size(); ++i)
      for (std::vector<double>& item : shards[i].shard.parts[k].items)
        part.items.push_back(std::move(item));
    for (std::size_t i = 1; i < shards.size(); ++i)
      for (std::vector<std::string>& texts : shards[i].shard.parts[k].texts)
        part.texts.push_back(std::move(texts));
    part.range = {0, part.count};
  }
  return joined;
}

}  // namespace moe
