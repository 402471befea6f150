#pragma once

#include <algorithm>

#include "costmodel/kernels/cpu/onednn_product.h"

namespace moe {

/// The columns of a packed matrix in chunks that are computed one by one: small enough to divide
/// among threads and to stay in the L2 cache. The weights of a chunk are asked for before it is
/// computed: oneDNN itself takes them from memory line by line.
class ChunkedProduct {
 public:
  static constexpr int kMostColumns = 512;

  /// The last chunk has what is left of the columns.
  ChunkedProduct(const WeightLayout& layout, int workers)
      : layout_(layout),
        chunk_(layout.bf16 ? kMostColumns : kMostColumns / 4),
        whole_({layout, chunk_}, workers),
        tail_({layout, layout.n % chunk_}, workers) {}

  /// Columns of all chunks but the last.
  int chunk() const { return chunk_; }
  int chunks() const { return (layout_.n + chunk_ - 1) / chunk_; }
  int columns(int chunk) const { return std::min(chunk_, layout_.n - chunk * chunk_); }

  bool prepare(int rows) {
    bool made = false;
    if (layout_.n >= chunk_) made = whole_.prepare(rows);
    if (layout_.n % chunk_ != 0) made = tail_.prepare(rows) || made;
    return made;
  }
  /// x [rows, k] and out [rows, columns(chunk)], without gaps, for preparedRows(rows) rows.
  void run(int worker, int rows, const void* x, const void* weights, int chunk, float* out) const {
    const OnednnProduct& product = columns(chunk) == chunk_ ? whole_ : tail_;
    const char* base =
        static_cast<const char*>(weights) + layout_.panelOffset(chunk * chunk_ / kPanel);
    if (layout_.panels) fetch(base, layout_.panelOffset(columns(chunk) / kPanel));
    product.run(worker, rows, x, base, out);
  }

 private:
  static void fetch(const char* from, std::size_t bytes) {
    for (std::size_t at = 0; at < bytes; at += 64) __builtin_prefetch(from + at, 0, 2);
  }

  WeightLayout layout_;
  int chunk_;
  OnednnProduct whole_;
  OnednnProduct tail_;
};

}  // namespace moe
