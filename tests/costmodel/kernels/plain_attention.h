#pragma once

#include <algorithm>

#include "tests/costmodel/kernels/plain_layer.h"

namespace moe::test {

/// softmax(q k / sqrt(head_dim)) v in double: query [batch, queries, heads, head_dim], keys and
/// values [batch, context, kv_heads, head_dim]. Query i of q sees the first context - q + i + 1
/// keys. A row of the result is [heads, head_dim].
inline std::vector<std::vector<double>> plainAttention(const AttentionShape& shape, int batch,
                                                       int context, int queries,
                                                       std::span<const float> query,
                                                       const std::vector<float>& keys,
                                                       const std::vector<float>& values) {
  const std::size_t dim = shape.head_dim;
  std::vector<std::vector<double>> rows;
  for (int row = 0; row < batch * queries; ++row) {
    const int visible = context - queries + row % queries + 1;
    std::vector<double> out(shape.heads * dim);
    for (int head = 0; head < shape.heads; ++head) {
      const int kv_head = head / (shape.heads / shape.kv_heads);
      const float* q = query.data() + (std::size_t(row) * shape.heads + head) * dim;
      const auto at = [&](int t) {
        return ((std::size_t(row / queries) * context + t) * shape.kv_heads + kv_head) * dim;
      };
      std::vector<double> scores(visible);
      for (int t = 0; t < visible; ++t) {
        for (std::size_t d = 0; d < dim; ++d) scores[t] += double(q[d]) * keys[at(t) + d];
        scores[t] /= std::sqrt(double(dim));
      }
      const double largest = *std::max_element(scores.begin(), scores.end());
      double sum = 0;
      for (double& score : scores) sum += score = std::exp(score - largest);
      for (int t = 0; t < visible; ++t) {
        for (std::size_t d = 0; d < dim; ++d) {
          out[head * dim + d] += scores[t] / sum * values[at(t) + d];
        }
      }
    }
    rows.push_back(std::move(out));
  }
  return rows;
}

}  // namespace moe::test
