#include "costmodel/kernels/reference/attention.h"

#include <algorithm>
#include <cmath>

#include "costmodel/kernels/reference/matrix_product.h"
#include "data/error.h"

namespace moe {
namespace {

/// One query head [head_dim] over the first `seen` tokens of the cache.
std::vector<double> attendOneHead(const AttentionShape& shape, std::span<const double> query,
                                  int kv_head, int seen, const ReferenceKvCache& cache) {
  const int dim = shape.head_dim;
  const auto at = [&](int token) {
    return (static_cast<std::size_t>(token) * shape.kv_heads + kv_head) * dim;
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

}  // namespace

std::vector<double> referenceAttention(const AttentionShape& shape, const AttentionWeights& weights,
                                       std::span<const double> x, ReferenceKvCache& cache) {
  require(shape.kv_heads > 0 && shape.heads % shape.kv_heads == 0, "kv_heads divides heads");
  const int added = static_cast<int>(x.size()) / shape.hidden;
  const std::size_t kv_width = static_cast<std::size_t>(shape.kv_heads) * shape.head_dim;
  const int before = static_cast<int>(cache.key.size() / kv_width);
  const int width = shape.heads * shape.head_dim;
  const auto query = referenceProduct(x, added, weights.query, width);
  const auto key = referenceProduct(x, added, weights.key, static_cast<int>(kv_width));
  const auto value = referenceProduct(x, added, weights.value, static_cast<int>(kv_width));
  cache.key.insert(cache.key.end(), key.begin(), key.end());
  cache.value.insert(cache.value.end(), value.begin(), value.end());
  std::vector<double> mixed;
  for (int t = 0; t < added; ++t) {
    for (int h = 0; h < shape.heads; ++h) {
      const std::size_t from = static_cast<std::size_t>(t) * width + h * shape.head_dim;
      const auto head = attendOneHead(shape, std::span(query).subspan(from, shape.head_dim),
                                      h * shape.kv_heads / shape.heads, before + t + 1, cache);
      mixed.insert(mixed.end(), head.begin(), head.end());
    }
  }
  return referenceProduct(mixed, added, weights.output, shape.hidden);
}

}  // namespace moe
