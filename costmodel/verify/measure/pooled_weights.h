#pragma once

#include <cstdint>

#include "costmodel/kernels/kernel_set.h"

namespace moe {

/// Weights as those of randomWeights (normal, standard deviation 1 / sqrt(rows)), but every matrix
/// is a piece of one block of 262139 numbers that begins at another place: as good for timing
/// and for telling experts apart, and a hundred times as fast to make. Equal seeds, equal weights.
MoeLayerWeights pooledWeights(const MoeLayerShape& shape, std::uint64_t seed);
DecoderBlockWeights pooledWeights(const DecoderBlockSetup& setup, std::uint64_t seed);

}  // namespace moe
