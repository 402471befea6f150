// Compiled with -O3 -ffast-math (this file only), so that the loops become calls of glibc's
// libmvec.
#include "fitting/laws/vector_math.h"

#include <cmath>

namespace moe {

__attribute__((target_clones("avx2", "default"))) void exponentials(double* values,
                                                                    std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) values[i] = std::exp(values[i]);
}

__attribute__((target_clones("avx2", "default"))) void logarithms(const double* values,
                                                                  double* results,
                                                                  std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) results[i] = std::log(values[i]);
}

__attribute__((target_clones("avx2", "default"))) double sumOfProducts(const double* a,
                                                                       const double* b,
                                                                       std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

__attribute__((target_clones("avx2", "default"))) double sumOfProducts(const double* a,
                                                                       const double* b,
                                                                       const double* c,
                                                                       std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += a[i] * b[i] * c[i];
  return sum;
}

}  // namespace moe
