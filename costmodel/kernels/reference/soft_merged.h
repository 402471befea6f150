#pragma once

#include <span>
#include <vector>

#include "costmodel/kernels/routing/soft_merge.h"

namespace moe {

/// Layers whose experts are merged softly, in double precision [Zadouri2023].

/// (IA)3: x_t * l for each row of x [tokens, width] and one vector l [width].
std::vector<double> referenceIa3(std::span<const double> x, std::span<const float> vector);

/// Mixture of vectors: x_t * (sum_e s_te l_e), with l [experts, width]. The vectors are merged, and
/// that is exact: multiplying is linear in l.
std::vector<double> referenceMov(std::span<const double> x, std::span<const float> vectors,
                                 const SoftMergeWeights& merge);

struct LoraExpert {
  std::vector<float> down;  ///< A^T: [in, rank]
  std::vector<float> up;    ///< B^T: [rank, out]
};

struct MoLoraShape {
  int in = 0;
  int out = 0;
  int rank = 0;
  double alpha = 16;
};

/// MoLORA for x [tokens, in]; result [tokens, out]:
///
///     h_t = x_t W_0 + (alpha / rank) sum_e s_te (x_t A_e) B_e
///
/// The outputs are mixed. Merging A and B apart, (sum s A)(sum s B), is another function.
std::vector<double> referenceMoLora(const MoLoraShape& shape, std::span<const float> base,
                                    std::span<const LoraExpert> experts, std::span<const double> x,
                                    const SoftMergeWeights& merge);

}  // namespace moe
