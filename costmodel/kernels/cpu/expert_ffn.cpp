#include "costmodel/kernels/cpu/expert_ffn.h"

#include <algorithm>

namespace moe {

ExpertFfn::ExpertFfn(const CpuContext& context, int hidden, int ffn, Activation activation,
                     bool bf16)
    : context_(context),
      hidden_(hidden),
      ffn_(ffn),
      activation_(activation),
      bf16_(bf16),
      gated_(activation != Activation::kRelu),
      up_(context.layout(hidden, roundUp(ffn, kPanel) * (gated_ ? 2 : 1), bf16)),
      down_(context.layout(ffn, hidden, bf16)),
      up_product_(up_, context.workers),
      down_product_(down_, context.workers),
      scratch_(context.workers) {}

void ExpertFfn::pack(const ExpertWeights& weights, void* packed) const {
  const SimdKernels& simd = *context_.simd;
  int panel = 0;
  int column = 0;
  for (int chunk = 0; chunk < up_product_.chunks(); ++chunk) {
    const int half = halfChunk(chunk);
    for (int i = 0; gated_ && i < half; i += kPanel) {
      packPanel(up_, panel++, weights.gate.data(), hidden_, ffn_, column + i, packed, simd);
    }
    for (int i = 0; i < half; i += kPanel) {
      packPanel(up_, panel++, weights.up.data(), hidden_, ffn_, column + i, packed, simd);
    }
    column += half;
  }
  char* down = static_cast<char*>(packed) + up_.bytes();
  for (int i = 0; i < downPanels(); ++i) {
    packPanel(down_, i, weights.down.data(), ffn_, hidden_, i * kPanel, down, simd);
  }
}

void ExpertFfn::streamUp(const float* const* x, int rows, const void* packed, int panel,
                         float* const* h) const {
  const auto product = bf16_ ? context_.simd->product_bf16 : context_.simd->product_f32;
  const int chunk_panels = ChunkedProduct::kChunk / kPanel / (gated_ ? 2 : 1);
  const int chunk = panel / chunk_panels;
  const int first = chunk * ChunkedProduct::kChunk / kPanel + panel % chunk_panels;
  float space[2][kMostOwnRows][kPanel];
  float* sums[2][kMostOwnRows];
  for (int half = 0; half < (gated_ ? 2 : 1); ++half) {
    for (int i = 0; i < rows; ++i) sums[half][i] = space[half][i];
    const int at = first + half * halfChunk(chunk) / kPanel;
    product({x, sums[half], rows}, up_.panel(packed, at, hidden_), false);
  }
  for (int i = 0; i < rows; ++i) {
    context_.simd->activate(activation_, space[0][i], space[gated_ ? 1 : 0][i], kPanel,
                            h[i] + panel * kPanel);
  }
}

void ExpertFfn::streamDown(const float* const* h, int rows, const void* packed, int panel,
                           float* const* y) const {
  const auto product = bf16_ ? context_.simd->product_bf16 : context_.simd->product_f32;
  float* sums[kMostOwnRows];
  for (int i = 0; i < rows; ++i) sums[i] = y[i] + panel * kPanel;
  const char* down = static_cast<const char*>(packed) + up_.bytes();
  product({h, sums, rows}, down_.panel(down, panel, ffn_), false);
}

bool ExpertFfn::prepare(int rows) {
  const bool first = scratch_.front().h.bytes() == 0;
  if (first) {
    const std::size_t element = bf16_ ? 2 : 4;
    const std::size_t most = mostBlockRows();
    for (Scratch& scratch : scratch_) {
      scratch.h = HugeBuffer(most * down_.k * element);
      if (context_.ownBlocks(bf16_)) continue;
      scratch.x = HugeBuffer(most * up_.k * element);
      scratch.sums = HugeBuffer(most * ChunkedProduct::kChunk * sizeof(float));
    }
  }
  if (context_.ownBlocks(bf16_)) return first;
  const bool up_made = up_product_.prepare(rows);
  return down_product_.prepare(rows) || up_made;
}

void ExpertFfn::block(int worker, const float* const* x, int rows, const void* packed,
                      float* const* y) {
  const Scratch& scratch = scratch_[worker];
  if (context_.ownBlocks(bf16_)) return ownBlock(scratch, x, rows, packed, y);
  gather(x, rows, scratch.x.as<void>());
  for (int chunk = 0; chunk < up_product_.chunks(); ++chunk) {
    up_product_.run(worker, rows, scratch.x.as<void>(), packed, chunk, scratch.sums.as<float>());
    activateRows(rows, chunk, scratch.sums.as<float>(), scratch.h.as<void>());
  }
  const char* down = static_cast<const char*>(packed) + up_.bytes();
  for (int chunk = 0; chunk < down_product_.chunks(); ++chunk) {
    const float* sums = scratch.sums.as<float>();
    down_product_.run(worker, rows, scratch.h.as<void>(), down, chunk, scratch.sums.as<float>());
    const int columns = down_product_.columns(chunk);
    for (int i = 0; i < rows; ++i) {
      std::copy_n(sums + static_cast<std::size_t>(i) * columns, columns,
                  y[i] + chunk * ChunkedProduct::kChunk);
    }
  }
}

void ExpertFfn::ownBlock(const Scratch& scratch, const float* const* x, int rows,
                         const void* packed, float* const* y) const {
  float* h[kMostOwnRows];
  for (int i = 0; i < rows; ++i) {
    h[i] = scratch.h.as<float>() + static_cast<std::size_t>(i) * ffnStride();
  }
  for (int panel = 0; panel < upPanels(); ++panel) streamUp(x, rows, packed, panel, h);
  for (int panel = 0; panel < downPanels(); ++panel) streamDown(h, rows, packed, panel, y);
}

void ExpertFfn::gather(const float* const* x, int rows, void* to) const {
  for (int i = 0; i < rows; ++i) {
    const std::size_t at = static_cast<std::size_t>(i) * up_.k;
    if (bf16_) {
      context_.simd->to_bf16(x[i], hidden_, static_cast<std::uint16_t*>(to) + at);
    } else {
      std::copy_n(x[i], hidden_, static_cast<float*>(to) + at);
    }
  }
}

void ExpertFfn::activateRows(int rows, int chunk, const float* up, void* h) const {
  const int half = halfChunk(chunk);
  const int column = chunk * ChunkedProduct::kChunk / (gated_ ? 2 : 1);
  for (int i = 0; i < rows; ++i) {
    const float* gate = up + static_cast<std::size_t>(i) * up_product_.columns(chunk);
    const float* beside = gated_ ? gate + half : gate;
    const std::size_t at = static_cast<std::size_t>(i) * down_.k + column;
    if (bf16_) {
      context_.simd->activate_to_bf16(activation_, gate, beside, half,
                                      static_cast<std::uint16_t*>(h) + at);
    } else {
      context_.simd->activate(activation_, gate, beside, half, static_cast<float*>(h) + at);
    }
  }
}

}  // namespace moe
