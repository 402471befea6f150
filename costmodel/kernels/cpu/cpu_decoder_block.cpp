#include "costmodel/kernels/cpu/cpu_decoder_block.h"

#include <fmt/format.h>

#include "costmodel/kernels/cpu/cpu_attention.h"
#include "costmodel/kernels/cpu/guarded.h"

namespace moe {
namespace {

constexpr int kTogetherRows = 16;

int queryColumns(const AttentionShape& shape) { return shape.heads * shape.head_dim; }
int keyColumns(const AttentionShape& shape) { return shape.kv_heads * shape.head_dim; }

bool isBf16(LayerPrecision precision) { return precision == LayerPrecision::kBf16; }

}  // namespace

CpuDecoderBlock::CpuDecoderBlock(const CpuContext& context, std::shared_ptr<ThreadTeam> team,
                                 const DecoderBlockSetup& setup, const DecoderBlockWeights& weights)
    : context_(context),
      team_(team),
      setup_(setup),
      cache_(setup.attention, isBf16(setup.kv_precision), setup.kv_pages),
      attention_(context, setup.attention, setup.moe.max_tokens, setup.kv_pages),
      qkv_(context, setup.moe.shape.hidden,
           queryColumns(setup.attention) + 2 * keyColumns(setup.attention),
           isBf16(setup.moe.precision), setup.moe.max_tokens),
      projection_(context, queryColumns(setup.attention), setup.moe.shape.hidden,
                  isBf16(setup.moe.precision), setup.moe.max_tokens),
      weights_(qkv_.weightBytes() + projection_.weightBytes()),
      moe_(context, std::move(team), setup.moe, weights.moe) {
  qkv_.pack(weights.qkv, weights_.as<void>());
  projection_.pack(weights.output, weights_.as<void>(qkv_.weightBytes()));
  const int hidden = setup.moe.shape.hidden;
  const std::vector<std::pair<RowBuffer*, int>> buffers{{&normed_, qkv_.inStride()},
                                                        {&qkv_rows_, qkv_.outStride()},
                                                        {&mixed_, projection_.inStride()},
                                                        {&projected_, projection_.outStride()},
                                                        {&residual_, hidden},
                                                        {&moe_input_, hidden},
                                                        {&moe_output_, hidden}};
  const std::size_t rows = Linear::paddedRows(setup.moe.max_tokens);
  std::size_t bytes = 0;
  for (const auto& [buffer, stride] : buffers) bytes += (rows * stride + 16) / 16 * 64;
  space_ = HugeBuffer(bytes);
  bytes = 0;
  for (const auto& [buffer, stride] : buffers) {
    *buffer = {space_.as<float>(bytes), stride};
    bytes += (rows * stride + 16) / 16 * 64;
  }
}

Result<void> CpuDecoderBlock::room(int batch, int tokens) const {
  const std::int64_t pages = kvPages(batch, tokens);
  if (batch >= 1 && tokens >= 0 && pages <= setup_.kv_pages) return {};
  return fail(ErrorKind::kInfeasible, "KV cache",
              fmt::format("{} sequences of {} tokens take {} pages of {} tokens; there are {}",
                          batch, tokens, pages, kKvPageTokens, setup_.kv_pages));
}

Result<void> CpuDecoderBlock::checkRows(std::span<const float> input, std::span<float> output,
                                        std::int64_t rows) const {
  if (rows >= 1 && rows <= setup_.moe.max_tokens &&
      input.size() == static_cast<std::size_t>(rows) * setup_.moe.shape.hidden &&
      output.size() == input.size()) {
    return {};
  }
  return fail(ErrorKind::kUsage, "decoder block",
              fmt::format("input has {} and output {} values for {} tokens of hidden size {}; at "
                          "most {} tokens were prepared for",
                          input.size(), output.size(), rows, setup_.moe.shape.hidden,
                          setup_.moe.max_tokens));
}

Result<void> CpuDecoderBlock::fill(int batch, int context) {
  if (const Result<void> fits = room(batch, context); !fits) return fits;
  if (batch > setup_.moe.max_tokens) {
    return fail(ErrorKind::kUsage, "decoder block",
                fmt::format("{} sequences, but at most {} tokens were prepared for", batch,
                            setup_.moe.max_tokens));
  }
  cache_.start(batch);
  require(cache_.grow(context), "room for these pages was checked");
  fillCache(cache_, *context_.simd);
  return {};
}

Result<RunReport> CpuDecoderBlock::decode(std::span<const float> input, std::span<float> output,
                                          const RunOptions& options) {
  return checkRows(input, output, cache_.batch())
      .and_then([&] { return room(cache_.batch(), cache_.tokens() + 1); })
      .and_then([&] {
        require(cache_.grow(1), "room for these pages was checked");
        auto report = guarded([&] { return run(1, input.data(), output.data(), options); });
        if (!report) cache_.shrink(1);
        return report;
      });
}

Result<RunReport> CpuDecoderBlock::prefill(int batch, int tokens, std::span<const float> input,
                                           std::span<float> output, const RunOptions& options) {
  return checkRows(input, output, static_cast<std::int64_t>(batch) * tokens)
      .and_then([&] { return room(batch, tokens); })
      .and_then([&] {
        cache_.start(batch);
        require(cache_.grow(tokens), "room for these pages was checked");
        return guarded([&] { return run(tokens, input.data(), output.data(), options); });
      });
}

void CpuDecoderBlock::forgetLast() {
  if (cache_.tokens() > 0) cache_.shrink(1);
}

void CpuDecoderBlock::evict() {
  weights_.evict();
  cache_.evict();
  moe_.evict();
}

Result<RunReport> CpuDecoderBlock::run(int tokens, const float* input, float* output,
                                       const RunOptions& options) {
  const int rows = cache_.batch() * tokens;
  const std::size_t hidden = setup_.moe.shape.hidden;
  RunReport block;
  PhaseClock clock(options.phase_times);
  norm(rows, input, normed_);
  clock.mark(block.phases.other);
  project(rows, block);
  cacheTokens(tokens);
  if (tokens == 1) {
    attention_.decode(*team_, cache_, qkv_rows_, mixed_);
  } else {
    attention_.prefill(*team_, cache_, qkv_rows_, mixed_);
  }
  block.prepared = projection_.prepare(rows) || block.prepared;
  projection_.run(*team_, rows, mixed_, weights_.as<void>(qkv_.weightBytes()), projected_);
  clock.mark(block.phases.attention);
  add(rows, input, projected_, residual_);
  norm(rows, residual_.data, moe_input_);
  clock.mark(block.phases.other);
  Result<RunReport> report = moe_.run(std::span<const float>(moe_input_.data, rows * hidden),
                                      std::span<float>(moe_output_.data, rows * hidden), options);
  if (!report) return report;
  clock.mark(block.phases.experts);  // replaced by the layer's own phases
  add(rows, residual_.data, moe_output_, {output, static_cast<int>(hidden)});
  clock.mark(block.phases.other);
  report->phases.attention = block.phases.attention;
  report->phases.other = block.phases.other;
  report->prepared = report->prepared || block.prepared;
  report->work.flop += block.work.flop;
  report->work.weight_bytes += block.work.weight_bytes;
  report->work.kv_bytes = cachedBytes(cache_);
  return report;
}

void CpuDecoderBlock::project(int rows, RunReport& report) {
  report.prepared = qkv_.prepare(rows);
  qkv_.run(*team_, rows, normed_, weights_.as<void>(), qkv_rows_);
  const AttentionShape& shape = setup_.attention;
  const double elements = static_cast<double>(setup_.moe.shape.hidden) *
                          (2.0 * queryColumns(shape) + 2.0 * keyColumns(shape));
  const double tokens = static_cast<double>(rows) / cache_.batch();
  const double keys = cache_.tokens() - (tokens - 1) / 2;  // seen by a query on average
  report.work.flop = Flop(2 * elements * rows + attentionFlop(shape, rows * keys));
  report.work.weight_bytes = Bytes(elements * (isBf16(setup_.moe.precision) ? 2 : 4));
}

void CpuDecoderBlock::cacheTokens(int tokens) {
  const int query = queryColumns(setup_.attention);
  const int key = keyColumns(setup_.attention);
  const int first = cache_.tokens() - tokens;
  const int pages = static_cast<int>(kvPages(1, tokens));  // first is 0 when there are several
  team_->forEach(cache_.batch() * pages, [&](int unit, int) {
    const int sequence = unit / pages;
    const int end = std::min(tokens, (unit % pages + 1) * kKvPageTokens);
    for (int i = unit % pages * kKvPageTokens; i < end; ++i) {
      const float* row = qkv_rows_.row(static_cast<std::size_t>(sequence) * tokens + i) + query;
      cache_.write(sequence, first + i, row, row + key, *context_.simd);
    }
  });
}

void CpuDecoderBlock::norm(int rows, const float* from, const RowBuffer& to) {
  const int hidden = setup_.moe.shape.hidden;
  team_->forEach((rows + kTogetherRows - 1) / kTogetherRows, [&](int unit, int) {
    const int end = std::min(rows, (unit + 1) * kTogetherRows);
    for (int i = unit * kTogetherRows; i < end; ++i) {
      context_.simd->rms_norm(from + static_cast<std::size_t>(i) * hidden, hidden, to.row(i));
    }
  });
}

void CpuDecoderBlock::add(int rows, const float* a, const RowBuffer& b, const RowBuffer& to) {
  const int hidden = setup_.moe.shape.hidden;
  team_->forEach((rows + kTogetherRows - 1) / kTogetherRows, [&](int unit, int) {
    const int end = std::min(rows, (unit + 1) * kTogetherRows);
    for (int i = unit * kTogetherRows; i < end; ++i) {
      const float* row = b.row(i);
      const float one = 1;
      context_.simd->combine(a + static_cast<std::size_t>(i) * hidden, &row, &one, 1, hidden,
                             to.row(i));
    }
  });
}

}  // namespace moe
