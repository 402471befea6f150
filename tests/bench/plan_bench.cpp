// A plan for five expert counts with 200 posterior draws: at most 0.2 s on two cores in a release
// build.

#include <benchmark/benchmark.h>

#include "costmodel/planner/plan.h"
#include "costmodel/presets.h"

namespace {

moe::PlanRequest request(moe::PlanMode mode, std::size_t draws) {
  moe::Law law = *moe::presetLaw("ludziejewski2025");
  for (std::size_t i = 0; i < draws; ++i) {
    law.posterior.push_back(law.values);
    law.posterior.back().front() *= 1 + 1e-4 * static_cast<double>(i);
  }
  const moe::CostPreset preset = *moe::costPreset("probe-v2");
  moe::PlanRequest result;
  result.law = std::move(law);
  result.mode = mode;
  result.budget = moe::Flop(5e21);
  result.accelerator = preset.accelerator;
  result.price = *preset.accelerator.price;
  result.max_devices = preset.max_devices;
  result.workload = preset.workload;
  result.settings = preset.settings;
  return result;
}

void planWithDraws(benchmark::State& state, moe::PlanMode mode) {
  moe::PlanRequest asked = request(mode, static_cast<std::size_t>(state.range(0)));
  asked.threads = 2;
  for (auto _ : state) benchmark::DoNotOptimize(moe::makePlan(asked));
}

BENCHMARK_CAPTURE(planWithDraws, min_cost, moe::PlanMode::kMinCost)
    ->Arg(0)
    ->Arg(200)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(planWithDraws, min_loss, moe::PlanMode::kMinLoss)
    ->Arg(0)
    ->Arg(200)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
