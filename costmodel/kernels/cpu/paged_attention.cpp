#include "costmodel/kernels/cpu/paged_attention.h"

#include <algorithm>
#include <cmath>

namespace moe {

PagedAttention::PagedAttention(const CpuContext& context, const AttentionShape& shape,
                               int max_batch, int pages)
    : context_(context),
      shape_(shape),
      stride_(roundUp(shape.head_dim, 16)),
      scratch_(sizeof(float) * context.workers * kRows * (2 * stride_ + kKvPageTokens)),
      states_(std::size_t(context.workers) * kRows) {
  const std::size_t parts = pages / kPartPages + std::size_t(max_batch);
  part_out_ = HugeBuffer(sizeof(float) * parts * shape.heads * stride_);
  part_state_.resize(parts * shape.heads);
}

PagedAttention::Sums PagedAttention::sumsOf(int worker) const {
  Sums sums;
  sums.q = scratch_.as<float>() +
           static_cast<std::size_t>(worker) * kRows * (2 * stride_ + kKvPageTokens);
  sums.out = sums.q + kRows * stride_;
  sums.scores = sums.out + kRows * stride_;
  sums.state = const_cast<SoftmaxState*>(states_.data()) + static_cast<std::size_t>(worker) * kRows;
  return sums;
}

void PagedAttention::attend(const KvCache& cache, const Rows& rows, int first_page, int end_page,
                            const Sums& sums) const {
  const float scale = 1 / std::sqrt(static_cast<float>(shape_.head_dim));
  for (int i = 0; i < rows.count; ++i) {
    std::copy_n(rows.q[i], shape_.head_dim, sums.q + i * stride_);
    context_.simd->scale(sums.q + i * stride_, shape_.head_dim, scale);
    std::fill_n(sums.out + i * stride_, stride_, 0.0F);
    sums.state[i] = {-INFINITY, 0};
  }
  for (int page = first_page; page < end_page; ++page) attendPage(cache, rows, page, sums);
}

void PagedAttention::attendPage(const KvCache& cache, const Rows& rows, int page,
                                const Sums& sums) const {
  const int before = page * kKvPageTokens;
  int first = 0;
  while (first < rows.count && rows.visible[first] <= before) ++first;
  if (first == rows.count) return;
  const float* x[kRows];
  float* out[kRows];
  for (int i = first; i < rows.count; ++i) {
    x[i] = sums.q + i * stride_;
    out[i] = sums.scores + i * kKvPageTokens;
  }
  const int visible = std::min(kKvPageTokens, rows.visible[rows.count - 1] - before);
  const auto product = cache.bf16() ? context_.simd->product_bf16 : context_.simd->product_f32;
  product({x + first, out + first, rows.count - first},
          cache.keys(rows.sequence, page, rows.kv_head, visible), false);
  for (int i = first; i < rows.count; ++i) {
    const int seen = std::min(kKvPageTokens, rows.visible[i] - before);
    const float factor = context_.simd->softmax_page(out[i], seen, sums.state[i]);
    if (factor != 1) context_.simd->scale(sums.out + i * stride_, stride_, factor);
  }
  addValues(cache, rows, first, page, sums);
}

void PagedAttention::addValues(const KvCache& cache, const Rows& rows, int first_row, int page,
                               const Sums& sums) const {
  const float* x[kRows];
  float* out[kRows];
  for (int i = first_row; i < rows.count; ++i) {
    x[i] = sums.scores + i * kKvPageTokens;
    out[i] = sums.out + i * stride_;
  }
  const int before = page * kKvPageTokens;
  const auto product = cache.bf16() ? context_.simd->product_bf16 : context_.simd->product_f32;
  const bool together = cache.finite(rows.sequence, page);
  for (int i = first_row; i < rows.count;) {
    const int end = together ? rows.count : i + 1;
    const int visible = std::min(kKvPageTokens, rows.visible[end - 1] - before);
    product({x + i, out + i, end - i}, cache.values(rows.sequence, page, rows.kv_head, visible),
            true);
    i = end;
  }
}

void PagedAttention::decode(ThreadTeam& team, const KvCache& cache, const RowBuffer& q,
                            const RowBuffer& out) {
  const int pages = static_cast<int>(kvPages(1, cache.tokens()));
  const int parts = (pages + kPartPages - 1) / kPartPages;
  team.forEach(cache.batch() * shape_.kv_heads * parts,
               [&](int unit, int worker) { decodePart(cache, q, unit, parts, worker); });
  team.forEach(cache.batch(), [&](int sequence, int) {
    for (int head = 0; head < shape_.heads; ++head) {
      mergeParts(out, sequence, head, parts);
    }
  });
}

void PagedAttention::decodePart(const KvCache& cache, const RowBuffer& q, int unit, int parts,
                                int worker) {
  const int group = shape_.heads / shape_.kv_heads;
  const int part = unit % parts;
  Rows rows;
  rows.kv_head = unit / parts % shape_.kv_heads;
  rows.sequence = unit / parts / shape_.kv_heads;
  rows.count = group;
  for (int i = 0; i < group; ++i) {
    rows.q[i] =
        q.row(rows.sequence) + static_cast<std::size_t>(rows.kv_head * group + i) * shape_.head_dim;
    rows.visible[i] = cache.tokens();
  }
  const Sums sums = sumsOf(worker);
  const int pages = static_cast<int>(kvPages(1, cache.tokens()));
  attend(cache, rows, part * kPartPages, std::min(pages, (part + 1) * kPartPages), sums);
  for (int i = 0; i < group; ++i) {
    const std::size_t head =
        static_cast<std::size_t>(rows.sequence) * shape_.heads + rows.kv_head * group + i;
    std::copy_n(sums.out + i * stride_, stride_,
                part_out_.as<float>() + (head * parts + part) * stride_);
    part_state_[head * parts + part] = sums.state[i];
  }
}

void PagedAttention::mergeParts(const RowBuffer& out, int sequence, int head, int parts) const {
  const std::size_t first = (static_cast<std::size_t>(sequence) * shape_.heads + head) * parts;
  float largest = part_state_[first].largest;
  for (int part = 1; part < parts; ++part) {
    largest = std::max(largest, part_state_[first + part].largest);
  }
  float sum = 0;
  for (int part = 0; part < parts; ++part) {
    const SoftmaxState& state = part_state_[first + part];
    sum += state.sum * std::exp(state.largest - largest);
  }
  float* to = out.row(sequence) + static_cast<std::size_t>(head) * shape_.head_dim;
  std::fill_n(to, shape_.head_dim, 0.0F);
  for (int part = 0; part < parts; ++part) {
    const float weight = std::exp(part_state_[first + part].largest - largest) / sum;
    const float* from = part_out_.as<float>() + (first + part) * stride_;
    for (int d = 0; d < shape_.head_dim; ++d) to[d] += weight * from[d];
  }
}

void PagedAttention::prefill(ThreadTeam& team, const KvCache& cache, const RowBuffer& q,
                             const RowBuffer& out) {
  const int blocks = (cache.tokens() + kRows - 1) / kRows;
  team.forEach(cache.batch() * shape_.heads * blocks,
               [&](int unit, int worker) { prefillBlock(cache, q, out, unit, blocks, worker); });
}

void PagedAttention::prefillBlock(const KvCache& cache, const RowBuffer& q, const RowBuffer& out,
                                  int unit, int blocks, int worker) {
  const int streams = cache.batch() * shape_.heads;
  const int head = unit % streams % shape_.heads;
  const int begin = (blocks - 1 - unit / streams) * kRows;  // the longest first
  Rows rows;
  rows.sequence = unit % streams / shape_.heads;
  rows.kv_head = head / (shape_.heads / shape_.kv_heads);
  rows.count = std::min(kRows, cache.tokens() - begin);
  const std::size_t at = static_cast<std::size_t>(head) * shape_.head_dim;
  const std::size_t first = static_cast<std::size_t>(rows.sequence) * cache.tokens() + begin;
  for (int i = 0; i < rows.count; ++i) {
    rows.q[i] = q.row(first + i) + at;
    rows.visible[i] = begin + i + 1;
  }
  const Sums sums = sumsOf(worker);
  attend(cache, rows, 0, static_cast<int>(kvPages(1, begin + rows.count)), sums);
  for (int i = 0; i < rows.count; ++i) {
    float* to = out.row(first + i) + at;
    for (int d = 0; d < shape_.head_dim; ++d) {
      to[d] = sums.out[i * stride_ + d] / sums.state[i].sum;
    }
  }
}

double attentionFlop(const AttentionShape& shape, double queries_times_keys) {
  return 4.0 * shape.heads * shape.head_dim * queries_times_keys;
}

}  // namespace moe
