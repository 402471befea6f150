#include <algorithm>
#include <cmath>
#include <memory>

#include "costmodel/verify/layers/study_parts.h"
#include "costmodel/verify/measure/layer_pool.h"
#include "costmodel/verify/measure/pooled_weights.h"

namespace moe {
namespace {

constexpr int kMostBlocks = 16;

DecoderBlockSetup setupOf(const SampleBlock& block, int threads) {
  DecoderBlockSetup setup;
  setup.moe.shape = {.hidden = block.hidden,
                     .expert_ffn = block.expert_ffn,
                     .experts = block.experts,
                     .top_k = block.top_k};
  setup.moe.precision = block.precision;
  setup.moe.max_tokens = block.tokens();
  setup.moe.threads = threads;
  setup.attention.heads = block.heads;
  setup.attention.kv_heads = block.kv_heads;
  setup.attention.head_dim = block.head_dim;
  setup.kv_precision = block.precision;
  const int room = block.prefill ? block.context : block.context + 1;
  setup.kv_pages = static_cast<int>(kvPages(block.batch, room));
  return setup;
}

using Blocks = std::vector<std::unique_ptr<DecoderBlock>>;

/// Blocks whose weights and caches do not stay in the processor's caches, filled for decoding.
Result<Blocks> blocksOf(const StudyRun& run, const SampleBlock& block) {
  const DecoderBlockSetup setup = setupOf(block, run.bench.threads);
  const DecoderBlockWeights weights = pooledWeights(setup, run.options.seed);
  const double each = layerBytes(setup.moe.shape, block.precision).value();
  const int count = static_cast<int>(
      std::clamp(std::ceil(run.cold.value() / each), 2.0, static_cast<double>(kMostBlocks)));
  Blocks blocks;
  for (int i = 0; i < count; ++i) {
    auto made = run.bench.kernels->decoderBlock(setup, weights);
    if (!made) return tl::unexpected(made.error());
    blocks.push_back(*std::move(made));
    if (block.prefill) continue;
    if (auto filled = blocks.back()->fill(block.batch, block.context); !filled)
      return tl::unexpected(filled.error());
  }
  return blocks;
}

/// Decodes one token in one block and takes it back, unmeasured: the time is the decode's alone.
class BlockRuns {
 public:
  BlockRuns(Blocks& blocks, const SampleBlock& block)
      : blocks_(blocks),
        block_(block),
        input_(normalNumbers(static_cast<std::size_t>(block.tokens()) * block.hidden, 5)),
        output_(input_.size()) {}

  /// Whether the time counts.
  bool run() {
    takeBack();
    DecoderBlock& kernel = *blocks_[next_];
    const auto report = block_.prefill
                            ? kernel.prefill(block_.batch, block_.context, input_, output_)
                            : kernel.decode(input_, output_);
    if (!report) error_ = report.error();
    if (report) distinct_ = report->work.distinct_experts;
    return !report || !report->prepared;
  }
  const std::optional<Error>& error() const { return error_; }
  double distinct() const { return distinct_; }

 private:
  /// The block that ran before gives its token back; it costs a counter, no time worth taking off.
  void takeBack() {
    if (ran_ && !block_.prefill) blocks_[next_]->forgetLast();
    if (ran_) next_ = (next_ + 1) % blocks_.size();
    ran_ = true;
  }

  Blocks& blocks_;
  const SampleBlock& block_;
  std::vector<float> input_, output_;
  std::size_t next_ = 0;
  bool ran_ = false;
  double distinct_ = 0;
  std::optional<Error> error_;
};

/// Whether a fresh cache of these pages takes so many sequences and one token more of each.
Result<bool> accepts(const StudyRun& run, const SampleKvLimit& limit, int sequences) {
  SampleBlock block = limit.block;
  block.batch = sequences;
  DecoderBlockSetup setup = setupOf(block, run.bench.threads);
  setup.kv_pages = limit.kv_pages;
  auto made = run.bench.kernels->decoderBlock(setup, pooledWeights(setup, run.options.seed));
  if (!made) return tl::unexpected(made.error());
  if (!(*made)->fill(sequences, block.context)) return false;
  const std::vector<float> input(static_cast<std::size_t>(sequences * block.hidden), 1.0f);
  std::vector<float> output(input.size());
  return (*made)->decode(input, output).has_value();
}

}  // namespace

Result<VerifyRow> studyBlock(const StudyRun& run, const SampleBlock& block) {
  VerifyRow row;
  row.kind = RowKind::kBlock;
  row.block = block;
  row.what = describe(block);
  row.predicted = predictBlock(run.kernels, block);
  if (auto reason = notOffered(*run.bench.kernels, block.precision)) {
    row.reason = *reason;
    return row;
  }
  auto blocks = blocksOf(run, block);
  if (!blocks) return tl::unexpected(blocks.error());
  BlockRuns runs(*blocks, block);
  row.measured =
      repeatTimed([&] { return runs.run(); }, run.options.timing, run.stop, run.bench.clock);
  if (runs.error()) return tl::unexpected(*runs.error());
  row.distinct_experts = runs.distinct();
  judge(row);
  return row;
}

Result<VerifyRow> studyKvLimit(const StudyRun& run, const SampleKvLimit& limit) {
  VerifyRow row;
  row.kind = RowKind::kKvLimit;
  row.block = limit.block;
  row.kv_pages = limit.kv_pages;
  row.what = describe(limit.block) + " in " + std::to_string(limit.kv_pages) + " pages";
  row.predicted_sequences = predictedSequences(limit);
  if (auto reason = notOffered(*run.bench.kernels, limit.block.precision)) {
    row.reason = *reason;
    return row;
  }
  for (int sequences = 1; sequences <= row.predicted_sequences + 1; ++sequences) {
    const auto accepted = accepts(run, limit, sequences);
    if (!accepted) return tl::unexpected(accepted.error());
    if (!*accepted) break;
    row.accepted_sequences = sequences;
  }
  judge(row);
  return row;
}

}  // namespace moe
