#pragma once

#include <vector>

#include "costmodel/kernels/cpu/chunked_product.h"
#include "costmodel/kernels/cpu/cpu_context.h"

namespace moe {

/// The FFN of experts of one width, without their weights, in two ways:
///
///     stream    few rows: panels of 64 columns through our own product, to be divided among
///               threads; between the two halves all panels of h must be there
///     block     more rows on one thread: in f32 panel by panel as well; in bf16, and without
///               AVX-512, gathered, then oneDNN chunk by chunk, gate and up in one product
///
/// Weights of an expert: up [hidden, ffn] with gate interleaved, each chunk holding the gate and
/// then the up columns of the same part of h; down [ffn, hidden] behind it.
class ExpertFfn {
 public:
  ExpertFfn(const CpuContext& context, int hidden, int ffn, Activation activation, bool bf16);

  std::size_t expertBytes() const { return up_.bytes() + down_.bytes(); }
  void pack(const ExpertWeights& weights, void* packed) const;

  int hiddenStride() const { return down_.n; }
  int ffnStride() const { return down_.k; }
  int upPanels() const { return down_.k / kPanel; }
  int downPanels() const { return down_.n / kPanel; }
  bool streams(int rows) const { return rows <= context_.mostStreamedRows(bf16_); }
  int mostBlockRows() const { return context_.mostBlockRows(bf16_); }

  /// x and h: pointers to `rows` rows; h has ffnStride() columns, y hiddenStride().
  void streamUp(const float* const* x, int rows, const void* packed, int panel,
                float* const* h) const;
  void streamDown(const float* const* h, int rows, const void* packed, int panel,
                  float* const* y) const;

  bool prepare(int rows);
  void block(int worker, const float* const* x, int rows, const void* packed, float* const* y);

 private:
  struct Scratch {
    HugeBuffer x, sums, h;
  };
  int halfChunk(int chunk) const { return up_product_.columns(chunk) / (gated_ ? 2 : 1); }
  void ownBlock(const Scratch& scratch, const float* const* x, int rows, const void* packed,
                float* const* y) const;
  void gather(const float* const* x, int rows, void* to) const;
  void activateRows(int rows, int chunk, const float* up, void* h) const;

  CpuContext context_;
  int hidden_, ffn_;
  Activation activation_;
  bool bf16_, gated_;
  WeightLayout up_, down_;
  ChunkedProduct up_product_, down_product_;
  std::vector<Scratch> scratch_;
};

}  // namespace moe
