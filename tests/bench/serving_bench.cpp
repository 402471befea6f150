// How fast the cost model of serving answers. The peers that search deployments take 5 to 30 s for
// a sweep of one model on one node (their own figures).

#include <benchmark/benchmark.h>

#include "costmodel/engine/sweep.h"
#include "costmodel/verify/point_predictor.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

KernelLibrary kernelsOf(const char* hardware) {
  const HardwareCatalog catalog = *loadHardware("");
  return *loadKernels(*findHardware(catalog, hardware), catalog, "");
}

SweepSetting settingOf(const char* model, const KernelLibrary& kernels) {
  SweepSetting setting;
  setting.model = *architectureOf(*findModel(*loadModels(""), model));
  setting.formats =
      *formatsOf(setting.model.entry, Precision::kFp8, Precision::kFp8, kernels.target());
  setting.load = {.prompt_tokens = 4000, .output_tokens = 500};
  return setting;
}

void loadKernelTables(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(kernelsOf("h200"));
}
BENCHMARK(loadKernelTables)->Unit(benchmark::kMillisecond);

void bindModel(benchmark::State& state) {
  const KernelLibrary kernels = kernelsOf("h200");
  const SweepSetting setting = settingOf("deepseek-v3", kernels);
  for (auto _ : state) benchmark::DoNotOptimize(deploy(setting, tensorParallel(8), kernels));
}
BENCHMARK(bindModel)->Unit(benchmark::kMicrosecond);

void predictWarm(benchmark::State& state) {
  const KernelLibrary kernels = kernelsOf("h200");
  const SweepSetting setting = settingOf("deepseek-v3", kernels);
  const ServingOption option = deploy(setting, tensorParallel(8), kernels);
  double concurrency = 1;
  for (auto _ : state) {
    concurrency = concurrency < 200 ? concurrency + 1 : 1;
    benchmark::DoNotOptimize(pointAt(setting, option, concurrency));
  }
}
BENCHMARK(predictWarm)->Unit(benchmark::kMicrosecond);

/// Every division of 1 to 8 devices at every step of concurrency.
void sweepNode(benchmark::State& state) {
  const KernelLibrary kernels = kernelsOf("h200");
  const SweepSetting setting = settingOf("deepseek-v3", kernels);
  std::size_t points = 0;
  for (auto _ : state) {
    points = 0;
    for (const int devices : {1, 2, 4, 8})
      for (const Parallelism& division :
           possibleParallelisms(setting.model.entry, devices, false)) {
        const ServingOption option = deploy(setting, division, kernels);
        for (const double concurrency : concurrencySteps(256)) {
          benchmark::DoNotOptimize(pointAt(setting, option, concurrency));
          ++points;
        }
      }
  }
  state.counters["points"] = static_cast<double>(points);
}
BENCHMARK(sweepNode)->Unit(benchmark::kMillisecond);

void predictMeasuredPoints(benchmark::State& state) {
  const HardwareCatalog hardware = *loadHardware("");
  const ModelCatalog models = *loadModels("");
  const auto points = shippedServingPoints();
  for (auto _ : state) {
    PointPredictor predictor(hardware, models, "");
    benchmark::DoNotOptimize(predictor.predict(points, {}));
  }
}
BENCHMARK(predictMeasuredPoints)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace moe
