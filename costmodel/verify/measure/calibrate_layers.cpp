#include <fmt/format.h>

#include <algorithm>

#include "costmodel/verify/measure/calibration_run.h"
#include "costmodel/verify/measure/layer_timer.h"
#include "costmodel/verify/measure/pooled_weights.h"

namespace moe {
namespace {

double layerFlop(const PlannedLayer& layer, int tokens) {
  return 6.0 * layer.hidden * layer.expert_ffn * layer.top_k * tokens;
}

Result<void> addLayer(CalibrationRun& run, const PlannedLayer& layer, LayerPrecision precision,
                      const MoeLayerWeights& weights, TableText& table) {
  std::vector<int> tokens;
  for (const int count : run.plan.layer_tokens)
    if (layerFlop(layer, count) <= run.plan.most_flop) tokens.push_back(count);
  if (tokens.empty()) return {};
  MoeLayerSetup setup;
  setup.shape = {.hidden = layer.hidden,
                 .expert_ffn = layer.expert_ffn,
                 .experts = layer.experts,
                 .top_k = layer.top_k};
  setup.precision = precision;
  setup.max_tokens = tokens.back();
  setup.threads = run.bench.threads;
  auto timer = LayerTimer::make(run.bench, setup, weights);
  if (!timer) return tl::unexpected(timer.error());
  for (const double skew : run.plan.skews) {
    if (skew > 0 && layer.experts == layer.top_k) continue;  // every token takes all of them
    for (const int count : tokens) {
      if (run.stopped()) return {};
      const auto timing = timer->timeRouted(count, skew, run.plan.timing, 1, run.stop);
      if (!timing) return tl::unexpected(timing.error());
      if (run.stopped()) return {};  // cut short: no measurement
      table.add(
          fmt::format("{},{},{},{},{},{},{},1,1", run.bench.kernels->name(), formatName(precision),
                      skew, layer.hidden, layer.expert_ffn, layer.experts, layer.top_k),
          count, run.keep(timing->time));
    }
  }
  return {};
}

/// Whether f32 weights, their packed copies and as much again fit in the memory.
bool layerFits(const Bench& bench, const PlannedLayer& layer) {
  const MoeLayerShape shape{
      .hidden = layer.hidden, .expert_ffn = layer.expert_ffn, .experts = layer.experts};
  const Bytes bytes = layerBytes(shape, LayerPrecision::kF32);
  return 3 * bytes < 0.7 * bench.machine.available;
}

}  // namespace

Result<void> calibrateLayers(CalibrationRun& run, double from, double to) {
  TableText table(
      KernelOperation::kMoe,
      "engine,dtype,skew,hidden,expert_ffn,experts,top_k,moe_tensor_parallel,"
      "expert_parallel",
      "microseconds of routed experts with dispatch and combine, without router; columns: "
      "tokens; weights from memory");
  const auto steps = static_cast<double>(run.plan.layers.size());
  for (std::size_t i = 0; i < run.plan.layers.size() && !run.stopped(); ++i) {
    const PlannedLayer& layer = run.plan.layers[i];
    run.report("experts", from + (to - from) * static_cast<double>(i) / steps);
    if (!layerFits(run.bench, layer)) continue;
    const MoeLayerWeights weights = pooledWeights(MoeLayerShape{.hidden = layer.hidden,
                                                                .expert_ffn = layer.expert_ffn,
                                                                .experts = layer.experts,
                                                                .top_k = layer.top_k},
                                                  i);
    for (const LayerPrecision precision : run.precisions)
      if (const auto good = addLayer(run, layer, precision, weights, table); !good) return good;
  }
  if (!table.empty()) run.tables.push_back(table.table());
  return {};
}

}  // namespace moe
