#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/error.h"

namespace moe {

/// Measured times of one operator on one accelerator. A row is a shape, its columns are values of
/// one axis (tokens, context length). In a file (CSV):
///
///     # microseconds of one call; columns: values of m
///     dtype,n,k,1,2,4,8
///     bf16,4096,4096,9.1,9.1,9.2,9.4
///
/// The header's first column that is a number begins the axis, which must rise. An empty cell was
/// not measured.
struct KernelTable {
  struct Row {
    std::vector<std::string_view> shape;  ///< text of each key, inside `text`
    std::vector<double> seconds;          ///< of each value of the axis; NaN: not measured
    std::size_t line = 0;
  };

  std::string where;
  std::vector<std::string> keys;
  std::vector<double> axis;
  std::vector<Row> rows;
  std::shared_ptr<const std::string> text;  ///< what `shape` points into

  /// The key as a positive number. Its place in `keys`, not in the file.
  double number(const Row& row, std::size_t key) const;
};

/// Reads the text of such a file. `keys` are the columns that must stand before the axis, in this
/// order; `numbers` how many of the last of them hold numbers. Errors (kInput) name file, line and
/// value: a missing column, an axis that does not rise, a time or a size that is not positive (of
/// the keys only a skew may be 0), a row without any time, the same shape twice.
Result<KernelTable> parseKernelTable(std::string text, const std::string& where,
                                     const std::vector<std::string>& keys, std::size_t numbers);

}  // namespace moe
