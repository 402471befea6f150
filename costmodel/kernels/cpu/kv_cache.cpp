#include "costmodel/kernels/cpu/kv_cache.h"

#include <bit>
#include <cmath>

namespace moe {
namespace {

template <class Element>
std::vector<float> elementsOf(const KvCache& cache, Element element) {
  const AttentionShape& shape = cache.shape();
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(cache.tokens()) * shape.kv_heads * shape.head_dim);
  for (int t = 0; t < cache.tokens(); ++t)
    for (int head = 0; head < shape.kv_heads; ++head)
      for (int d = 0; d < shape.head_dim; ++d) values.push_back(element(t, head, d));
  return values;
}

}  // namespace

KvCache::KvCache(const AttentionShape& shape, bool bf16, int pages)
    : shape_(shape),
      bf16_(bf16),
      pages_(pages),
      stride_(roundUp(shape.head_dim, 16)),
      finite_(pages, 1),
      space_(std::size_t(pages) * shape.kv_heads * 2 * halfBytes()) {
  start(0);
}

void KvCache::start(int batch) {
  tokens_ = 0;
  sequences_.assign(batch, {});
  for (std::vector<int>& pages : sequences_) pages.reserve(pages_ / batch + 1);
  free_.clear();
  for (int page = pages_; page > 0; --page) free_.push_back(page - 1);
}

bool KvCache::grow(int more) {
  const std::int64_t needed = kvPages(batch(), tokens_ + more) - kvPages(batch(), tokens_);
  if (needed > static_cast<std::int64_t>(free_.size())) return false;
  tokens_ += more;
  const std::size_t each = kvPages(1, tokens_);
  for (std::vector<int>& pages : sequences_) {
    while (pages.size() < each) {
      pages.push_back(free_.back());
      finite_[free_.back()] = 1;
      free_.pop_back();
    }
  }
  return true;
}

void KvCache::shrink(int fewer) {
  tokens_ -= fewer;
  const std::size_t each = kvPages(1, tokens_);
  for (std::vector<int>& pages : sequences_) {
    for (; pages.size() > each; pages.pop_back()) free_.push_back(pages.back());
  }
}

char* KvCache::half(int sequence, int page, int head, bool value) const {
  const std::size_t at = std::size_t(sequences_[sequence][page]) * shape_.kv_heads + head;
  return space_.as<char>((2 * at + (value ? 1 : 0)) * halfBytes());
}

void KvCache::put(char* half, std::size_t row, std::size_t column, std::size_t stride, float value,
                  const SimdKernels& simd) const {
  if (bf16_) {
    auto* pairs = reinterpret_cast<std::uint16_t*>(half);
    simd.to_bf16(&value, 1, pairs + (row / 2 * stride + column) * 2 + row % 2);
  } else {
    reinterpret_cast<float*>(half)[row * stride + column] = value;
  }
}

float KvCache::get(const char* half, std::size_t row, std::size_t column,
                   std::size_t stride) const {
  if (!bf16_) return reinterpret_cast<const float*>(half)[row * stride + column];
  const auto* pairs = reinterpret_cast<const std::uint16_t*>(half);
  const std::uint32_t bits = pairs[(row / 2 * stride + column) * 2 + row % 2];
  return std::bit_cast<float>(bits << 16);
}

void KvCache::write(int sequence, int position, const float* key, const float* value,
                    const SimdKernels& simd) {
  const int page = position / kKvPageTokens;
  const int within = position % kKvPageTokens;
  bool finite = true;
  for (int head = 0; head < shape_.kv_heads; ++head) {
    char* keys = half(sequence, page, head, false);
    char* values = half(sequence, page, head, true);
    for (int d = 0; d < shape_.head_dim; ++d) {
      const std::size_t at = std::size_t(head) * shape_.head_dim + d;
      put(keys, d, within, kKvPageTokens, key[at], simd);
      put(values, within, d, stride_, value[at], simd);
      finite = finite && std::isfinite(value[at]);
    }
  }
  if (!finite) finite_[sequences_[sequence][page]] = 0;
}

ProductWeights KvCache::keys(int sequence, int page, int head, int visible) const {
  return {half(sequence, page, head, false), kKvPageTokens, shape_.head_dim, roundUp(visible, 16)};
}

ProductWeights KvCache::values(int sequence, int page, int head, int visible) const {
  return {half(sequence, page, head, true), stride_, visible, stride_};
}

float KvCache::key(int sequence, int position, int head, int d) const {
  return get(half(sequence, position / kKvPageTokens, head, false), d, position % kKvPageTokens,
             kKvPageTokens);
}

float KvCache::value(int sequence, int position, int head, int d) const {
  return get(half(sequence, position / kKvPageTokens, head, true), position % kKvPageTokens, d,
             stride_);
}

std::vector<float> cachedKeys(const KvCache& cache, int sequence) {
  return elementsOf(cache, [&](int t, int head, int d) { return cache.key(sequence, t, head, d); });
}

std::vector<float> cachedValues(const KvCache& cache, int sequence) {
  return elementsOf(cache,
                    [&](int t, int head, int d) { return cache.value(sequence, t, head, d); });
}

}  // namespace moe
