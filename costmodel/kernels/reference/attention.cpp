#include "costmodel/kernels/reference/attention.h"

#include <algorithm>
#include <cmath>

#include "costmodel/kernels/reference/matrix_product.h"
#include "data/error.h"

namespace moe {
namespace {

/// One query head [head_dim] over the first `seen` tokens of the cache.
std::vector<double> attendOneHead(const ReferenceHeads& heads, std::span<const double> query,
                                  int kv_head, int seen, const ReferenceKvCache& cache) {
  const int dim = heads.head_dim;
  const auto at = [&](int token) {
    return (static_cast<std::size_t>(token) * heads.kv_heads + kv_head) * dim;
  };
  std::vector<double> score(seen, 0.0);
  for (int j = 0; j < seen; ++j) {
    for (int i = 0; i < dim; ++i) score[j] += query[i] * cache.key[at(j) + i];
    score[j] /= std::sqrt(dim);
  }
  const double largest = *std::max_element(score.begin(), score.end());
  double sum = 0;
  for (double& value : score) sum += value = std::exp(value - largest);
  std::vector<double> out(dim, 0.0);
  for (int j = 0; j < seen; ++j)
    for (int i = 0; i < dim; ++i) out[i] += score[j] / sum * cache.value[at(j) + i];
  return out;
}

void appendColumns(std::span<const double> rows, std::size_t width, std::size_t from,
                   std::size_t count, std::vector<double>& target) {
  for (std::size_t at = from; at < rows.size(); at += width)
    target.insert(target.end(), rows.begin() + at, rows.begin() + at + count);
}

}  // namespace

std::vector<double> referenceAttendToCache(const ReferenceHeads& heads,
                                           std::span<const double> query,
                                           const ReferenceKvCache& cache) {
  require(heads.kv_heads > 0 && heads.head_dim > 0 && heads.heads % heads.kv_heads == 0,
          "kv_heads divides heads");
  const std::size_t dim = heads.head_dim;
  const int cached = static_cast<int>(cache.key.size() / (heads.kv_heads * dim));
  const int added = static_cast<int>(query.size() / (heads.heads * dim));
  require(added <= cached && cache.key.size() == cache.value.size(),
          "the cache has keys and values of every token that asks");
  std::vector<double> mixed;
  for (int t = 0; t < added; ++t) {
    for (int h = 0; h < heads.heads; ++h) {
      const std::size_t from = (static_cast<std::size_t>(t) * heads.heads + h) * dim;
      const auto head =
          attendOneHead(heads, query.subspan(from, dim), h * heads.kv_heads / heads.heads,
                        cached - added + t + 1, cache);
      mixed.insert(mixed.end(), head.begin(), head.end());
    }
  }
  return mixed;
}

std::vector<double> referenceAttention(const ReferenceAttentionLayer& layer, int hidden,
                                       std::span<const double> x, ReferenceKvCache& cache) {
  const std::size_t query_width =
      static_cast<std::size_t>(layer.heads.heads) * layer.heads.head_dim;
  const std::size_t kv_width =
      static_cast<std::size_t>(layer.heads.kv_heads) * layer.heads.head_dim;
  const std::size_t width = query_width + 2 * kv_width;
  const int added = static_cast<int>(x.size()) / hidden;
  const auto qkv = referenceProduct(x, added, layer.qkv, static_cast<int>(width));
  std::vector<double> query;
  appendColumns(qkv, width, 0, query_width, query);
  appendColumns(qkv, width, query_width, kv_width, cache.key);
  appendColumns(qkv, width, query_width + kv_width, kv_width, cache.value);
  return referenceProduct(referenceAttendToCache(layer.heads, query, cache), added, layer.output,
                          hidden);
}

}  // namespace moe
