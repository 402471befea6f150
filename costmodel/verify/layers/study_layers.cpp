#include <fmt/format.h>

#include <algorithm>

#include "costmodel/kernels/reference/moe_layer.h"
#include "costmodel/verify/layers/study_parts.h"
#include "costmodel/verify/measure/drawn_routing.h"
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

/// The part of a routing that concerns the first tokens.
Routing firstTokens(const Routing& routing, int tokens) {
  Routing part;
  part.tokens = tokens;
  part.experts = routing.experts;
  part.first.push_back(0);
  for (int expert = 0; expert < routing.experts; ++expert) {
    for (auto i = static_cast<std::size_t>(routing.first[static_cast<std::size_t>(expert)]);
         i < static_cast<std::size_t>(routing.first[static_cast<std::size_t>(expert) + 1]); ++i) {
      if (routing.token[i] >= tokens) continue;
      part.token.push_back(routing.token[i]);
      part.weight.push_back(routing.weight[i]);
    }
    part.first.push_back(static_cast<std::int32_t>(part.token.size()));
  }
  return part;
}

/// The first tokens of one run against the reference, with the kernel's own routing or the one
/// handed in.
Result<LayerCheck> checkNumbers(const StudyRun& run, LayerTimer& timer, const SampleLayer& layer,
                                const MoeLayerWeights& weights) {
  const auto hidden = static_cast<std::size_t>(layer.hidden);
  const auto all = static_cast<std::size_t>(layer.tokens) * hidden;
  const int tokens = std::min(layer.tokens, run.options.checked_tokens);
  const auto used = static_cast<std::size_t>(tokens) * hidden;
  const std::span<const float> input = timer.inputs().first(all);
  std::vector<float> output(all);
  Routing routing;
  if (layer.ownRouter()) {
    const auto report = timer.layer().run(input, output);
    if (!report) return tl::unexpected(report.error());
    routing = timer.layer().lastRouting();
  } else {
    routing = drawnRouting(popularityOfSkew(layer.skew, layer.experts, layer.top_k), layer.tokens,
                           run.options.seed);
    const auto report = timer.layer().run(input, routing, output);
    if (!report) return tl::unexpected(report.error());
  }
  const std::vector<double> reference = referenceMoeLayer(
      timer.setup().shape, weights, asDoubles(input.first(used)), firstTokens(routing, tokens));
  return checkLayer(std::span(output).first(used), reference, hidden,
                    layerTolerance(layer.precision));
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
  if (run.options.checked_tokens > 0) {
    auto check = checkNumbers(run, timer, layer, weights);
    if (!check) return tl::unexpected(check.error());
    row.check = *std::move(check);
  }
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
  const Bytes needed = weights + packed + rows;
  const Bytes room = 0.8 * run.bench.machine.available;
  if (needed <= room) return std::nullopt;
  return fmt::format("needs {:.1f} GB; {:.1f} GB are free for it", needed.value() / 1e9,
                     room.value() / 1e9);
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
