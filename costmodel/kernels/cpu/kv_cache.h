#pragma once

#include <cstdint>
#include <vector>

#include "costmodel/kernels/cpu/huge_buffer.h"
#include "costmodel/kernels/cpu/packed_matrix.h"
#include "costmodel/kernels/kernel_set.h"

namespace moe {

/// Keys and values of one layer in pages of 64 tokens, as the two products of attention read them:
///
///     keys    [head_dim][64] per page and KV head: a panel; in bf16 [head_dim / 2][64][2]
///     values  [64][head_dim], columns padded to 16; in bf16 [32][head_dim][2]
class KvCache {
 public:
  KvCache(const AttentionShape& shape, bool bf16, int pages);

  int batch() const { return static_cast<int>(sequences_.size()); }
  int tokens() const { return tokens_; }
  const AttentionShape& shape() const { return shape_; }
  bool bf16() const { return bf16_; }
  int valueStride() const { return stride_; }

  /// Empties the cache for `batch` sequences.
  void start(int batch);
  /// Room for `more` tokens of every sequence; false, and nothing changed, when pages are short.
  bool grow(int more);
  /// Takes the last tokens of every sequence back.
  void shrink(int fewer);

  void evict() const { space_.evict(); }

  /// Key and value [kv_heads, head_dim] of a token that there is room for. Tokens of one page from
  /// one thread, in ascending order.
  void write(int sequence, int position, const float* key, const float* value,
             const SimdKernels& simd);

  ProductWeights keys(int sequence, int page, int head, int visible) const;
  ProductWeights values(int sequence, int page, int head, int visible) const;
  /// False when a key or value of this page may be infinite or NaN: the weight 0 of an unseen token
  /// would not take it out of a sum.
  bool finite(int sequence, int page) const { return finite_[sequences_[sequence][page]] != 0; }
  /// As stored, element `d` of a token.
  float key(int sequence, int position, int head, int d) const;
  float value(int sequence, int position, int head, int d) const;

 private:
  std::size_t halfBytes() const { return std::size_t(stride_) * kKvPageTokens * (bf16_ ? 2 : 4); }
  char* half(int sequence, int page, int head, bool value) const;
  void put(char* half, std::size_t row, std::size_t column, std::size_t stride, float value,
           const SimdKernels& simd) const;
  float get(const char* half, std::size_t row, std::size_t column, std::size_t stride) const;

  AttentionShape shape_;
  bool bf16_;
  int pages_;
  int stride_;  ///< head_dim padded to 16
  int tokens_ = 0;
  std::vector<std::vector<int>> sequences_;  ///< pages of each
  std::vector<int> free_;
  std::vector<std::uint8_t> finite_;  ///< per page
  HugeBuffer space_;
};

/// All keys or values of a sequence as stored: [tokens, kv_heads, head_dim].
std::vector<float> cachedKeys(const KvCache& cache, int sequence);
std::vector<float> cachedValues(const KvCache& cache, int sequence);

}  // namespace moe
