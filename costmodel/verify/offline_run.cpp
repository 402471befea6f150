#include "costmodel/verify/offline_run.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace moe {
namespace {

double stepSeconds(const ServingModel& model, double concurrency, double context,
                   const OfflineLoad& load, const EngineConstants& constants) {
  const ServingModel::Request& request = model.request();
  const double stages = request.parallelism.pipeline_parallel;
  const double decode = model.decode(std::max(1.0, concurrency / stages), context).total();
  const double layers = request.parallelism.devices() > 1 ? request.model.entry.layers : 0;
  const double host = load.host_overlapped
                          ? constants.host_step_s + constants.host_sequence_s * concurrency /
                                                        request.parallelism.data_parallel
                          : 0.0;
  return std::max({decode - model.quantiseSeconds() + constants.multi_device_layer_s * layers,
                   kLeastShareOfDecode * decode, host});
}

/// Mean of a step over contexts from `first` to `last`.
double meanStepSeconds(const ServingModel& model, double concurrency, double first, double last,
                       const OfflineLoad& load, const EngineConstants& constants) {
  constexpr double kOffset = 0.7745966692414834;  // sqrt(3/5): Gauss-Legendre, three points
  constexpr std::array kPoints{std::pair{-kOffset, 5.0 / 18}, std::pair{0.0, 8.0 / 18},
                               std::pair{kOffset, 5.0 / 18}};
  double mean = 0;
  for (const auto& [place, weight] : kPoints) {
    const double context = (first + last) / 2 + place * (last - first) / 2;
    mean += weight * stepSeconds(model, concurrency, context, load, constants);
  }
  return mean;
}

double roundSeconds(const ServingModel& model, double concurrency, const OfflineLoad& load,
                    const EngineConstants& constants) {
  if (concurrency <= 0) return 0;
  const Parallelism& p = model.request().parallelism;
  const double local = std::max(1.0, concurrency / p.data_parallel);
  const double together = std::clamp(std::floor(load.pass_tokens / load.prompt_tokens), 1.0, local);
  const double prefill =
      local / together * model.prefill(together, load.prompt_tokens).total() / p.pipeline_parallel;
  const double steps = load.output_tokens - 1;
  if (steps <= 0) return prefill;
  return prefill + steps * meanStepSeconds(model, concurrency, load.prompt_tokens + 0.5,
                                           load.prompt_tokens + steps + 0.5, load, constants);
}

}  // namespace

double offlineSeconds(const ServingModel& model, const OfflineLoad& load,
                      const EngineConstants& constants) {
  const double concurrency = std::min(load.concurrency, load.requests);
  const double rounds = std::floor(load.requests / concurrency);
  const double rest = load.requests - rounds * concurrency;
  return rounds * roundSeconds(model, concurrency, load, constants) +
         roundSeconds(model, rest, load, constants);
}

double offlineThroughput(const ServingModel& model, const OfflineLoad& load,
                         const EngineConstants& constants) {
  return load.requests * load.output_tokens / offlineSeconds(model, load, constants);
}

}  // namespace moe
