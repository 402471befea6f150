#pragma once

#include <optional>
#include <string_view>

#include "data/logs/text/line_values.h"

namespace moe {

/// The entries of a dictionary on one line, of Python or JSON: {'loss': 2.3, "lr": "1e-05"}. Texts
/// in single or double quotes; numbers plain, as text or inside of tensor(...), float64(...).
/// Nested dictionaries and lists are passed over.
class FlatDict {
 public:
  struct Entry {
    std::string_view key;
    std::string_view value;  ///< without quotes
  };

  /// `text` begins at '{'.
  explicit FlatDict(std::string_view text) : rest_(text.substr(1)) {}

  /// None at the end or where it is no dictionary any more.
  std::optional<Entry> next();

  /// All of it was read, up to the '}'.
  bool closed() const { return closed_; }

  /// What stands behind the '}'.
  std::string_view rest() const { return rest_; }

 private:
  std::optional<std::string_view> quoted();
  std::string_view bare();

  std::string_view rest_;
  bool closed_ = false;
};

}  // namespace moe
