// Included like vector_math.h, after kLanes and kTileVectors are defined.
#pragma once

#include "costmodel/kernels/cpu/simd/simd_kernels.h"
#include "costmodel/kernels/cpu/simd/vector_math.h"

namespace moe {
namespace {

/// Rows of one tile: 6 rows of 4 vectors keep 24 sums in the 32 registers of AVX-512, 6 rows of 2
/// keep 12 in the 16 of AVX2.
constexpr int kTileRows = 6;

/// What a tile asks for while it computes, as the hardware fetches ahead within a page of 4 KiB
/// only: `lines` of 64 bytes per row of weights, from here on, `step` bytes further every time.
struct FetchAhead {
  const char* from = nullptr;
  std::ptrdiff_t step = 0;
};

/// One group of rows runs through the weights once. 1 KiB was the best of 0.5 to 16 KiB for streams
/// from memory on a Xeon with 17 GB/s per core (2026-11).
constexpr std::ptrdiff_t kFetchBytes = 1024;

/// Several groups go through blocks of this many rows, which stay in the L1 cache, and each asks
/// for a part of the next block.
constexpr int kFewBlockRows = 32;    // with two or three groups, whose weights come from memory
constexpr int kManyBlockRows = 128;  // with more, which compute: 32 KiB in f32

/// Lines of one row of a tile. Half of them are asked for when several groups share a block, into
/// the L2 cache: 14 GB/s instead of 11 with 8 rows, the next block being many lines away.
constexpr int kTileLines = kTileVectors * kLanes * 4 / 64 > 0 ? kTileVectors* kLanes * 4 / 64 : 1;
constexpr int kHalfLines = kTileLines > 1 ? kTileLines / 2 : 1;

template <int lines>
inline void fetch(FetchAhead& ahead) {
  constexpr int kNearest = lines == kTileLines ? 3 : 2;
  for (int line = 0; line < lines; ++line) {
    __builtin_prefetch(ahead.from + 64 * line, 0, kNearest);
  }
  ahead.from += ahead.step;
}

template <int rows, int vectors>
struct TileSums {
  Floats sum[rows][vectors];

