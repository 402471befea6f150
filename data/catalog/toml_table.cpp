#include "data/catalog/toml_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <cmath>

#include "data/nearest_name.h"
#include "data/toml_text.h"

namespace moe::catalog {

Result<toml::table> parseToml(std::string_view text, const std::string& file) {
  const auto plain = plainToml(text, file);
  if (!plain) return tl::unexpected(plain.error());
  try {
    return toml::parse(*plain, file);
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::kInput, fmt::format("{}:{}", file, error.source().begin.line),
                std::string(error.description()));
  }
}

std::string placeOf(const toml::table& table, const std::string& file) {
  return fmt::format("{}:{}", file, table.source().begin.line);
}

const toml::node* FieldReader::find(std::string_view key, bool required) {
  asked_.emplace_back(key);
  const toml::node* node = table_.get(key);
  if (!node && required) reject(key, "is missing");
  return node;
}

void FieldReader::reject(std::string_view key, std::string message) {
  if (!error_) error_ = Error{ErrorKind::kInput, where_, fmt::format("{} {}", key, message)};
}

std::string FieldReader::text(std::string_view key, bool required) {
  const toml::node* node = find(key, required);
  if (!node) return {};
  if (const auto value = node->value_exact<std::string>()) {
    if (required && value->empty()) reject(key, "is empty");
    return *value;
  }
  reject(key, "must be text in quotes");
  return {};
}

std::vector<std::string> FieldReader::texts(std::string_view key) {
  std::vector<std::string> values;
  const toml::node* node = find(key, false);
  if (!node) return values;
  if (!node->is_array()) reject(key, "must be a list of texts");
  if (const toml::array* list = node->as_array()) {
    for (const toml::node& item : *list) {
      const auto value = item.value_exact<std::string>();
      if (!value) reject(key, "must be a list of texts");
      values.push_back(value.value_or(""));
    }
  }
  return values;
}

bool FieldReader::flag(std::string_view key) {
  const toml::node* node = find(key, false);
  if (!node) return false;
  if (const auto value = node->value_exact<bool>()) return *value;
  reject(key, "must be true or false");
  return false;
}

int FieldReader::count(std::string_view key, bool required) {
  const toml::node* node = find(key, required);
  if (!node) return 0;
  const auto value = node->value_exact<std::int64_t>();
  if (value && *value >= 0 && *value <= INT_MAX) return static_cast<int>(*value);
  reject(key, "must be a whole number from 0");
  return 0;
}

std::optional<double> FieldReader::positive(std::string_view key, bool required) {
  const toml::node* node = find(key, required);
  if (!node) return std::nullopt;
  const auto value = node->value<double>();
  if (value && std::isfinite(*value) && *value > 0) return value;
  reject(key, "must be a number above 0");
  return std::nullopt;
}

double FieldReader::notNegative(std::string_view key) {
  const toml::node* node = find(key, false);
  if (!node) return 0;
  const auto value = node->value<double>();
  if (value && std::isfinite(*value) && *value >= 0) return *value;
  reject(key, "must be a number from 0");
  return 0;
}

std::vector<double> FieldReader::numbers(std::string_view key) {
  std::vector<double> values;
  const toml::node* node = find(key, false);
  if (!node) return values;
  if (!node->is_array()) reject(key, "must be a list of numbers");
  if (const toml::array* list = node->as_array()) {
    for (const toml::node& item : *list) {
      const auto value = item.value<double>();
      if (!value) reject(key, "must be a list of numbers");
      values.push_back(value.value_or(0));
    }
  }
  return values;
}

const toml::table* FieldReader::subtable(std::string_view key) {
  const toml::node* node = find(key, false);
  if (node && !node->is_table()) reject(key, "must be a table");
  return node ? node->as_table() : nullptr;
}

std::optional<Error> FieldReader::finish() {
  for (const auto& [key, node] : table_) {
    const bool known = std::find(asked_.begin(), asked_.end(), key.str()) != asked_.end();
    if (known) continue;
    const auto nearest = nearestNames(key.str(), asked_, 1);
    reject(key.str(), fmt::format("is not a key of this table; did you mean {}?",
                                  nearest.empty() ? "another" : nearest.front()));
  }
  return error_;
}

}  // namespace moe::catalog
