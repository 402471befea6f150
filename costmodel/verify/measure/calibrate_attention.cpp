#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "costmodel/verify/measure/calibration_run.h"
#include "costmodel/verify/measure/layer_timer.h"

namespace moe {
namespace {

/// Decode reads keys and values from memory; prefill has just made them.
Result<RobustTime> timeAttention(const CalibrationRun& run, const AttentionSetup& setup) {
  const bool decode = setup.pass == AttentionPass::kDecode;
  const auto kernel = run.bench.kernels->attention(setup);
  if (!kernel) return tl::unexpected(kernel.error());
  const std::size_t rows = static_cast<std::size_t>(setup.batch) * (decode ? 1 : setup.context);
  const std::vector<float> query =
      normalNumbers(rows * static_cast<std::size_t>(setup.shape.heads * setup.shape.head_dim), 3);
  std::vector<float> output(query.size());
  std::optional<Error> error;
  const RobustTime time = repeatTimed(
      [&] {
        const auto report = (*kernel)->run(query, output);
        if (!report) error = report.error();
        return !report || !report->prepared;
      },
      run.plan.timing, run.stop, run.bench.clock,
      decode ? [&] { (*kernel)->evict(); } : std::function<void()>());
  if (error) return tl::unexpected(*error);
  return time;
}

/// Prefill computes 2 heads head_dim tokens^2 FLOP a sequence (causal).
bool attentionFits(const CalibrationPlan& plan, const PlannedHeads& heads, int batch, int tokens) {
  return fitsPlan(plan, heads, batch, tokens) &&
         2.0 * heads.heads * heads.head_dim * tokens * tokens * batch <= plan.most_flop;
}

Result<void> addHeads(CalibrationRun& run, LayerPrecision precision, const PlannedHeads& heads,
                      AttentionPass pass, TableText& table) {
  const bool decode = pass == AttentionPass::kDecode;
  const CalibrationPlan& plan = run.plan;
  for (const int batch : decode ? plan.decode_batches : plan.prefill_batches)
    for (const int context : decode ? plan.decode_contexts : plan.prefill_tokens) {
      if (run.stopped()) return {};
      const bool fits = decode ? fitsPlan(plan, heads, batch, context)
                               : attentionFits(plan, heads, batch, context);
      if (!fits) continue;
      AttentionSetup setup;
      setup.shape.heads = heads.heads;
      setup.shape.kv_heads = heads.kv_heads;
      setup.shape.head_dim = heads.head_dim;
      setup.pass = pass;
      setup.kv_precision = precision;
      setup.batch = batch;
      setup.context = context;
      setup.threads = run.bench.threads;
      const auto time = timeAttention(run, setup);
      if (!time) return tl::unexpected(time.error());
      if (run.stopped()) return {};  // cut short: no measurement
      const std::string format(formatName(precision));
      table.add(fmt::format("{}{},{},{},{},{}", decode ? "" : format + ",", format, heads.head_dim,
                            heads.heads, heads.kv_heads, batch),
                context, run.keep(*time));
    }
  return {};
}

}  // namespace

Result<void> calibrateAttention(CalibrationRun& run, double from, double to) {
  TableText decode(
      KernelOperation::kDecodeAttention, "kv_dtype,head_dim,heads,kv_heads,batch",
      "microseconds of one new token a sequence; columns: context; caches from memory");
  TableText prefill(KernelOperation::kPrefillAttention,
                    "dtype,kv_dtype,head_dim,heads,kv_heads,batch",
                    "microseconds of causal prompts; columns: tokens of a prompt");
  const auto steps = static_cast<double>(2 * run.precisions.size() * run.plan.heads.size());
  double step = 0;
  for (const LayerPrecision precision : run.precisions)
    for (const PlannedHeads& heads : run.plan.heads)
      for (const AttentionPass pass : {AttentionPass::kDecode, AttentionPass::kPrefill}) {
        run.report("attention", from + (to - from) * step++ / steps);
        TableText& table = pass == AttentionPass::kDecode ? decode : prefill;
        if (const auto good = addHeads(run, precision, heads, pass, table); !good) return good;
      }
  for (const TableText* table : {&decode, &prefill})
    if (!table->empty()) run.tables.push_back(table->table());
  return {};
}

}  // namespace moe
