#include "costmodel/engine/sweep.h"

#include <algorithm>
#include <cmath>

namespace moe {

std::vector<Parallelism> possibleParallelisms(const ModelEntry& model, int devices, bool pipeline) {
  std::vector<Parallelism> possible;
  const auto add = [&](const Parallelism& candidate) {
    if (checkParallelism(candidate, model)) possible.push_back(candidate);
  };
  for (int stages = 1; stages <= devices; ++stages) {
    if (devices % stages != 0 || (stages > 1 && !pipeline)) continue;
    const int stage = devices / stages;
    for (int tensor = 1; tensor <= stage; ++tensor) {
      if (stage % tensor != 0) continue;
      for (int experts = 1; experts <= stage; ++experts) {
        if (stage % experts != 0 || (model.experts == 0 && experts > 1)) continue;
        add({tensor, stage / tensor, stages, model.experts > 0 ? stage / experts : tensor,
             experts});
      }
    }
  }
  return possible;
}

ServingOption deploy(const SweepSetting& setting, const Parallelism& parallelism,
                     const KernelLibrary& kernels) {
  ServingOption option;
  option.parallelism = parallelism;
  option.memory =
      deviceMemory(setting.model, parallelism, setting.formats, kernels.target(), setting.rules);
  const RouterSkew skew = setting.skew_of ? setting.skew_of(parallelism) : setting.skew;
  option.model = std::make_shared<const ServingModel>(
      ServingModel::Request{setting.model, parallelism, setting.formats, setting.engine, skew,
                            setting.overlap_exchange},
      kernels);
  return option;
}

ServingPoint pointAt(const SweepSetting& setting, const ServingOption& option, double concurrency) {
  ServingLoad load = setting.load;
  load.concurrency = concurrency;
  return servingPoint(*option.model, load, option.memory, setting.rules, setting.constants);
}

std::vector<double> concurrencySteps(double limit) {
  std::vector<double> steps;
  for (double exact = 1; exact < limit; exact *= std::sqrt(2.0)) {
    const double whole = std::round(exact);
    if (steps.empty() || whole > steps.back()) steps.push_back(whole);
  }
  if (steps.empty() || limit > steps.back()) steps.push_back(limit);
  return steps;
}

bool within(const ServingLimits& limits, const ServingPoint& point) {
  return (!limits.ttft_s || point.ttft_s <= *limits.ttft_s) &&
         (!limits.tpot_s || point.tpot_s <= *limits.tpot_s);
}

std::optional<ServingOption> cheapestConcurrency(const SweepSetting& setting, ServingOption option,
                                                 double limit, double least,
                                                 const ServingLimits& limits) {
  const double held = std::floor(pointAt(setting, option, 1).kv_limit);
  if (held < std::max(1.0, least)) return std::nullopt;
  std::optional<ServingOption> best;
  for (const double concurrency : concurrencySteps(std::min(limit, held))) {
    if (concurrency < least) continue;
    option.point = pointAt(setting, option, concurrency);
    if (!within(limits, option.point)) continue;
    if (!best || option.deviceSecondsPerToken() < best->deviceSecondsPerToken()) best = option;
  }
  return best;
}

std::optional<double> concurrencyForRate(const SweepSetting& setting, const ServingOption& option,
                                         double requests_per_s, double limit) {
  const double wanted = requests_per_s * setting.load.output_tokens;
  const double most = std::min(limit, std::floor(pointAt(setting, option, 1).kv_limit));
  if (!(most >= 1) || pointAt(setting, option, most).output_tokens_per_s < wanted)
    return std::nullopt;
  double low = 1;
  double high = most;
  if (pointAt(setting, option, low).output_tokens_per_s >= wanted) return low;
  // Throughput rises with concurrency; 50 halvings leave 1e-13 of the range.
  for (int step = 0; step < 50 && high - low > 1e-9 * high; ++step) {
    const double middle = (low + high) / 2;
    (pointAt(setting, option, middle).output_tokens_per_s < wanted ? low : high) = middle;
  }
  return high;
}

std::vector<ServingOption> frontierOf(std::vector<ServingOption> options) {
  std::sort(options.begin(), options.end(), [](const ServingOption& a, const ServingOption& b) {
    return a.point.tpot_s != b.point.tpot_s ? a.point.tpot_s < b.point.tpot_s
                                            : a.deviceSecondsPerToken() < b.deviceSecondsPerToken();
  });
  std::vector<ServingOption> frontier;
  for (ServingOption& option : options)
    if (frontier.empty() ||
        option.deviceSecondsPerToken() < frontier.back().deviceSecondsPerToken())
      frontier.push_back(std::move(option));
  return frontier;
}

}  // namespace moe
