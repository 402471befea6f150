#pragma once

#include <vector>

#include "costmodel/kernels/cpu/cpu_context.h"
#include "costmodel/kernels/cpu/kv_cache.h"
#include "costmodel/kernels/cpu/linear.h"
#include "costmodel/kernels/cpu/thread_team.h"

namespace moe {

/// softmax(q k / sqrt(head_dim)) v over the pages of a cache, in f32 with a running softmax. The
/// query heads of one KV head (decode) or 64 queries of one head (prefill) go through a page
/// together. Long contexts are divided into parts of 1024 tokens whose results are merged in order.
class PagedAttention {
 public:
  /// At most `max_batch` sequences over `pages` pages in all.
  PagedAttention(const CpuContext& context, const AttentionShape& shape, int max_batch, int pages);

  /// One query per sequence of the cache, at its last token: rows [heads, head_dim] of q and out.
  void decode(ThreadTeam& team, const KvCache& cache, const RowBuffer& q, const RowBuffer& out);
  /// Queries for all tokens of every sequence, row sequence * tokens + position, causal.
  void prefill(ThreadTeam& team, const KvCache& cache, const RowBuffer& q, const RowBuffer& out);

 private:
  static constexpr int kRows = 64;
  static constexpr int kPartPages = 16;
  struct Rows {
    int sequence = 0;
    int kv_head = 0;
    int count = 0;
    const float* q[kRows];
    int visible[kRows];  ///< keys that the query sees, ascending
  };
  struct Sums {
    float* q = nullptr;       ///< [rows, stride], scaled
    float* scores = nullptr;  ///< [rows, 64]
    float* out = nullptr;     ///< [rows, stride]
    SoftmaxState* state = nullptr;
  };
  Sums sumsOf(int worker) const;
  void attend(const KvCache& cache, const Rows& rows, int first_page, int end_page,
              const Sums& sums) const;
  void attendPage(const KvCache& cache, const Rows& rows, int page, const Sums& sums) const;
  void addValues(const KvCache& cache, const Rows& rows, int first_row, int page,
                 const Sums& sums) const;
  void decodePart(const KvCache& cache, const RowBuffer& q, int unit, int parts, int worker);
  void mergeParts(const RowBuffer& out, int sequence, int head, int parts) const;
  void prefillBlock(const KvCache& cache, const RowBuffer& q, const RowBuffer& out, int unit,
                    int blocks, int worker);

  CpuContext context_;
  AttentionShape shape_;
  int stride_;
  HugeBuffer scratch_, part_out_;
  std::vector<SoftmaxState> states_, part_state_;
};

/// FLOP of attention alone: 4 per query, key it sees, and element of a head.
double attentionFlop(const AttentionShape& shape, double queries_times_keys);

}  // namespace moe
