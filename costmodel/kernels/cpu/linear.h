#pragma once

#include <span>
#include <vector>

#include "costmodel/kernels/cpu/chunked_product.h"
#include "costmodel/kernels/cpu/cpu_context.h"
#include "costmodel/kernels/cpu/thread_team.h"

namespace moe {

/// Rows of floats at equal distances. Buffers for a Linear hold `paddedRows` rows.
struct RowBuffer {
  float* data = nullptr;
  int stride = 0;
  float* row(std::size_t i) const { return data + i * stride; }
};

/// One weight matrix [k, n] with its products, for any number of rows up to `max_rows`.
class Linear {
 public:
  Linear(const CpuContext& context, int k, int n, bool bf16, int max_rows);

  int inStride() const { return layout_.k; }
  int outStride() const { return layout_.n; }
  /// Rows that in and out buffers need for max_rows.
  static int paddedRows(int max_rows) { return roundUp(max_rows, 16) + 16; }

  std::size_t weightBytes() const { return layout_.bytes(); }
  void pack(std::span<const float> weights, void* packed) const;
  float weight(const void* packed, int k, int column) const {
    return packedElement(layout_, packed, k, column);
  }

  bool prepare(int rows);
  /// x [rows, inStride()], zero beyond k; out [rows, outStride()].
  void run(ThreadTeam& team, int rows, const RowBuffer& x, const void* packed,
           const RowBuffer& out);

 private:
  void stream(ThreadTeam& team, int rows, const RowBuffer& x, const void* packed,
              const RowBuffer& out) const;
  void multiply(ThreadTeam& team, int rows, const void* x, const void* packed,
                const RowBuffer& out) const;

  CpuContext context_;
  int k_, n_;
  WeightLayout layout_;
  ChunkedProduct product_;
  static constexpr std::size_t kSums = kMostBlockRows * ChunkedProduct::kChunk;  ///< of a worker
  HugeBuffer sums_;
  HugeBuffer rounded_;  ///< x in bf16
};

}  // namespace moe
