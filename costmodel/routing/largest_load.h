#pragma once

#include <span>

namespace moe {

/// Loads with one mean and one variance; `count` of them are independent and alike.
struct LoadMoments {
  double mean = 0;
  double variance = 0;
  double count = 1;
};

/// Expected value of the largest of independent whole-numbered loads:
///
///     E[max] = sum_{x >= 0} (1 - prod_r F_r(x))
///
/// F_r is the distribution of Panjer's class (binomial, Poisson or negative binomial) with the
/// load's mean M and variance V. Where the load with the largest mean has a deviation from 3 on,
/// the sum is an integral and F_r Wilson and Hilferty's cube root, Phi(6/g ((1 + g w/2)^(1/3) - 1)
/// + g/6) with w = (x - M) / sqrt(V) and the class's skewness g = (2V/M - 1) / sqrt(V). The two
/// agree within 0.6 % there. No load can be larger than `most`.
double expectedLargest(std::span<const LoadMoments> loads, double most);

}  // namespace moe
