#pragma once

#include <span>
#include <vector>

namespace moe {

/// y = x W for one row: x [in], W [in, out] row-major. Sums run over the inputs in order.
std::vector<double> referenceRowProduct(std::span<const double> x, std::span<const float> weights,
                                        int out);

/// The same for rows of x [rows, in]; result [rows, out].
std::vector<double> referenceProduct(std::span<const double> x, int rows,
                                     std::span<const float> weights, int out);

/// x / sqrt(mean(x^2) + epsilon) * weight, for each row of x [rows, weight.size()].
std::vector<double> referenceRmsNorm(std::span<const double> x, std::span<const float> weight,
                                     double epsilon);

}  // namespace moe
