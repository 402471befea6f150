// Included like vector_math.h: kernels over one row, and the table of all of them.
#pragma once

#include <cmath>

#include "costmodel/kernels/cpu/simd/product_tile.h"

namespace moe {
namespace {

constexpr int kPage = 64;

/// silu(x) = x / (1 + exp(-x)); gelu(x) = x / (1 + exp(-2 u)), u = sqrt(2/pi) (x + 0.044715 x^3),
/// which is x / 2 (1 + tanh u).
template <Activation kind>
inline Floats activated(const float* gate, const float* up) {
  if constexpr (kind == Activation::kRelu) {
    const Floats x = loadFloats(up);
    return choose(x < Floats{}, Floats{}, x);
  } else {
    const Floats x = loadFloats(gate);
    Floats exponent = -x;
    if constexpr (kind == Activation::kGatedGelu) {
      exponent = x * (x * x * 0.044715F + 1.0F) * -1.5957691216F;
    }
    return x / (exponential(exponent) + 1.0F) * loadFloats(up);
  }
}

inline void store(float* to, Floats value) { storeFloats(to, value); }
inline void store(std::uint16_t* to, Floats value) {
  const HalfWords rounded = roundedToBf16(value);
  std::memcpy(to, &rounded, sizeof rounded);
}

template <Activation kind, class Out>
void activateRow(const float* gate, const float* up, int n, Out* out) {
  for (int i = 0; i < n; i += kLanes) store(out + i, activated<kind>(gate + i, up + i));
}

template <class Out>
void activate(Activation kind, const float* gate, const float* up, int n, Out* out) {
  switch (kind) {
    case Activation::kSwiGlu:
      return activateRow<Activation::kSwiGlu>(gate, up, n, out);
    case Activation::kGatedGelu:
      return activateRow<Activation::kGatedGelu>(gate, up, n, out);
    case Activation::kRelu:
      return activateRow<Activation::kRelu>(up, up, n, out);
  }
}

/// The last, incomplete vector of a row goes through a full one.
struct RowEnd {
  float values[kLanes] = {};
  RowEnd(const float* from, int count) { std::memcpy(values, from, count * sizeof(float)); }
};

void toBf16(const float* x, int n, std::uint16_t* out) {
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) store(out + i, loadFloats(x + i));
  if (i == n) return;
  const HalfWords rounded = roundedToBf16(loadFloats(RowEnd(x + i, n - i).values));
  std::memcpy(out + i, &rounded, (n - i) * sizeof(std::uint16_t));
}

void scaleRow(float* x, int n, float factor) {
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) storeFloats(x + i, loadFloats(x + i) * factor);
  for (; i < n; ++i) x[i] *= factor;
}

void rmsNorm(const float* x, int n, float* out) {
  Floats squares{};
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) squares += loadFloats(x + i) * loadFloats(x + i);
  float sum = sumOf(squares);
  for (; i < n; ++i) sum += x[i] * x[i];
  const float factor = 1 / std::sqrt(sum / static_cast<float>(n) + 1e-6F);
  for (i = 0; i + kLanes <= n; i += kLanes) storeFloats(out + i, loadFloats(x + i) * factor);
  for (; i < n; ++i) out[i] = x[i] * factor;
}

void combineRows(const float* base, const float* const* y, const float* weight, int count, int n,
                 float* out) {
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    Floats sum = base != nullptr ? loadFloats(base + i) : Floats{};
    for (int j = 0; j < count; ++j) sum += loadFloats(y[j] + i) * weight[j];
    storeFloats(out + i, sum);
  }
  for (; i < n; ++i) {
    float sum = base != nullptr ? base[i] : 0;
    for (int j = 0; j < count; ++j) sum += y[j][i] * weight[j];
    out[i] = sum;
  }
}

float softmaxPage(float* scores, int visible, SoftmaxState& state) {
  float largest = state.largest;
  for (int i = 0; i < visible; ++i) largest = scores[i] > largest ? scores[i] : largest;
  for (int i = visible; i < kPage; ++i) scores[i] = -INFINITY;
  Floats sum{};
  for (int i = 0; i < kPage; i += kLanes) {
    const Floats p = exponential(loadFloats(scores + i) - largest);
    storeFloats(scores + i, p);
    sum += p;
  }
  const float factor = exponential(spread(state.largest - largest))[0];
  state = {largest, state.sum * factor + sumOf(sum)};
  return factor;
}

constexpr SimdKernels tableOfKernels(const char* name) {
  return {name,    &product<false>, &product<true>, &activate<float>, &activate<std::uint16_t>,
          &toBf16, &rmsNorm,        &combineRows,   &softmaxPage,     &scaleRow};
}

}  // namespace
}  // namespace moe
