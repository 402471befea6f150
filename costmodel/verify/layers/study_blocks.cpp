#include <algorithm>
#include <memory>

#include "costmodel/verify/layers/study_parts.h"
#include "costmodel/verify/measure/layer_timer.h"
#include "costmodel/verify/measure/pooled_weights.h"

namespace moe {
namespace {

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

Bytes keysAndValues(const DecoderBlockSetup& setup) {
  return Bytes(2.0 * setup.kv_pages * kKvPageTokens * setup.attention.kv_heads *
               setup.attention.head_dim * weightBytes(formatOf(setup.kv_precision)));
}

Bytes projections(const DecoderBlockSetup& setup, LayerPrecision precision) {
  const double columns =
      2.0 * (setup.attention.heads + setup.attention.kv_heads) * setup.attention.head_dim;
  return Bytes(columns * setup.moe.shape.hidden * weightBytes(formatOf(precision)));
}

/// Why a block cannot run here; none when it can.
std::optional<std::string> obstacle(const StudyRun& run, const DecoderBlockSetup& setup) {
  if (auto reason = notOffered(*run.bench.kernels, setup.moe.precision)) return reason;
  const MoeLayerShape& shape = setup.moe.shape;
  const Bytes weights =
      layerBytes(shape, LayerPrecision::kF32) + projections(setup, LayerPrecision::kF32);
  const Bytes held = layerBytes(shape, setup.moe.precision) +
                     projections(setup, setup.moe.precision) + keysAndValues(setup);
  const Bytes rows(4.0 * setup.moe.max_tokens *
                   (9.0 * shape.hidden + 3.0 * shape.expert_ffn * shape.top_k));
  return lacksMemory(run, weights + held + rows);
}

/// A block, filled for decoding.
Result<std::unique_ptr<DecoderBlock>> readyBlock(const StudyRun& run, const SampleBlock& block,
                                                 const DecoderBlockSetup& setup,
                                                 const DecoderBlockWeights& weights) {
  auto made = run.bench.kernels->decoderBlock(setup, weights);
  if (!made || block.prefill) return made;
  if (auto filled = (*made)->fill(block.batch, block.context); !filled)
    return tl::unexpected(filled.error());
  return made;
}

/// Decodes one token and takes it back, unmeasured: the time is the decode's alone.
class BlockRuns {
 public:
  BlockRuns(DecoderBlock& kernel, const SampleBlock& block)
      : kernel_(kernel),
        block_(block),
        input_(normalNumbers(static_cast<std::size_t>(block.tokens()) * block.hidden, 5)),
        output_(input_.size()) {}

  /// Off the clock: the token of the last run is taken back, weights and cache come from memory.
  void before() {
    if (ran_ && !block_.prefill) kernel_.forgetLast();
    if (ran_) kernel_.evict();
    ran_ = false;
  }
  /// Whether the time counts.
  bool run() {
    before();
    ran_ = true;
    const auto report = block_.prefill
                            ? kernel_.prefill(block_.batch, block_.context, input_, output_)
                            : kernel_.decode(input_, output_);
    if (!report) error_ = report.error();
    if (report) distinct_ = report->work.distinct_experts;
    return !report || !report->prepared;
  }
  const std::optional<Error>& error() const { return error_; }
  double distinct() const { return distinct_; }
  /// The step of the last run.
  BlockStep step(const DecoderBlockSetup& setup, const DecoderBlockWeights& weights) const {
    return {kernel_, setup, weights, input_, output_};
  }

 private:
  DecoderBlock& kernel_;
  const SampleBlock& block_;
  std::vector<float> input_, output_;
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
  const DecoderBlockSetup setup = setupOf(block, run.bench.threads);
  if (auto reason = obstacle(run, setup)) {
    row.reason = *reason;
    return row;
  }
  const DecoderBlockWeights weights = pooledWeights(setup, run.options.seed);
  const auto kernel = readyBlock(run, block, setup, weights);
  if (!kernel) return tl::unexpected(kernel.error());
  BlockRuns runs(**kernel, block);
  row.measured = repeatTimed([&] { return runs.run(); }, run.options.timing, run.stop,
                             run.bench.clock, [&] { runs.before(); });
  if (runs.error()) return tl::unexpected(*runs.error());
  row.distinct_experts = runs.distinct();
  if (auto good = checkBlockNumbers(block, runs.step(setup, weights), row); !good)
    return tl::unexpected(good.error());
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
  DecoderBlockSetup setup = setupOf(limit.block, run.bench.threads);
  setup.kv_pages = limit.kv_pages;
  if (auto reason = obstacle(run, setup)) {
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
