#include "costmodel/kernels/cpu/linear.h"

#include <algorithm>

namespace moe {

Linear::Linear(const CpuContext& context, int k, int n, bool bf16, int max_rows)
    : context_(context),
      k_(k),
      n_(n),
      layout_(context.layout(k, n, bf16)),
      product_(layout_, context.workers) {
  if (max_rows <= context.mostOwnRows(bf16)) return;
  sums_ = HugeBuffer(sizeof(float) * context.workers * kSums);
  if (bf16) {
    rounded_ = HugeBuffer(static_cast<std::size_t>(paddedRows(max_rows)) * layout_.k * 2);
  }
}

void Linear::pack(std::span<const float> weights, void* packed) const {
  for (int panel = 0; panel < layout_.n / kPanel; ++panel) {
    packPanel(layout_, panel, weights.data(), k_, n_, panel * kPanel, packed, *context_.simd);
  }
}

bool Linear::prepare(int rows) {
  if (rows <= context_.mostOwnRows(layout_.bf16)) return false;
  const int block = blockRows(rows, context_.mostBlockRows(layout_.bf16));
  bool made = rows >= block && product_.prepare(block);
  if (rows % block != 0) made = product_.prepare(rows % block) || made;
  return made;
}

void Linear::run(ThreadTeam& team, int rows, const RowBuffer& x, const void* packed,
                 const RowBuffer& out) {
  if (rows <= context_.mostOwnRows(layout_.bf16)) return stream(team, rows, x, packed, out);
  if (!layout_.bf16) return multiply(team, rows, x.data, packed, out);
  auto* rounded = rounded_.as<std::uint16_t>();
  constexpr int kTogether = 16;
  team.forEach((rows + kTogether - 1) / kTogether, [&](int unit, int) {
    for (int i = unit * kTogether; i < std::min(rows, (unit + 1) * kTogether); ++i) {
      context_.simd->to_bf16(x.row(i), layout_.k,
                             rounded + static_cast<std::size_t>(i) * layout_.k);
    }
  });
  multiply(team, rows, rounded, packed, out);
}

void Linear::stream(ThreadTeam& team, int rows, const RowBuffer& x, const void* packed,
                    const RowBuffer& out) const {
  const auto product = layout_.bf16 ? context_.simd->product_bf16 : context_.simd->product_f32;
  team.forEach(layout_.n / kPanel, [&](int panel, int) {
    const float* inputs[kMostOwnRows];
    float* outputs[kMostOwnRows];
    for (int i = 0; i < rows; ++i) {
      inputs[i] = x.row(i);
      outputs[i] = out.row(i) + panel * kPanel;
    }
    product({inputs, outputs, rows}, layout_.panel(packed, panel, k_), false);
  });
}

void Linear::multiply(ThreadTeam& team, int rows, const void* x, const void* packed,
                      const RowBuffer& out) const {
  const int block = blockRows(rows, context_.mostBlockRows(layout_.bf16));
  const int blocks = (rows + block - 1) / block;
  const std::size_t element = layout_.bf16 ? 2 : 4;
  // Neighbours in this order share a chunk of the weights.
  team.forEach(blocks * product_.chunks(), [&](int unit, int worker) {
    const int chunk = unit / blocks;
    const int begin = unit % blocks * block;
    const char* from = static_cast<const char*>(x) + begin * element * layout_.k;
    const int count = std::min(block, rows - begin);
    const int columns = product_.columns(chunk);
    float* sums = sums_.as<float>() + worker * kSums;
    product_.run(worker, count, from, packed, chunk, sums);
    for (int i = 0; i < count; ++i) {
      std::copy_n(sums + static_cast<std::size_t>(i) * columns, columns,
                  out.row(begin + i) + chunk * ChunkedProduct::kChunk);
    }
  });
}

}  // namespace moe
