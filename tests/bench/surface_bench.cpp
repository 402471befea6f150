// How fast designs are priced: a surface of serving and a curve of training from the exact cost
// model, and what a plan's inner loop asks of them.

#include <benchmark/benchmark.h>

#include <cmath>

#include "costmodel/engine/engine_constants.h"
#include "costmodel/planner/priced_designs.h"
#include "costmodel/verify/point_predictor.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

DesignRequest designOf(double experts, int threads) {
  const HardwareCatalog hardware = *loadHardware("");
  const HardwareEntry entry = *findHardware(hardware, "h100-sxm");
  static const TrainingSpeedModel speed = *shippedTrainingSpeedModel();
  DesignRequest request;
  request.serving.family = *templateOfRule("yun");
  request.serving.experts = experts;
  request.serving.top_k = 2;
  request.serving.kernels = *loadKernels(entry, hardware, "");
  request.serving.constants = engineConstants(Engine::kVllm);
  request.serving.load = {.prompt_tokens = 1000, .output_tokens = 300};
  request.serving.price = usdPerHour(2);
  request.serving.threads = request.training.threads = threads;
  request.training.family = request.serving.family;
  request.training.experts = experts;
  request.training.top_k = 2;
  request.training.accelerator = request.serving.kernels.target();
  request.training.price = usdPerHour(2);
  request.training.cluster_devices = 512;
  request.training.speed = &speed;
  request.training.max_params = 2e11;
  return request;
}

/// Arguments: experts, threads. Counters are per cent.
void buildSurface(benchmark::State& state) {
  const DesignRequest request =
      designOf(static_cast<double>(state.range(0)), static_cast<int>(state.range(1)));
  PriceSurface surface;
  for (auto _ : state) surface = *priceSurface(request.serving);
  state.counters["largest_error"] = 100 * surface.interpolation_error;
  state.counters["median_error"] = 100 * surface.median_interpolation_error;
  state.counters["models"] = static_cast<double>(surface.models.size());
}
BENCHMARK(buildSurface)
    ->ArgsProduct({{1, 8, 32}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

void buildTraining(benchmark::State& state) {
  const DesignRequest request = designOf(8, static_cast<int>(state.range(0)));
  TrainingCurve curve;
  for (auto _ : state) curve = *trainingCurve(request.training);
  state.counters["largest_error"] = 100 * curve.interpolation_error;
  state.counters["median_error"] = 100 * curve.median_interpolation_error;
}
BENCHMARK(buildTraining)
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

/// N spread over the range in an order that no cache foresees.
std::vector<double> sizesUpTo(double largest) {
  std::vector<double> sizes;
  const double low = std::log(2e8);
  for (int i = 0; i < 4096; ++i)
    sizes.push_back(std::exp(low + (std::log(largest) - low) * (i * 2654435761u % 4096) / 4096));
  return sizes;
}

template <class Ask>
void askDesign(benchmark::State& state, const Ask& ask) {
  const PricedDesign design = *pricedDesign(designOf(8, 0));
  const std::vector<double> sizes = sizesUpTo(design.largest_params);
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(ask(design, sizes[i++ & 4095]));
  state.SetItemsProcessed(state.iterations());
}

void askPrice(benchmark::State& state) {
  askDesign(state, [](const PricedDesign& d, double params) { return d.serving_usd(params); });
}
BENCHMARK(askPrice);

void askTraining(benchmark::State& state) {
  askDesign(state, [](const PricedDesign& d, double params) { return d.training(params, 1e12); });
}
BENCHMARK(askTraining);

void askServing(benchmark::State& state) {
  askDesign(state, [](const PricedDesign& d, double params) { return d.serving(params); });
}
BENCHMARK(askServing);

void realiseModel(benchmark::State& state) {
  const DesignRequest request = designOf(8, 0);
  RealiseRequest asked{.family = request.serving.family, .params = 6e9, .experts = 8, .top_k = 2};
  for (auto _ : state) {
    asked.params = asked.params < 1e11 ? 1.01 * asked.params : 1e9;
    benchmark::DoNotOptimize(realise(asked));
  }
}
BENCHMARK(realiseModel)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace moe
