#include "data/catalog/hf_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

namespace moe::catalog {
namespace {

// No size of a language model is near it, and the sum of two fits an int.
constexpr std::int64_t kLargest = 1'000'000'000;

/// A value as it stands in the file, shortened.
std::string written(const JsonToken& token) {
  constexpr std::size_t kLongest = 40;
  std::string text(token.text.substr(0, kLongest));
  if (token.text.size() > kLongest) text += "...";
  switch (token.kind) {
    case JsonKind::kObject:
      return "an object";
    case JsonKind::kArray:
      return "a list";
    case JsonKind::kNull:
      return "null";
    case JsonKind::kKey:
    case JsonKind::kString:
      return "'" + text + "'";
    case JsonKind::kBare:
      return text;
  }
  return text;
}

std::optional<std::int64_t> wholeNumber(const JsonToken& token) {
  std::int64_t value = 0;
  const char* end = token.text.data() + token.text.size();
  const auto [stop, problem] = std::from_chars(token.text.data(), end, value);
  if (token.kind != JsonKind::kBare || problem != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::size_t> HfFields::find(std::string_view key) const {
  std::optional<std::size_t> found;
  for (std::size_t i = object_ + 1; i < (*tape_)[object_].next; i = (*tape_)[i + 1].next)
    if ((*tape_)[i].text == key) found = i + 1;
  return found;
}

std::optional<std::size_t> HfFields::find(HfNames names, std::string_view& key) const {
  for (const std::string_view name : names) {
    key = name;
    if (const auto value = find(name)) return value;
  }
  key = *names.begin();
  return std::nullopt;
}

std::optional<int> HfFields::defaultOf(HfNames names) const {
  for (const HfDefault& preset : architecture_->defaults)
    if (std::find(names.begin(), names.end(), preset.key) != names.end()) return preset.value;
  return std::nullopt;
}

void HfFields::reject(std::string_view key, std::string message) {
  if (state_->error) return;
  const auto value = find(key);
  state_->error =
      Error{ErrorKind::kInput,
            value ? fmt::format("{}:{}", state_->file, (*tape_)[*value].line) : state_->file,
            fmt::format("{} {}", key, message)};
}

bool HfFields::has(HfNames names) const {
  std::string_view key;
  const auto value = find(names, key);
  return value ? (*tape_)[*value].kind != JsonKind::kNull : defaultOf(names).has_value();
}

std::optional<int> HfFields::numberAt(std::size_t value, std::string_view key, int least) {
  const auto whole = wholeNumber((*tape_)[value]);
  if (whole && *whole >= least && *whole <= kLargest) return static_cast<int>(*whole);
  reject(key, fmt::format("is {}; it must be a whole number from {} to {}",
                          written((*tape_)[value]), least, kLargest));
  return std::nullopt;
}

/// None when absent without default, null or wrong; wrong is an error.
std::optional<int> HfFields::number(HfNames names, int least, std::string_view& key) {
  const auto value = find(names, key);
  if (!value) {
    const auto preset = defaultOf(names);
    if (!preset) return std::nullopt;
    std::string assumed = fmt::format("{} {}", key, *preset);
    auto& known = state_->assumed;
    if (std::find(known.begin(), known.end(), assumed) == known.end())
      known.push_back(std::move(assumed));
    return preset;
  }
  if ((*tape_)[*value].kind == JsonKind::kNull) return std::nullopt;
  return numberAt(*value, key, least);
}

int HfFields::size(HfNames names) {
  std::string_view key;
  const auto value = number(names, 1, key);
  if (!value) reject(key, find(key) ? "is null; a number is needed" : "is missing");
  return value.value_or(1);
}

int HfFields::sizeOr(HfNames names, int otherwise) {
  std::string_view key;
  return number(names, 1, key).value_or(otherwise);
}

int HfFields::count(HfNames names) {
  std::string_view key;
  return number(names, 0, key).value_or(0);
}

int HfFields::layerIndex(std::string_view key, int otherwise) {
  std::string_view found;
  return number({key}, -1, found).value_or(otherwise);
}

int HfFields::sameInAllLayers(HfNames names) {
  std::string_view key;
  const auto value = find(names, key);
  if (!value || (*tape_)[*value].kind != JsonKind::kArray) return count(names);
  const std::vector<int> all = counts(key);
  if (all.empty()) return 0;
  if (std::adjacent_find(all.begin(), all.end(), std::not_equal_to<>()) != all.end())
    reject(key, "differs between layers; only one number for all layers is understood");
  return all.front();
}

int HfFields::width(std::string_view key, int a, int b) {
  const std::int64_t product = std::int64_t{a} * b;
  if (product <= kLargest) return static_cast<int>(product);
  reject(key, fmt::format("makes a width of {} x {}, more than {}", a, b, kLargest));
  return 1;
}

bool HfFields::flag(std::string_view key, bool otherwise) {
  const auto value = find(key);
  if (!value) return defaultOf({key}).value_or(otherwise ? 1 : 0) != 0;
  const JsonToken& token = (*tape_)[*value];
  if (token.kind == JsonKind::kNull) return otherwise;
  const bool yes = token.text == "true";
  if (token.kind != JsonKind::kBare || (!yes && token.text != "false"))
    reject(key, fmt::format("is {}; it must be true or false", written(token)));
  return yes;
}

std::string HfFields::text(std::string_view key) const {
  return isText(key) ? std::string((*tape_)[*find(key)].text) : std::string();
}

bool HfFields::isList(std::string_view key) const {
  const auto value = find(key);
  return value && (*tape_)[*value].kind == JsonKind::kArray;
}

bool HfFields::isText(std::string_view key) const {
  const auto value = find(key);
  return value && (*tape_)[*value].kind == JsonKind::kString;
}

std::vector<int> HfFields::counts(std::string_view key) {
  std::vector<int> values;
  if (!isList(key)) return values;
  const std::size_t list = *find(key);
  for (std::size_t i = list + 1; i < (*tape_)[list].next; i = (*tape_)[i].next)
    values.push_back(numberAt(i, key, 0).value_or(0));
  return values;
}

std::vector<std::string> HfFields::texts(std::string_view key) {
  std::vector<std::string> values;
  if (!isList(key)) return values;
  const std::size_t list = *find(key);
  for (std::size_t i = list + 1; i < (*tape_)[list].next; i = (*tape_)[i].next) {
    if ((*tape_)[i].kind != JsonKind::kString)
      reject(key, fmt::format("holds {}; it must be a list of texts", written((*tape_)[i])));
    values.emplace_back((*tape_)[i].text);
  }
  return values;
}

std::optional<HfFields> HfFields::object(std::string_view key) {
  const auto value = find(key);
  if (!value || (*tape_)[*value].kind == JsonKind::kNull) return std::nullopt;
  if ((*tape_)[*value].kind == JsonKind::kObject)
    return HfFields(*tape_, *value, *architecture_, *state_);
  reject(key, fmt::format("is {}; it must be an object", written((*tape_)[*value])));
  return std::nullopt;
}

}  // namespace moe::catalog
