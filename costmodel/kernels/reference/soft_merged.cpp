#include "costmodel/kernels/reference/soft_merged.h"

#include "costmodel/kernels/reference/matrix_product.h"
#include "data/error.h"

namespace moe {

std::vector<double> referenceIa3(std::span<const double> x, std::span<const float> vector) {
  require(!vector.empty() && x.size() % vector.size() == 0, "x is [tokens, width of the vector]");
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] * vector[i % vector.size()];
  return y;
}

std::vector<double> referenceMov(std::span<const double> x, std::span<const float> vectors,
                                 const SoftMergeWeights& merge) {
  require(merge.tokens > 0 && x.size() % merge.tokens == 0, "x is [tokens, width]");
  const std::size_t width = x.size() / merge.tokens;
  require(vectors.size() == width * merge.experts, "vectors are [experts, width]");
  std::vector<double> y(x.size());
  for (int t = 0; t < merge.tokens; ++t) {
    for (std::size_t i = 0; i < width; ++i) {
      double merged = 0;
      for (int e = 0; e < merge.experts; ++e)
        merged +=
            merge.weight[static_cast<std::size_t>(t) * merge.experts + e] * vectors[e * width + i];
      y[t * width + i] = x[t * width + i] * merged;
    }
  }
  return y;
}

std::vector<double> referenceMoLora(const MoLoraShape& shape, std::span<const float> base,
                                    std::span<const LoraExpert> experts, std::span<const double> x,
                                    const SoftMergeWeights& merge) {
  require(x.size() == static_cast<std::size_t>(merge.tokens) * shape.in, "x is [tokens, in]");
  require(static_cast<int>(experts.size()) == merge.experts, "a weight for every expert");
  std::vector<double> h = referenceProduct(x, merge.tokens, base, shape.out);
  for (int t = 0; t < merge.tokens; ++t) {
    const auto row = x.subspan(static_cast<std::size_t>(t) * shape.in, shape.in);
    for (int e = 0; e < merge.experts; ++e) {
      const double weight =
          shape.alpha / shape.rank * merge.weight[static_cast<std::size_t>(t) * merge.experts + e];
      const auto down = referenceRowProduct(row, experts[e].down, shape.rank);
      const auto up = referenceRowProduct(down, experts[e].up, shape.out);
      for (int i = 0; i < shape.out; ++i)
        h[static_cast<std::size_t>(t) * shape.out + i] += weight * up[i];
    }
  }
  return h;
}

}  // namespace moe
