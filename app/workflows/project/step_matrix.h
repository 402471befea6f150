#pragma once

// Internal to app/workflows/project: it shows toml++.

#include <toml++/toml.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/workflows/project/project_reading.h"

namespace moe {

/// One value that a key takes in a matrix, and what the step is called after it.
struct MatrixValue {
  std::string name;
  const toml::node* node = nullptr;
  std::optional<std::string> text = {};  ///< instead of the node's: a name that a pattern stood for
};

/// A key with its values.
struct MatrixKey {
  std::string key;
  std::vector<MatrixValue> values;
};

/// What one step of a matrix takes: a value of each key.
struct MatrixCell {
  std::string name;  ///< "clark-chinchilla"
  std::vector<std::pair<std::string_view, const MatrixValue*>> values;
};

/// The names that a '*' in a text of this key may stand for: those of the runs for "runs".
using NamesOfKey = std::function<std::vector<std::string>(std::string_view key)>;

/// A matrix holds at most so many steps.
inline constexpr std::size_t kMostMatrixSteps = 10000;

/// The matrix of a table, `each = {KEY = [VALUE, ...], ...}` or `{KEY = {NAME = VALUE, ...}}`, keys
/// in the order of the file; empty where the table has none. Rejected: what is no such table, a key
/// without values, a key that the table has too, two values of one name, a pattern that nothing
/// matches, more than kMostMatrixSteps combinations.
std::vector<MatrixKey> readMatrix(ProjectReading& reading, const toml::table& table,
                                  const NamesOfKey& names);

/// Every combination, the last key changing fastest; one without values for no keys. It refers to
/// `keys`.
std::vector<MatrixCell> matrixCells(const std::vector<MatrixKey>& keys);

}  // namespace moe
