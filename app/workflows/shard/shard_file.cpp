#include "app/workflows/shard/shard_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/workflows/shard/question_json.h"
#include "data/numbers.h"
#include "data/readers/file_text.h"
#include "data/sha256.h"

namespace moe {
namespace {

using ShardJson = nlohmann::ordered_json;

constexpr std::string_view kShardSchema = "moeplan.shard/1";
constexpr std::string_view kShardBegin = "{\n\"schema\": \"moeplan.shard/";
constexpr std::string_view kChecksumKey = "\n\"checksum\": \"";
constexpr std::string_view kShardEnd = "\"\n}\n";
constexpr std::size_t kHashDigits = 64;

std::string checksumOf(std::string_view text) {
  Sha256 hash;
  hash.add(text);
  return hash.hexDigest();
}

/// One JSON value on one line; bytes that are no UTF-8 would have no text.
std::string jsonLine(const ShardJson& json) {
  return json.dump(-1, ' ', false, ShardJson::error_handler_t::replace);
}

/// A zero keeps its sign.
std::string exactText(double number) {
  if (number == 0) return std::signbit(number) ? "-0.0" : "0.0";
  return std::isfinite(number) ? exactNumber(number) : jsonLine(numberJson(number));
}

void addNumbers(const std::vector<double>& numbers, std::string& text) {
  text += '[';
  for (const double number : numbers) {
    if (text.back() != '[') text += ',';
    text += exactText(number);
  }
  text += ']';
}

void addPart(const ShardPart& part, std::string& text) {
  text += fmt::format("{{\"name\": {}, \"count\": {}, \"first\": {}, \"end\": {}, \"basis\": ",
                      jsonLine(part.name), part.count, part.range.first, part.range.end);
  addNumbers(part.basis, text);
  text += ", \"items\": [";
  for (const std::vector<double>& item : part.items) {
    text += text.back() == '[' ? "\n" : ",\n";
    addNumbers(item, text);
  }
  text += "]";
  if (!part.texts.empty()) text += ", \"texts\": " + jsonLine(part.texts);
  text += "}";
}

ShardJson inputsJson(const std::vector<ShardInput>& inputs) {
  ShardJson list = ShardJson::array();
  for (const ShardInput& input : inputs)
    list.push_back({{"path", input.path}, {"sha256", input.sha256}});
  return list;
}

tl::unexpected<Error> damagedShard(const std::string& where, std::string_view what) {
  return fail(ErrorKind::kInput, where,
              fmt::format("the shard is damaged: {}; compute it again", what));
}

/// The bytes that the checksum in the last line is of.
Result<std::string_view> checkedBytes(std::string_view text, const std::string& where) {
  if (!text.starts_with(kShardBegin))
    return fail(ErrorKind::kInput, where,
                "is no shard: it does not begin with the schema moeplan.shard/1 that --shard "
                "writes");
  const std::size_t tail = kChecksumKey.size() + kHashDigits + kShardEnd.size();
  const bool ends = text.size() > tail && text.ends_with(kShardEnd) &&
                    text.substr(text.size() - tail).starts_with(kChecksumKey);
  if (!ends) return damagedShard(where, "it does not end with its checksum");
  const std::string_view bytes = text.substr(0, text.size() - tail);
  const std::string_view stated = text.substr(bytes.size() + kChecksumKey.size(), kHashDigits);
  if (checksumOf(bytes) != stated) return damagedShard(where, "its checksum is another");
  return bytes;
}

std::vector<double> numbersOfJson(const ShardJson& json) {
  std::vector<double> numbers;
  for (const ShardJson& number : json) numbers.push_back(numberOfJson(number).value());
  return numbers;
}

ShardPart partOfJson(const ShardJson& json) {
  ShardPart part;
  part.name = json.at("name").get<std::string>();
  part.count = json.at("count").get<std::size_t>();
  part.range = {json.at("first").get<std::size_t>(), json.at("end").get<std::size_t>()};
  part.basis = numbersOfJson(json.at("basis"));
  for (const ShardJson& item : json.at("items")) part.items.push_back(numbersOfJson(item));
  if (json.contains("texts"))
    part.texts = json.at("texts").get<std::vector<std::vector<std::string>>>();
  return part;
}

/// Throws where the document is not as shardText writes it.
Shard shardOfJson(const ShardJson& json) {
  Shard shard;
  shard.version = json.at("version").get<std::string>();
  shard.share = {json.at("shard").get<std::size_t>(), json.at("shards").get<std::size_t>()};
  shard.question = questionOfJson(json.at("question")).value();
  for (const ShardJson& input : json.at("inputs"))
    shard.inputs.push_back(
        {input.at("path").get<std::string>(), input.at("sha256").get<std::string>()});
  shard.words = json.at("words").get<std::vector<std::string>>();
  for (const ShardJson& part : json.at("parts")) shard.parts.push_back(partOfJson(part));
  return shard;
}

/// Shares and ranges that rangeOf gives, and as many items.
bool isInOrder(const Shard& shard) {
  const Share& share = shard.share;
  if (share.of < 1 || share.of > kMostShards || share.index < 1 || share.index > share.of)
    return false;
  return std::all_of(shard.parts.begin(), shard.parts.end(), [&](const ShardPart& part) {
    return part.range == rangeOf(share, part.count) && part.items.size() == part.range.size() &&
           (part.texts.empty() || part.texts.size() == part.items.size());
  });
}

}  // namespace

std::string questionText(const SplitQuestion& question) {
  const ShardJson json = questionJson(question);
  std::string text;
  for (const auto& [key, value] : json.items())
    text += fmt::format("{} = {}\n", key, jsonLine(value));
  return text;
}

bool hasText(const SplitQuestion& question) {
  try {
    return !questionJson(question).dump().empty();
  } catch (const ShardJson::type_error&) {
    return false;
  }
}

std::string questionHash(const Shard& shard) {
  return checksumOf(fmt::format("{}\n{}{}\n", shard.version, questionText(shard.question),
                                jsonLine(inputsJson(shard.inputs))));
}

std::string shardText(const Shard& shard) {
  std::string text = fmt::format("{{\n\"schema\": \"{}\",\n", kShardSchema);
  const auto line = [&](std::string_view key, const ShardJson& value) {
    text += fmt::format("\"{}\": {},\n", key, jsonLine(value));
  };
  line("version", shard.version);
  line("shard", shard.share.index);
  line("shards", shard.share.of);
  line("question", questionJson(shard.question));
  line("inputs", inputsJson(shard.inputs));
  line("question_sha256", questionHash(shard));
  line("words", shard.words);
  text += "\"parts\": [";
  for (const ShardPart& part : shard.parts) {
    text += text.back() == '[' ? "\n" : ",\n";
    addPart(part, text);
  }
  text += "],";
  return text + std::string(kChecksumKey) + checksumOf(text) + std::string(kShardEnd);
}

Result<Shard> shardOfText(std::string_view text, const std::string& where) {
  const auto bytes = checkedBytes(text, where);
  if (!bytes) return tl::unexpected(bytes.error());
  const ShardJson json = ShardJson::parse(text, nullptr, false);
  if (json.is_discarded()) return damagedShard(where, "it is not JSON");
  if (json.value("schema", "") != kShardSchema)
    return fail(ErrorKind::kInput, where,
                fmt::format("has the schema {}; this program reads {}", json.value("schema", ""),
                            kShardSchema));
  try {
    Shard shard = shardOfJson(json);
    if (isInOrder(shard)) return shard;
  } catch (const std::exception&) {
    // A missing key, a value of another kind, an optional without value: told below.
  }
  return damagedShard(where, "a key or a value is not as --shard writes it");
}

Result<Shard> readShard(const std::filesystem::path& path) {
  const auto text = readFileBytes(path);
  if (!text) return tl::unexpected(text.error());
  return shardOfText(*text, path.string());
}

}  // namespace moe
