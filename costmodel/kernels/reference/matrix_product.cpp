#include "costmodel/kernels/reference/matrix_product.h"

#include <cmath>

#include "data/error.h"

namespace moe {

std::vector<double> referenceRowProduct(std::span<const double> x, std::span<const float> weights,
                                        int out) {
  require(weights.size() == x.size() * out, "weights are [in, out]");
  std::vector<double> y(out, 0.0);
  for (std::size_t i = 0; i < x.size(); ++i)
    for (int j = 0; j < out; ++j) y[j] += x[i] * weights[i * out + j];
  return y;
}

std::vector<double> referenceProduct(std::span<const double> x, int rows,
                                     std::span<const float> weights, int out) {
  std::vector<double> y;
  y.reserve(static_cast<std::size_t>(rows) * out);
  const std::size_t in = rows > 0 ? x.size() / rows : 0;
  for (int row = 0; row < rows; ++row) {
    const auto product = referenceRowProduct(x.subspan(row * in, in), weights, out);
    y.insert(y.end(), product.begin(), product.end());
  }
  return y;
}

std::vector<double> referenceRmsNorm(std::span<const double> x, std::span<const float> weight,
                                     double epsilon) {
  const std::size_t width = weight.size();
  require(width > 0 && x.size() % width == 0, "x is [rows, width of the norm]");
  std::vector<double> y(x.size());
  for (std::size_t from = 0; from < x.size(); from += width) {
    double squares = 0;
    for (std::size_t i = 0; i < width; ++i) squares += x[from + i] * x[from + i];
    const double scale = 1 / std::sqrt(squares / static_cast<double>(width) + epsilon);
    for (std::size_t i = 0; i < width; ++i) y[from + i] = x[from + i] * scale * weight[i];
  }
  return y;
}

}  // namespace moe
