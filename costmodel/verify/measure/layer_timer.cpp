#include "costmodel/verify/measure/layer_timer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <optional>

#include "costmodel/verify/measure/drawn_routing.h"
#include "data/counter_random.h"
#include "data/quantile.h"

namespace moe {
namespace {

/// Inputs of a point whose layer routes them itself: many where few tokens touch few experts.
int inputsFor(int tokens) { return tokens <= 8 ? 16 : tokens <= 32 ? 8 : tokens <= 512 ? 2 : 1; }

/// Routings of a point that are chosen to be typical.
int routingsFor(int tokens) { return tokens <= 32 ? 4 : tokens <= 512 ? 2 : 1; }

struct RunTotals {
  double distinct = 0;
  int runs = 0;
  std::vector<double> router_s;
};

/// The time of one run with several inputs, whose routings touch different experts: the mean over
/// inputs of each one's median. The spread is that of one input, so that unlike routings do not
/// pass for noise. Ends after whole cycles only, so that every input weighs the same. `before` runs
/// before each, off the clock.
RobustTime meanOfCycles(std::size_t inputs, const std::function<bool(std::size_t)>& one,
                        const std::function<void()>& before, const TimingOptions& options,
                        std::stop_token stop, const Clock& clock) {
  std::vector<std::vector<double>> samples(inputs);
  bool warm = false;  // repeatTimed does not count the first cycle
  RobustTime time = repeatTimed(
      [&] {
        bool counts = true;
        for (std::size_t input = 0; input < inputs; ++input) {
          before();
          const double begin = clock();
          const bool good = one(input);
          if (warm && good) samples[input].push_back(std::max(clock() - begin, 1e-9));
          counts = counts && good;
        }
        warm = true;
        return counts;
      },
      options, stop, clock);
  std::vector<double> medians, spreads, fastest;
  for (const std::vector<double>& of_input : samples) {
    if (of_input.empty()) continue;
    const RobustTime known = robustTime(of_input);
    medians.push_back(known.median_s);
    fastest.push_back(known.fastest_s);
    spreads.push_back(known.spread);
  }
  const auto mean = [](const std::vector<double>& of) {
    return std::accumulate(of.begin(), of.end(), 0.0) / static_cast<double>(of.size());
  };
  time.median_s = mean(medians);
  time.fastest_s = mean(fastest);
  time.spread = quantile(spreads, 0.5);
  return time;
}

}  // namespace

Bytes layerBytes(const MoeLayerShape& shape, LayerPrecision precision) {
  const double matrices = shape.activation == Activation::kRelu ? 2 : 3;
  const double width = 1.0 * shape.expert_ffn * shape.experts + shape.shared_ffn;
  return Bytes(matrices * shape.hidden * width * weightBytes(formatOf(precision)));
}

std::vector<float> normalNumbers(std::size_t count, std::uint64_t seed) {
  std::vector<float> numbers(count);
  for (std::size_t i = 0; i < count; i += 2) {
    // Two normal numbers from two even ones (Box and Muller).
    const double u = (static_cast<double>(counterRandom(seed, 1, i) >> 11) + 0.5) * 0x1p-53;
    const double v = static_cast<double>(counterRandom(seed, 2, i) >> 11) * 0x1p-53;
    const double radius = std::sqrt(-2 * std::log(u));
    numbers[i] = static_cast<float>(radius * std::cos(2 * std::numbers::pi * v));
    if (i + 1 < count)
      numbers[i + 1] = static_cast<float>(radius * std::sin(2 * std::numbers::pi * v));
  }
  return numbers;
}

Result<LayerTimer> LayerTimer::make(const Bench& bench, const MoeLayerSetup& setup,
                                    const MoeLayerWeights& weights) {
  LayerTimer timer;
  timer.clock_ = bench.clock;
  timer.setup_ = setup;
  auto layer = bench.kernels->moeLayer(setup, weights);
  if (!layer) return tl::unexpected(layer.error());
  timer.layer_ = *std::move(layer);
  const auto row = static_cast<std::size_t>(setup.shape.hidden);
  const auto tokens = static_cast<std::size_t>(setup.max_tokens);
  timer.input_ = normalNumbers((2 * tokens + 64) * row, 7);
  timer.output_.resize(tokens * row);
  return timer;
}

std::span<const float> LayerTimer::inputOf(int tokens, int run) const {
  const auto row = static_cast<std::size_t>(setup_.shape.hidden);
  const auto count = static_cast<std::size_t>(tokens);
  const std::size_t rows = input_.size() / row;
  const std::size_t first = static_cast<std::size_t>(run) * count % (rows - count);
  return std::span(input_).subspan(first * row, count * row);
}

Result<LayerTiming> LayerTimer::timeRouted(int tokens, double skew, const TimingOptions& options,
                                           std::uint64_t seed, std::stop_token stop) {
  const std::vector<Routing> routings =
      typicalRoutings(popularityOfSkew(skew, setup_.shape.experts, setup_.shape.top_k), tokens,
                      routingsFor(tokens), seed);
  const std::size_t used = static_cast<std::size_t>(tokens) * setup_.shape.hidden;
  RunTotals totals;
  std::optional<Error> error;
  const auto one = [&](std::size_t routing) {
    const auto report = layer_->run(inputOf(tokens, static_cast<int>(routing)), routings[routing],
                                    std::span(output_).first(used));
    if (!report) error = report.error();
    if (report) totals.distinct += report->work.distinct_experts, ++totals.runs;
    return !report || !report->prepared;
  };
  for (std::size_t routing = 0; routing < routings.size(); ++routing) one(routing);
  LayerTiming timing;
  timing.time = meanOfCycles(
      routings.size(), one, [&] { layer_->evict(); }, options, stop, clock_);
  if (error) return tl::unexpected(*error);
  timing.distinct_experts = totals.distinct / std::max(1, totals.runs);
  return timing;
}

Result<LayerTiming> LayerTimer::timeWhole(int tokens, const TimingOptions& options,
                                          std::stop_token stop) {
  const std::size_t used = static_cast<std::size_t>(tokens) * setup_.shape.hidden;
  RunTotals totals;
  std::optional<Error> error;
  const auto inputs = static_cast<std::size_t>(inputsFor(tokens));
  const auto one = [&](std::size_t input) {
    const auto report = layer_->run(inputOf(tokens, static_cast<int>(input)),
                                    std::span(output_).first(used), {.phase_times = true});
    if (!report) error = report.error();
    if (report) {
      totals.distinct += report->work.distinct_experts, ++totals.runs;
      totals.router_s.push_back(report->phases.router.value());
    }
    return !report || !report->prepared;
  };
  for (std::size_t input = 0; input < inputs; ++input) one(input);
  totals.router_s.clear();  // those runs prepared kernels
  LayerTiming timing;
  timing.time = meanOfCycles(
      inputs, one, [&] { layer_->evict(); }, options, stop, clock_);
  if (error) return tl::unexpected(*error);
  timing.router_s = quantile(totals.router_s, 0.5);
  timing.distinct_experts = totals.distinct / std::max(1, totals.runs);
  return timing;
}

}  // namespace moe
