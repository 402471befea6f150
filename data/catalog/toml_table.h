#pragma once

// Internal: only the .cpp files of data/catalog include this header; it shows toml++.

#include <toml++/toml.h>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/error.h"

namespace moe::catalog {

/// The parsed document; an error names file and line. Bytes outside ASCII are refused outside
/// strings and comments before toml++ sees them: 3.3 has undefined behaviour on such bare keys.
Result<toml::table> parseToml(std::string_view text, const std::string& file);

/// Reads the keys of one table and remembers the first thing that was wrong. What a file says and
/// we do not read is an error too: most likely a typing mistake.
class FieldReader {
 public:
  FieldReader(const toml::table& table, std::string where)
      : table_(table), where_(std::move(where)) {}

  /// Empty when absent; a required text must not be empty.
  std::string text(std::string_view key, bool required = false);
  std::vector<std::string> texts(std::string_view key);
  bool flag(std::string_view key);
  /// A whole number from 0; 0 when absent.
  int count(std::string_view key, bool required = false);
  /// A number above 0.
  std::optional<double> positive(std::string_view key, bool required = false);
  /// A number from 0; 0 when absent.
  double notNegative(std::string_view key);
  std::vector<double> numbers(std::string_view key);
  const toml::table* subtable(std::string_view key);

  void reject(std::string_view key, std::string message);
  /// The first error, or one about keys that nobody asked for.
  std::optional<Error> finish();
  const std::string& where() const { return where_; }

 private:
  const toml::node* find(std::string_view key, bool required);

  const toml::table& table_;
  std::string where_;
  std::vector<std::string> asked_;
  std::optional<Error> error_;
};

/// "file:line" of a table.
std::string placeOf(const toml::table& table, const std::string& file);

/// The entries of [[kind]], each read by `read`; anything else at the top is refused.
template <class Entry, class Read>
Result<std::vector<Entry>> entriesOf(const toml::table& document, std::string_view kind,
                                     const std::string& file, Read read) {
  std::vector<Entry> entries;
  for (const auto& [key, node] : document) {
    const toml::array* list = node.as_array();
    if (key.str() != kind || !list || !list->is_homogeneous(toml::node_type::table))
      return fail(ErrorKind::kInput, file,
                  "'" + std::string(key.str()) + "' is not expected here; this file holds [[" +
                      std::string(kind) + "]] entries");
    for (const toml::node& item : *list) {
      auto entry = read(*item.as_table(), file);
      if (!entry) return tl::unexpected(entry.error());
      entries.push_back(*std::move(entry));
    }
  }
  return entries;
}

}  // namespace moe::catalog
