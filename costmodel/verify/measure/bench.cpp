#include "costmodel/verify/measure/bench.h"

#include <algorithm>

#include "data/error.h"

namespace moe {

Bench hostBench(const KernelSet& kernels, int threads) {
  constexpr double kBandwidthBudget = 0.2;
  Bench bench;
  bench.kernels = &kernels;
  bench.machine = machineInfo();
  bench.threads = threads > 0 ? threads : defaultThreads(bench.machine);
  bench.bandwidth = [](Bytes working_set, int count) {
    return measureBandwidth(working_set, count, kBandwidthBudget);
  };
  return bench;
}

NumberFormat formatOf(LayerPrecision precision) {
  switch (precision) {
    case LayerPrecision::kF32:
      return NumberFormat::kF32;
    case LayerPrecision::kBf16:
      return NumberFormat::kBf16;
    case LayerPrecision::kInt8Weights:
      return NumberFormat::kInt8;
  }
  require(false, "unknown precision of a layer");
  return NumberFormat::kF32;
}

std::string_view formatName(LayerPrecision precision) { return name(formatOf(precision)); }

std::vector<LayerPrecision> offeredOf(const KernelSet& kernels,
                                      const std::vector<LayerPrecision>& wanted) {
  std::vector<LayerPrecision> offered;
  for (const PrecisionSupport& support : kernels.precisions())
    if (support.offered &&
        std::find(wanted.begin(), wanted.end(), support.precision) != wanted.end())
      offered.push_back(support.precision);
  return offered;
}

}  // namespace moe
