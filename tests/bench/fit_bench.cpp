// Speed of fits, with the anchors beside. Baselines: scipy 1.10 on the same kind of 2-core machine
// (4500-start L-BFGS-B grid 18.4 s; warm bootstrap of 4000, 12.6 s; yun2024 from 500 starts 7.8 to
// 24 s; 200 warm resamples of it 1.6 to 3.3 s).

#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

#include "fitting/fit.h"
#include "fitting/trust/bootstrap.h"
#include "fitting/trust/profile_likelihood.h"

namespace {

using namespace moe;

/// Runs that follow a published law with 0.5 % noise, spread like those of real studies.
FitData runsOf(const char* preset, int count) {
  const Law law = *presetLaw(preset);
  std::mt19937_64 engine(1);
  std::uniform_real_distribution<double> unit;
  std::normal_distribution<double> normal;
  std::vector<TrainingRun> runs;
  for (int i = 0; i < count; ++i) {
    TrainingRun run;
    run.params = std::pow(10, 7.8 + 2.4 * unit(engine));
    run.train_tokens = std::pow(10, 9.5 + 2 * unit(engine));
    if (law.family->dependsOnExperts()) run.experts = std::pow(2, std::floor(6 * unit(engine)));
    run.loss =
        law.loss({run.params, run.train_tokens, run.experts}) * std::exp(0.005 * normal(engine));
    runs.push_back(run);
  }
  return FitData::of(runs, {});
}

void fitOf(benchmark::State& state, const char* family, const char* preset, int count,
           const FitOptions& options, const char* baseline) {
  const FitData data = runsOf(preset, count);
  for (auto _ : state) {
    auto fit = fitLaw(*findLawFamily(family), data, options);
    benchmark::DoNotOptimize(fit);
  }
  state.SetLabel(baseline);
}

void bootstrapOf(benchmark::State& state, const char* family, const char* preset, int count,
                 std::size_t resamples, BootstrapSearch search, const char* baseline) {
  const FitData data = runsOf(preset, count);
  FitResult fit = *fitLaw(*findLawFamily(family), data, {});
  for (auto _ : state) {
    bootstrap(data, {}, {.resamples = resamples, .search = search}, fit);
    benchmark::DoNotOptimize(fit.posterior);
  }
  state.SetLabel(baseline);
}

void profileOf(benchmark::State& state, const char* family, const char* preset, int count,
               const char* baseline) {
  const FitData data = runsOf(preset, count);
  const FitResult fit = *fitLaw(*findLawFamily(family), data, {});
  for (auto _ : state) {
    auto profiles = profileParameters(data, {}, fit);
    benchmark::DoNotOptimize(profiles);
  }
  state.SetLabel(baseline);
}

#define MOEPLAN_BENCH(name, function, ...)       \
  BENCHMARK_CAPTURE(function, name, __VA_ARGS__) \
      ->Unit(benchmark::kMillisecond)            \
      ->UseRealTime()                            \
      ->MeasureProcessCPUTime()

const FitOptions kAuto = {};
const FitOptions kOneThread = {.threads = 1};
const FitOptions kGrid = {.search = SearchKind::kGrid};

MOEPLAN_BENCH(chinchilla_240_runs, fitOf, "chinchilla", "besiroglu2024", 240, kAuto,
              "target 10 ms; scipy 18400 ms");
MOEPLAN_BENCH(chinchilla_240_runs_one_thread, fitOf, "chinchilla", "besiroglu2024", 240, kOneThread,
              "scipy 18400 ms");
MOEPLAN_BENCH(chinchilla_240_runs_4500_starts, fitOf, "chinchilla", "besiroglu2024", 240, kGrid,
              "scipy 18400 ms");
MOEPLAN_BENCH(yun2024_300_runs, fitOf, "yun2024", "ludziejewski2025", 300, kAuto,
              "target 100 ms; scipy 7800 to 24000 ms");
MOEPLAN_BENCH(ludziejewski2025_300_runs, fitOf, "ludziejewski2025", "ludziejewski2025", 300, kAuto,
              "no baseline");
MOEPLAN_BENCH(chinchilla_4000_warm, bootstrapOf, "chinchilla", "besiroglu2024", 240, 4000,
              BootstrapSearch::kWarm, "target 400 ms; scipy 12600 ms");
MOEPLAN_BENCH(chinchilla_4000_global, bootstrapOf, "chinchilla", "besiroglu2024", 240, 4000,
              BootstrapSearch::kGlobal, "target 2000 ms; scipy (warm) 12600 ms");
MOEPLAN_BENCH(yun2024_200_warm, bootstrapOf, "yun2024", "ludziejewski2025", 300, 200,
              BootstrapSearch::kWarm, "scipy 1600 to 3300 ms");
MOEPLAN_BENCH(chinchilla_240_profiles, profileOf, "chinchilla", "besiroglu2024", 240,
              "target 20 ms; lmfit 284 ms");
MOEPLAN_BENCH(yun2024_300_profiles, profileOf, "yun2024", "ludziejewski2025", 300, "no baseline");

}  // namespace
