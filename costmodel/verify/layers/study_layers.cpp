#include <fmt/format.h>

#include <algorithm>

#include "costmodel/verify/layers/study_parts.h"
#include "costmodel/verify/measure/layer_timer.h"
#include "costmodel/verify/measure/pooled_weights.h"

namespace moe {
namespace {

MoeLayerShape shapeOf(const SampleLayer& layer) {
  return {.hidden = layer.hidden,
          .expert_ffn = layer.expert_ffn,
          .experts = layer.experts,
          .top_k = layer.top_k,
          .shared_ffn = layer.shared_ffn};
}

/// Layers that share their packed weights.
bool sameLayer(const SampleLayer& a, const SampleLayer& b) {
  return a.precision == b.precision && a.top_k == b.top_k;
}

VerifyRow rowOf(const StudyRun& run, const SampleLayer& layer) {
  VerifyRow row;
  row.kind = RowKind::kLayer;
  row.layer = layer;
  row.what = describe(layer);
  row.predicted = predictLayer(run.kernels, layer);
  return row;
}

Result<VerifyRow> measureLayer(const StudyRun& run, LayerTimer& timer, const SampleLayer& layer,
                               const MoeLayerWeights& weights) {
  VerifyRow row = rowOf(run, layer);
  const auto timing = layer.ownRouter()
                          ? timer.timeWhole(layer.tokens, run.options.timing, run.stop)
                          : timer.timeRouted(layer.tokens, layer.skew, run.options.timing,
                                             run.options.seed, run.stop);
  if (!timing) return tl::unexpected(timing.error());
  row.measured = timing->time;
  row.distinct_experts = timing->distinct_experts;
  if (auto good = checkLayerNumbers(run, timer, layer, weights, row); !good)
    return tl::unexpected(good.error());
  judge(row);
  return row;
}

/// Why a layer cannot run here; none when it can.
std::optional<std::string> obstacle(const StudyRun& run, const SampleLayer& layer) {
  if (auto reason = notOffered(*run.bench.kernels, layer.precision)) return reason;
  const Bytes weights = layerBytes(shapeOf(layer), LayerPrecision::kF32);
  const Bytes packed = layerBytes(shapeOf(layer), layer.precision);
  const Bytes rows(4.0 * layer.tokens *
                   (3.0 * layer.hidden + 3.0 * layer.expert_ffn * layer.top_k));
  return lacksMemory(run, weights + packed + rows);
}

Result<void> studySameLayer(const StudyRun& run, std::span<const SampleLayer> layers,
                            const MoeLayerWeights& weights,
                            const std::function<void(VerifyRow)>& done) {
  MoeLayerSetup setup;
  setup.shape = shapeOf(layers.front());
  setup.precision = layers.front().precision;
  setup.threads = run.bench.threads;
  for (const SampleLayer& layer : layers)
    setup.max_tokens = std::max(setup.max_tokens, layer.tokens);
  auto timer = LayerTimer::make(run.bench, setup, weights);
  if (!timer) return tl::unexpected(timer.error());
  for (const SampleLayer& layer : layers) {
    if (run.stop.stop_requested()) return {};
    auto row = measureLayer(run, *timer, layer, weights);
    if (!row) return tl::unexpected(row.error());
    if (!run.stop.stop_requested()) done(*std::move(row));
  }
  return {};
}

}  // namespace

std::optional<std::string> lacksMemory(const StudyRun& run, Bytes needed) {
  const Bytes room = 0.8 * run.bench.machine.available;
  if (needed <= room) return std::nullopt;
  return fmt::format("needs {:.1f} GB; {:.1f} GB are free for it", needed.value() / 1e9,
                     room.value() / 1e9);
}

std::optional<std::string> notOffered(const KernelSet& kernels, LayerPrecision precision) {
  for (const PrecisionSupport& support : kernels.precisions())
    if (support.precision == precision)
      return support.offered ? std::nullopt : std::optional(support.reason);
  return fmt::format("the kernels do not know {}", formatName(precision));
}

Result<void> studyLayers(const StudyRun& run, std::span<const SampleLayer> layers,
                         const std::function<void(VerifyRow)>& done) {
  std::vector<SampleLayer> runnable;
  for (const SampleLayer& layer : layers) {
    const auto reason = obstacle(run, layer);
    if (!reason) runnable.push_back(layer);
    if (!reason) continue;
    VerifyRow row = rowOf(run, layer);
    row.reason = *reason;
    done(std::move(row));
  }
  if (runnable.empty()) return {};
  const MoeLayerWeights weights = pooledWeights(shapeOf(runnable.front()), run.options.seed);
  for (std::size_t first = 0, last = 0; first < runnable.size(); first = last) {
    while (last < runnable.size() && sameLayer(runnable[first], runnable[last])) ++last;
    if (run.stop.stop_requested()) return {};
    const auto good =
        studySameLayer(run, std::span(runnable).subspan(first, last - first), weights, done);
    if (!good) return good;
  }
  return {};
}

}  // namespace moe
