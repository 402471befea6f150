#pragma once

// Internal to app/workflows/project: it shows toml++.

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/workflows/project/field_values.h"
#include "app/workflows/project/question_fields.h"
#include "data/error.h"
#include "data/nearest_name.h"

namespace moe {

/// The key of a step's table that makes several steps of it.
inline constexpr std::string_view kMatrixKey = "each";

/// The project's file while it is read; keeps the first thing that was wrong.
struct ProjectReading {
  std::string file;
  std::filesystem::path folder;
  std::optional<Error> error = {};

  void reject(const toml::node& node, std::string message) {
    if (error) return;
    error = Error{ErrorKind::kInput, fmt::format("{}:{}", file, node.source().begin.line),
                  std::move(message)};
  }

  void rejectKey(const toml::node& node, std::string_view key, std::span<const std::string> known) {
    reject(node, fmt::format("'{}' is not a key here; {}", key, didYouMean(key, known)));
  }

  /// The value of one key that was found.
  void takeNode(const toml::node& node, std::string_view key, FieldPlace place,
                PathKind path = PathKind::kNone) {
    if (const auto wanted = readField(node, place, path, folder))
      reject(node, fmt::format("{} must be {}", key, *wanted));
  }

  /// One own key of a table, beside the fields of its question.
  void take(const toml::table& table, std::string_view key, FieldPlace place,
            PathKind path = PathKind::kNone) {
    if (const toml::node* node = table.get(key)) takeNode(*node, key, place, path);
  }

  /// One field of a question; `own` are the table's other keys, for the suggestion.
  template <class Question>
  void takeField(const toml::node& node, std::string_view key, Question& question,
                 std::initializer_list<std::string_view> own) {
    const auto fields = fieldsOf(&question);
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.key == key; });
    if (field != fields.end()) return takeNode(node, key, field->place(question), field->path);
    std::vector<std::string> known(own.begin(), own.end());
    for (const auto& other : fields) known.emplace_back(other.key);
    rejectKey(node, key, known);
  }

  /// All keys of a table: the fields of a question, and own keys and the matrix, which are read
  /// elsewhere.
  template <class Question>
  void takeAll(const toml::table& table, Question& question,
               std::initializer_list<std::string_view> own) {
    for (const auto& [key, node] : table) {
      const bool elsewhere =
          key.str() == kMatrixKey || std::find(own.begin(), own.end(), key.str()) != own.end();
      if (!elsewhere) takeField(node, key.str(), question, own);
    }
  }
};

}  // namespace moe
