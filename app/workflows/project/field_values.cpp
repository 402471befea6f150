#include "app/workflows/project/field_values.h"

#include <climits>
#include <cmath>
#include <type_traits>

#include "app/workflows/project/project_paths.h"

namespace moe {
namespace {

using Taken = std::optional<std::string>;  // what is wanted instead; nothing when it was taken

Taken takeField(const toml::node& node, bool& value) {
  const auto found = node.value_exact<bool>();
  if (!found) return "true or false";
  value = *found;
  return std::nullopt;
}

Taken takeField(const toml::node& node, int& value) {
  const auto found = node.value_exact<std::int64_t>();
  if (!found || *found < 0 || *found > INT_MAX) return "a whole number from 0";
  value = static_cast<int>(*found);
  return std::nullopt;
}

/// A count may be written as 1e3.
Taken takeField(const toml::node& node, std::size_t& value) {
  const auto found = node.is_number() ? node.value<double>() : std::nullopt;
  constexpr double kMost = 1e15;
  if (!found || !(*found >= 0 && *found <= kMost) || *found != std::floor(*found))
    return "a whole number from 0";
  value = static_cast<std::size_t>(*found);
  return std::nullopt;
}

Taken takeField(const toml::node& node, double& value) {
  const auto found = node.is_number() ? node.value<double>() : std::nullopt;
  if (!found || !std::isfinite(*found)) return "a number";
  value = *found;
  return std::nullopt;
}

Taken takeField(const toml::node& node, std::string& value) {
  const auto found = node.value_exact<std::string>();
  if (!found) return "text in quotes";
  value = *found;
  return std::nullopt;
}

Taken takeField(const toml::node& node, Precision& value) {
  const auto found = precisionOf(node.value_exact<std::string>().value_or(""), "");
  if (!found) return "one of \"bf16\", \"fp8\", \"fp4\", \"int8\", \"int4\"";
  value = *found;
  return std::nullopt;
}

Taken takeField(const toml::node& node, Recompute& value) {
  const auto found = recomputeOf(node.value_exact<std::string>().value_or(""), "");
  if (!found) return "one of \"none\", \"selective\", \"full\"";
  value = *found;
  return std::nullopt;
}

template <class Value>
Taken takeField(const toml::node& node, std::optional<Value>& value) {
  Value found{};
  if (auto wanted = takeField(node, found)) return wanted;
  value = found;
  return std::nullopt;
}

/// A single value stands for a list of one.
template <class Value>
Taken takeField(const toml::node& node, std::vector<Value>& values) {
  std::vector<Value> found;
  const auto take = [&](const toml::node& item) -> Taken {
    Value value{};
    auto wanted = takeField(item, value);
    if (!wanted) found.push_back(std::move(value));
    return wanted;
  };
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& item : *list)
      if (auto wanted = take(item)) return "a list of which each is " + *wanted;
  } else if (auto wanted = take(node)) {
    return *wanted + ", or a list of these";
  }
  values = std::move(found);
  return std::nullopt;
}

void seenFromHere(std::string& text, PathKind path, const std::filesystem::path& folder) {
  if (isPath(path, text)) text = pathFromProject(folder, text);
}

void resolvePaths(const FieldPlace& place, PathKind path, const std::filesystem::path& folder) {
  if (auto* text = std::get_if<std::string*>(&place)) seenFromHere(**text, path, folder);
  if (auto* texts = std::get_if<std::vector<std::string>*>(&place))
    for (std::string& text : **texts) seenFromHere(text, path, folder);
}

}  // namespace

std::optional<std::string> readField(const toml::node& node, const FieldPlace& place, PathKind path,
                                     const std::filesystem::path& folder) {
  auto wanted = std::visit([&](auto* value) { return takeField(node, *value); }, place);
  if (!wanted) resolvePaths(place, path, folder);
  return wanted;
}

}  // namespace moe
