// Plans over training and lifetime serving. Aims on two cores in a release build: 1e6 evaluations
// of law plus interpolated price per second and core; five designs with 1000 draws in 1 s, with 200
// draws in 16 ms.

#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>

#include "costmodel/planner/lifetime.h"
#include "costmodel/planner/lifetime_solve.h"
#include "costmodel/planner/simple_designs.h"
#include "costmodel/presets.h"

namespace {

moe::RooflineSetting setting() {
  const moe::CostPreset preset = *moe::costPreset("probe-v2");
  moe::RooflineSetting result;
  result.shape_rule = *moe::shapeRulePreset("ludziejewski");
  result.accelerator = preset.accelerator;
  result.price = *preset.accelerator.price;
  result.workload = preset.workload;
  result.settings = preset.settings;
  result.training = {preset.accelerator, result.price, 0.40};
  return result;
}

/// The same design with its price read from a table that is linear in ln N and ln USD, as a design
/// over an interpolated cost surface has it.
moe::PricedDesign tabulated(moe::PricedDesign design) {
  constexpr double kStep = 0.002;
  const double first = std::log(1e5);
  const auto table = std::make_shared<std::vector<double>>();
  for (double x = first; x < std::log(design.largest_params); x += kStep)
    table->push_back(std::log(design.serving_usd(std::exp(x))));
  design.serving_usd = [table, first](double params) {
    const double place = (std::log(params) - first) / kStep;
    const auto i = std::min(static_cast<std::size_t>(place), table->size() - 2);
    const double share = place - static_cast<double>(i);
    return std::exp((*table)[i] + share * ((*table)[i + 1] - (*table)[i]));
  };
  return design;
}

moe::LifetimeRequest request(bool exact, bool budget, std::size_t draws) {
  moe::LifetimeRequest result;
  result.law = *moe::presetLaw("ludziejewski2025");
  for (std::size_t i = 0; i < draws; ++i) {
    result.law.posterior.push_back(result.law.values);
    result.law.posterior.back().front() *= 1 + 1e-4 * static_cast<double>(i % 200);
  }
  for (const double experts : {1.0, 4.0, 8.0, 16.0, 32.0}) {
    moe::PricedDesign design = moe::rooflineDesign(setting(), experts);
    design.price_uncertainty = 0.2;
    result.designs.push_back(exact ? design : tabulated(design));
  }
  result.lifetime_tokens = 1e12;
  if (budget)
    result.total_usd = 1.6e5;
  else
    result.target_loss = 2.126165612;
  result.draws = draws;
  result.threads = 2;
  return result;
}

void evaluation(benchmark::State& state, bool exact) {
  const moe::LifetimeRequest asked = request(exact, false, 0);
  const moe::PricedDesign& design = asked.designs[2];
  const moe::LossSurface surface(asked.law, design.model, std::nullopt);
  const moe::LifetimeTask task = moe::taskOf(asked);
  double x = std::log(2e9);
  for (auto _ : state) {
    x = x > 23 ? 21.5 : x + 1e-4;
    const double params = std::exp(x);
    benchmark::DoNotOptimize(
        moe::lifetimeValue(design, surface, task, x, params, design.serving_usd(params)));
  }
  state.SetItemsProcessed(state.iterations());
}

void plan(benchmark::State& state, bool exact, bool budget) {
  const moe::LifetimeRequest asked =
      request(exact, budget, static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(moe::planLifetime(asked));
}

BENCHMARK_CAPTURE(evaluation, table, false);
BENCHMARK_CAPTURE(evaluation, roofline, true);
BENCHMARK_CAPTURE(plan, target_table, false, false)
    ->Arg(0)
    ->Arg(200)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(plan, budget_table, false, true)
    ->Arg(200)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(plan, target_roofline, true, false)
    ->Arg(200)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
