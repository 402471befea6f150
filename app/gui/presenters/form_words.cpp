#include "app/gui/presenters/form_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "data/numbers.h"

namespace moe {
namespace {

constexpr std::string_view kNumberWanted = "a number";
constexpr std::string_view kWholeWanted = "a whole number from 0";

/// Whether the comma at this place ends an item. Where items are of the form NAME=VALUE a comma may
/// stand in a value: "router=S-Base,Dense" is one item, "n=1e8,d=2e9" and "a=1, b" are two.
bool endsItem(std::string_view text, std::size_t comma) {
  const std::string_view rest = text.substr(comma + 1);
  if (text.find('=') == text.npos || rest.empty() || rest.front() == ' ') return true;
  return rest.substr(0, rest.find(',')).find('=') != rest.npos;
}

std::vector<std::string> splitAtCommas(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && (text[at] != ',' || !endsItem(text, at))) continue;
    const std::string_view part = trimmed(text.substr(start, at - start));
    if (!part.empty() || at < text.size()) parts.emplace_back(part);
    start = at + 1;
  }
  return parts;
}

struct ShowField {
  std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
  std::string operator()(const int* value) const { return fmt::to_string(*value); }
  std::string operator()(const std::size_t* value) const { return fmt::to_string(*value); }
  std::string operator()(const double* value) const { return exactNumber(*value); }
  std::string operator()(const std::string* value) const { return *value; }
  std::string operator()(const Precision* value) const { return std::string(name(*value)); }
  std::string operator()(const Recompute* value) const { return std::string(name(*value)); }
  template <class Value>
  std::string operator()(const std::optional<Value>* value) const {
    return *value ? (*this)(&**value) : std::string();
  }
  template <class Value>
  std::string operator()(const std::vector<Value>* values) const {
    std::string text;
    for (const Value& value : *values) text += (text.empty() ? "" : ", ") + (*this)(&value);
    return text;
  }
};

struct TypeField {
  std::string_view text;

  std::string operator()(bool* value) const {
    if (text != "true" && text != "false") return "true or false";
    *value = text == "true";
    return {};
  }
  template <class Whole>
  std::string whole(Whole* value, double most) const {
    const auto number = parseNumber(text);
    if (!number || !(*number >= 0 && *number <= most) || *number != std::floor(*number))
      return std::string(kWholeWanted);
    *value = static_cast<Whole>(*number);
    return {};
  }
  std::string operator()(int* value) const { return whole(value, 2147483647.0); }
  std::string operator()(std::size_t* value) const { return whole(value, 1e15); }
  std::string operator()(double* value) const {
    const auto number = parseNumber(text);
    if (!number || !std::isfinite(*number)) return std::string(kNumberWanted);
    *value = *number;
    return {};
  }
  std::string operator()(std::string* value) const {
    *value = text;
    return {};
  }
  std::string operator()(Precision* value) const {
    const auto precision = precisionOf(text, "");
    if (!precision) return "bf16, fp8, fp4, int8 or int4";
    *value = *precision;
    return {};
  }
  std::string operator()(Recompute* value) const {
    const auto recompute = recomputeOf(text, "");
    if (!recompute) return "none, selective or full";
    *value = *recompute;
    return {};
  }
  template <class Value>
  std::string operator()(std::optional<Value>* value) const {
    if (text.empty()) {
      value->reset();
      return {};
    }
    Value typed{};
    std::string wanted = (*this)(&typed);
    if (wanted.empty()) *value = typed;
    return wanted;
  }
  template <class Value>
  std::string operator()(std::vector<Value>* values) const {
    std::vector<Value> typed;
    for (const std::string& part : splitAtCommas(text)) {
      typed.emplace_back();
      const std::string wanted = TypeField{part}(&typed.back());
      if (!wanted.empty()) return wanted + ", or several with commas between";
    }
    *values = std::move(typed);
    return {};
  }
};

/// Words whose capitals a label keeps.
std::string labelWord(std::string word) {
  static const std::map<std::string, std::string, std::less<>> kSpelt{
      {"usd", "USD"}, {"flop", "FLOP"}, {"ttft", "TTFT"}, {"tpot", "TPOT"},
      {"mfu", "MFU"}, {"kv", "KV"},     {"n", "N"},       {"zero", "ZeRO stage"}};
  const auto found = kSpelt.find(word);
  return found == kSpelt.end() ? word : found->second;
}

}  // namespace

std::string fieldLabel(std::string_view key) {
  std::string unit;
  if (key.ends_with("_s")) {
    unit = " (s)";
    key.remove_suffix(2);
  }
  std::string label;
  while (!key.empty()) {
    const std::size_t end = std::min(key.find('_'), key.size());
    label += (label.empty() ? "" : " ") + labelWord(std::string(key.substr(0, end)));
    key.remove_prefix(std::min(end + 1, key.size()));
  }
  if (!label.empty() && label[0] >= 'a' && label[0] <= 'z')
    label[0] = static_cast<char>(label[0] - 'a' + 'A');
  return label + unit;
}

std::string fieldText(const FieldPlace& place) {
  return std::visit([](const auto* value) { return ShowField{}(value); }, place);
}

std::string typeField(const FieldPlace& place, std::string_view text) {
  return std::visit([&](auto* value) { return TypeField{trimmed(text)}(value); }, place);
}

}  // namespace moe
