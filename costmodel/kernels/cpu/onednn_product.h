#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "costmodel/kernels/cpu/huge_buffer.h"
#include "costmodel/kernels/cpu/packed_matrix.h"

namespace moe {

/// Row-major [rows, k] x weights -> row-major [rows, columns] in f32. x has the precision of the
/// weights; `columns` of the weights are used from any panel on. Rows lie one behind the other:
/// with a larger distance between them oneDNN 2.6 falls to its reference implementation.
struct ProductPlan {
  WeightLayout weights;
  int columns = 0;
};

/// Rows that oneDNN is asked for, at most: cut the rows of a larger product into blocks.
inline constexpr int kMostBlockRows = 256;

/// The next larger number of rows that a primitive is made for: buffers hold that many. Every new
/// number costs 0.1 to 0.7 ms once; at most 28 exist, with 2 % to 5 % of padded rows.
constexpr int preparedRows(int rows) {
  return roundUp(rows, rows <= 64 ? 4 : rows <= 128 ? 8 : 16);
}

/// Products of one plan by oneDNN, single-threaded, one primitive per number of rows, each with a
/// scratchpad per worker: with the library's own, results are wrong on several threads.
class OnednnProduct {
 public:
  OnednnProduct(const ProductPlan& plan, int workers);
  ~OnednnProduct();
  OnednnProduct(OnednnProduct&&) noexcept;

  /// Makes what `run` needs for `rows`; true when it was not there. Not while anything runs. Throws
  /// OnednnRefusal or std::bad_alloc (guarded.h), as `run` does.
  bool prepare(int rows);
  /// Computes preparedRows(rows) rows. Call from one thread per worker at a time.
  void run(int worker, int rows, const void* x, const void* weights, float* out) const;

 private:
  struct Primitive;
  ProductPlan plan_;
  int workers_;
  std::array<std::unique_ptr<Primitive>, kMostBlockRows / 4 + 1> by_rows_;
};

}  // namespace moe
