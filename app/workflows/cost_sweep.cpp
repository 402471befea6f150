#include "app/workflows/cost_sweep.h"

#include <algorithm>
#include <cmath>

#include "app/workflows/cost_setting.h"

namespace moe {

Result<std::vector<CostOption>> sweepConcurrency(const CostRequest& request,
                                                 const CostOutcome& outcome) {
  std::vector<CostOption> options;
  if (!request.preset.empty()) return options;
  const auto setting = costSetting(request);
  if (!setting) return tl::unexpected(setting.error());
  const ServingOption deployed = deploy(setting->sweep, outcome.parallelism, setting->kernels);
  const double held = std::floor(pointAt(setting->sweep, deployed, 1).kv_limit);
  const double limit = std::min(held, setting->engine_limit.value_or(HUGE_VAL));
  if (!(limit >= 1)) return options;
  const double devices = outcome.parallelism.devices();
  for (const double concurrency : concurrencySteps(limit)) {
    const ServingPoint point = pointAt(setting->sweep, deployed, concurrency);
    const double device_seconds = devices / point.output_tokens_per_s;
    options.push_back(
        {outcome.parallelism, point.concurrency, Seconds(point.tpot_s), Seconds(point.ttft_s),
         point.output_tokens_per_s / devices,
         outcome.price.price.value() * device_seconds * 1e6 / (1 - outcome.idle_share)});
  }
  return options;
}

}  // namespace moe