  void start(float* const* out, std::ptrdiff_t column, bool accumulate) {
    for (int i = 0; i < rows; ++i) {
      for (int v = 0; v < vectors; ++v) {
        sum[i][v] = accumulate ? loadFloats(out[i] + column + v * kLanes) : Floats{};
      }
    }
  }
  void finish(float* const* out, std::ptrdiff_t column) const {
    for (int i = 0; i < rows; ++i) {
      for (int v = 0; v < vectors; ++v) storeFloats(out[i] + column + v * kLanes, sum[i][v]);
    }
  }
};

template <int rows, int vectors, int lines>
void tileF32(const float* const* x, float* const* out, const ProductWeights& weights,
             std::ptrdiff_t column, bool accumulate, FetchAhead ahead) {
  const float* row = static_cast<const float*>(weights.data) + column;
  const float* inputs[rows];
  for (int i = 0; i < rows; ++i) inputs[i] = x[i];
  TileSums<rows, vectors> sums;
  sums.start(out, column, accumulate);
  // Counting steps in the ports that multiply cost 8 % with one of them for each k.
#pragma GCC unroll 4
  for (std::ptrdiff_t k = 0; k < weights.k; ++k, row += weights.stride) {
    fetch<lines>(ahead);
    Floats w[vectors];
    for (int v = 0; v < vectors; ++v) w[v] = loadFloats(row + v * kLanes);
    for (int i = 0; i < rows; ++i) {
      for (int v = 0; v < vectors; ++v) sums.sum[i][v] += inputs[i][k] * w[v];
    }
  }
  sums.finish(out, column);
}

inline Words loadPairs(const std::uint32_t* from) {
  Words value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// A pair holds bf16 of an even k in its low half and of the next k in its high half; either is an
/// f32 when the other half is cleared.
template <int rows, int vectors, int lines>
void tileBf16(const float* const* x, float* const* out, const ProductWeights& weights,
              std::ptrdiff_t column, bool accumulate, FetchAhead ahead) {
  const std::uint32_t* row = static_cast<const std::uint32_t*>(weights.data) + column;
  const float* inputs[rows];
  for (int i = 0; i < rows; ++i) inputs[i] = x[i];
  TileSums<rows, vectors> sums;
  sums.start(out, column, accumulate);
  const std::ptrdiff_t even = weights.k / 2 * 2;
  std::ptrdiff_t k = 0;
  for (; k < even; k += 2, row += weights.stride) {
    fetch<lines>(ahead);
    for (int v = 0; v < vectors; ++v) {
      const Words pairs = loadPairs(row + v * kLanes);
      const Floats low = reinterpret_cast<Floats>(pairs << 16);
      const Floats high = reinterpret_cast<Floats>(pairs & 0xFFFF0000U);
      for (int i = 0; i < rows; ++i) {
        sums.sum[i][v] += inputs[i][k] * low;
        sums.sum[i][v] += inputs[i][k + 1] * high;
      }
    }
  }
  if (k < weights.k) {
    for (int v = 0; v < vectors; ++v) {
      const Floats low = reinterpret_cast<Floats>(loadPairs(row + v * kLanes) << 16);
      for (int i = 0; i < rows; ++i) sums.sum[i][v] += inputs[i][k] * low;
    }
  }
  sums.finish(out, column);
}

template <bool bf16, int rows, int lines>
void tilesOfRows(const float* const* x, float* const* out, const ProductWeights& weights,
                 bool accumulate, FetchAhead ahead) {
  constexpr int kWide = kTileVectors * kLanes;
  std::ptrdiff_t column = 0;
  for (; column + kWide <= weights.columns; column += kWide) {
    if constexpr (bf16) {
      tileBf16<rows, kTileVectors, lines>(x, out, weights, column, accumulate, ahead);
    } else {
      tileF32<rows, kTileVectors, lines>(x, out, weights, column, accumulate, ahead);
    }
  }
  for (; column < weights.columns; column += kLanes) {
    if constexpr (bf16) {
      tileBf16<rows, 1, 0>(x, out, weights, column, accumulate, {});
    } else {
      tileF32<rows, 1, 0>(x, out, weights, column, accumulate, {});
    }
  }
}

template <bool bf16, int lines>
void tilesOf(int rows, const float* const* x, float* const* out, const ProductWeights& weights,
             bool accumulate, FetchAhead ahead) {
  switch (rows) {
    case 1:
      return tilesOfRows<bf16, 1, lines>(x, out, weights, accumulate, ahead);
    case 2:
      return tilesOfRows<bf16, 2, lines>(x, out, weights, accumulate, ahead);
    case 3:
      return tilesOfRows<bf16, 3, lines>(x, out, weights, accumulate, ahead);
    case 4:
      return tilesOfRows<bf16, 4, lines>(x, out, weights, accumulate, ahead);
    case 5:
      return tilesOfRows<bf16, 5, lines>(x, out, weights, accumulate, ahead);
    default:
      return tilesOfRows<bf16, 6, lines>(x, out, weights, accumulate, ahead);
  }
}

/// All groups of rows over one block of k; groups as equal as possible: 7 rows are 4 and 3.
template <bool bf16>
void blockProduct(int groups, std::ptrdiff_t block_rows, const ProductRows& rows,
                  const float* const* x, const ProductWeights& block, bool accumulate) {
  const std::ptrdiff_t row_bytes = block.stride * 4;
  const char* next = static_cast<const char*>(block.data) + block_rows * row_bytes;
  for (int group = 0; group < groups; ++group) {
    const int begin = rows.count * group / groups;
    const int end = rows.count * (group + 1) / groups;
    if (groups < 4) {
      const FetchAhead ahead{next + group * block_rows * 64 * kHalfLines, 64 * kHalfLines};
      tilesOf<bf16, kHalfLines>(end - begin, x + begin, rows.out + begin, block, accumulate, ahead);
    } else {
      const FetchAhead ahead{next + group * block_rows * row_bytes / groups, row_bytes / groups};
      tilesOf<bf16, 1>(end - begin, x + begin, rows.out + begin, block, accumulate, ahead);
    }
  }
}

/// At most this many rows, so that their pointers fit on the stack.
constexpr int kMostRows = 128;

template <bool bf16>
void product(const ProductRows& rows, const ProductWeights& weights, bool accumulate) {
  if (rows.count <= kTileRows) {
    return tilesOf<bf16, kTileLines>(
        rows.count, rows.x, rows.out, weights, accumulate,
        {static_cast<const char*>(weights.data) + kFetchBytes, weights.stride * 4});
  }
  const int groups = (rows.count + kTileRows - 1) / kTileRows;
  const float* x[kMostRows];
  ProductWeights block = weights;
  const int step = groups < 4 ? kFewBlockRows : kManyBlockRows;
  const std::ptrdiff_t block_rows = bf16 ? step / 2 : step;
  for (int k = 0; k < weights.k; k += step) {
    for (int i = 0; i < rows.count; ++i) x[i] = rows.x[i] + k;
    block.k = weights.k - k < step ? weights.k - k : step;
    blockProduct<bf16>(groups, block_rows, rows, x, block, accumulate || k > 0);
    block.data = static_cast<const float*>(block.data) + block_rows * weights.stride;
  }
}

}  // namespace
}  // namespace moe
