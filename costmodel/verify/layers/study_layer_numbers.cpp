#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "costmodel/kernels/reference/moe_layer.h"
#include "costmodel/kernels/routing/router_rule.h"
#include "costmodel/verify/layers/checked_tokens.h"
#include "costmodel/verify/layers/study_parts.h"
#include "costmodel/verify/measure/drawn_routing.h"

namespace moe {
namespace {

constexpr int kMostRoutedTokens = 128;

/// So many tokens cost the reference what the options allow.
int mostChecked(const StudyOptions& options, const SampleLayer& layer) {
  const double token =
      6.0 * layer.hidden * (1.0 * layer.top_k * layer.expert_ffn + layer.shared_ffn);
  return static_cast<int>(std::clamp(options.check_flop / token, 4.0, 32.0));
}

/// Fails a check that passed when any number of the whole output is not finite: inputs and weights
/// are.
void checkFinite(std::span<const float> output, std::size_t hidden, LayerCheck& check) {
  const auto bad =
      std::find_if(output.begin(), output.end(), [](float value) { return !std::isfinite(value); });
  if (bad == output.end() || !check.passed()) return;
  const auto at = static_cast<std::size_t>(bad - output.begin());
  check.verdict = CheckVerdict::kFailed;
  check.failed_tokens = 1;
  check.reason = fmt::format("element {} of token {} is {}", at % hidden, at / hidden, *bad);
}

Result<RoutingCheck> checkOwnRouting(const SampleLayer& layer, const MoeLayerShape& shape,
                                     const MoeLayerWeights& weights, std::span<const float> input,
                                     const Routing& routing) {
  const std::vector<int> tokens = spreadTokens(layer.tokens, kMostRoutedTokens);
  const std::vector<float> rows =
      rowsOfTokens(input, static_cast<std::size_t>(layer.hidden), tokens);
  return checkRouting(
      ownRouterRule(layer.top_k), referenceRouterLogits(shape, weights, asDoubles(rows)),
      routingOfTokens(routing, tokens), routingTolerance(LayerPrecision::kF32), tokens);
}

}  // namespace

Result<void> checkLayerNumbers(const StudyRun& run, LayerTimer& timer, const SampleLayer& layer,
                               const MoeLayerWeights& weights, VerifyRow& row) {
  const auto hidden = static_cast<std::size_t>(layer.hidden);
  const std::span<const float> input =
      timer.inputs().first(static_cast<std::size_t>(layer.tokens) * hidden);
  std::vector<float> output(input.size());
  Routing routing;
  if (!layer.ownRouter())
    routing = drawnRouting(popularityOfSkew(layer.skew, layer.experts, layer.top_k), layer.tokens,
                           run.options.seed);
  const auto report = layer.ownRouter() ? timer.layer().run(input, output)
                                        : timer.layer().run(input, routing, output);
  if (!report) return tl::unexpected(report.error());
  const MoeLayerShape& shape = timer.setup().shape;
  if (layer.ownRouter()) {
    routing = timer.layer().lastRouting();
    auto checked = checkOwnRouting(layer, shape, weights, input, routing);
    if (!checked) return tl::unexpected(checked.error());
    row.routing = *std::move(checked);
  }
  const std::vector<int> tokens = tokensToCheck(routing, mostChecked(run.options, layer));
  const std::vector<double> reference =
      referenceMoeLayer(shape, weights, asDoubles(rowsOfTokens(input, hidden, tokens)),
                        routingOfTokens(routing, tokens));
  row.check = checkLayer(rowsOfTokens(output, hidden, tokens), reference, hidden,
                         layerTolerance(layer.precision), tokens);
  checkFinite(output, hidden, *row.check);
  return {};
}

}  // namespace moe
