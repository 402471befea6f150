#include "costmodel/verify/published_throughput.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "costmodel/engine/engine_constants.h"
#include "costmodel/verify/point_predictor.h"

namespace moe {
namespace {

constexpr MemoryRules kTensorRtMemory{.fraction = 0.9, .of_free_memory = true, .block_tokens = 64};
constexpr MemoryRules kPyTorchMemory{.fraction = 0.95, .of_free_memory = true, .block_tokens = 32};

using Libraries = std::map<std::string, KernelLibrary>;

Result<const KernelLibrary*> libraryOf(const HardwareEntry& entry, const HardwareCatalog& catalog,
                                       const std::filesystem::path& directory,
                                       Libraries& libraries) {
  const auto known = libraries.find(entry.name);
  if (known != libraries.end()) return &known->second;
  auto library = loadKernels(entry, catalog, directory);
  if (!library) return tl::unexpected(library.error());
  return &libraries.emplace(entry.name, *std::move(library)).first->second;
}

Parallelism parallelismOf(const ThroughputRow& row, const ModelEntry& model,
                          const BenchmarkRules& rules) {
  Parallelism p = tensorParallel(row.tensor_parallel);
  p.pipeline_parallel = row.pipeline_parallel;
  if (model.experts == 0) return p;
  if (rules.attention_parallel) {
    p.data_parallel = row.tensor_parallel;
    p.tensor_parallel = 1;
    p.expert_parallel = row.expert_parallel > 0 ? row.expert_parallel : row.tensor_parallel;
  } else {
    p.expert_parallel = std::max(1, row.expert_parallel);
  }
  p.moe_tensor_parallel = std::max(1, p.stageDevices() / p.expert_parallel);
  return p;
}

/// trtllm-bench sets max_num_tokens to the tokens of a steady step, from 2048 to 32768, and no
/// smaller than a whole prompt beside all running requests.
double passTokensOf(const ThroughputRow& row, double concurrency, const BenchmarkRules& rules) {
  if (rules.pass_tokens > 0) return std::max(rules.pass_tokens, row.prompt_tokens);
  const double steady = concurrency * (1 + row.prompt_tokens / row.output_tokens);
  return std::max(std::clamp(steady, 2048.0, 32768.0), row.prompt_tokens + concurrency);
}

OfflineLoad loadOf(const ThroughputRow& row, double kv_limit, const BenchmarkRules& rules) {
  OfflineLoad load;
  load.prompt_tokens = row.prompt_tokens;
  load.output_tokens = row.output_tokens;
  if (row.batch) {
    load.requests = load.concurrency = *row.batch;
    return load;
  }
  load.requests = benchmarkRequests(row.prompt_tokens, row.output_tokens);
  load.concurrency = std::floor(std::min({kv_limit, rules.most_requests, load.requests}));
  load.pass_tokens = passTokensOf(row, load.concurrency, rules);
  load.host_overlapped = rules.host_overlapped;
  return load;
}

double valueOf(const ServingModel& model, const ThroughputRow& row, const OfflineLoad& load) {
  const EngineConstants constants = engineConstants(Engine::kTensorRtLlm);
  switch (row.metric) {
    case ThroughputMetric::kFirstToken:
      return offlineSeconds(model, load, constants);
    case ThroughputMetric::kOutputPerDevice:
      return offlineThroughput(model, load, constants) / row.devices;
    case ThroughputMetric::kOutputOfAllDevices:
      return offlineThroughput(model, load, constants);
  }
  require(false, "unknown metric of throughput");
  return 0;
}

std::string shapeOf(const ModelEntry& m) {
  return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}", m.layers, m.hidden, m.heads, m.kv_heads,
                     m.dense_ffn, m.experts, m.expert_ffn, m.vocabulary);
}

Result<PredictedThroughput> predictRow(const ThroughputRow& row, const ModelEntry& model,
                                       const KernelLibrary& kernels) {
  const auto weights = precisionOf(row.precision, "precision");
  if (!weights) return tl::unexpected(weights.error());
  const Precision cache = *weights == Precision::kBf16 ? Precision::kBf16 : Precision::kFp8;
  const auto formats = formatsOf(model, *weights, cache, kernels.target());
  if (!formats) return tl::unexpected(formats.error());
  const BenchmarkRules rules = benchmarkRules(row);
  const Parallelism parallelism = parallelismOf(row, model, rules);
  if (const auto good = checkParallelism(parallelism, model); !good)
    return tl::unexpected(good.error());
  const auto architecture = architectureOf(model);
  if (!architecture) return tl::unexpected(architecture.error());
  const ServingModel serving({*architecture, parallelism, *formats, Engine::kTensorRtLlm, {}},
                             kernels);
  const DeviceMemory memory =
      deviceMemory(*architecture, parallelism, *formats, kernels.target(), rules.memory);
  PredictedThroughput result;
  result.kv_limit = maxConcurrency(*architecture, parallelism, memory, rules.memory,
                                   row.prompt_tokens + row.output_tokens);
  if (result.kv_limit < 1)
    return fail(ErrorKind::kInfeasible, model.name,
                fmt::format("does not fit on {} {}: room for {:.2f} requests", row.devices,
                            kernels.target().name, result.kv_limit));
  const OfflineLoad load = loadOf(row, result.kv_limit, rules);
  result.measured = row;
  result.model = model.name;
  result.hardware = kernels.target().name;
  result.shape = shapeOf(model);
  result.routed = model.experts > 0;
  result.concurrency = load.concurrency;
  result.predicted = valueOf(serving, row, load);
  return result;
}

}  // namespace

BenchmarkRules benchmarkRules(const ThroughputRow& row) {
  if (row.engine.find("PyTorch") == std::string::npos) return {.memory = kTensorRtMemory};
  return {.memory = kPyTorchMemory,
          .pass_tokens = 0,
          .host_overlapped = true,
          .attention_parallel = true};
}

double benchmarkRequests(double prompt_tokens, double output_tokens) {
  static const std::map<std::pair<double, double>, double> kRequests{
      {{128, 128}, 30000},  {{128, 4096}, 1500}, {{1000, 2000}, 1500},
      {{2048, 2048}, 1500}, {{5000, 500}, 1500}, {{20000, 2000}, 1000}};
  constexpr double kOthers = 3000;
  const auto found = kRequests.find({prompt_tokens, output_tokens});
  return found == kRequests.end() ? kOthers : found->second;
}

PredictedThroughputs predictThroughput(const std::vector<ThroughputRow>& rows,
                                       const HardwareCatalog& hardware, const ModelCatalog& models,
                                       const std::filesystem::path& kernel_directory) {
  PredictedThroughputs result;
  Libraries libraries;
  const auto predict = [&](const ThroughputRow& row) -> Result<PredictedThroughput> {
    const auto model = findModel(models, row.model, "model");
    if (!model) return tl::unexpected(model.error());
    const auto machine = findHardware(hardware, row.hardware, "hardware");
    if (!machine) return tl::unexpected(machine.error());
    const auto kernels = libraryOf(*machine, hardware, kernel_directory, libraries);
    if (!kernels) return tl::unexpected(kernels.error());
    return predictRow(row, *model, **kernels);
  };
  for (const ThroughputRow& row : rows) {
    auto predicted = predict(row);
    if (predicted)
      result.rows.push_back(*std::move(predicted));
    else
      result.skipped.push_back({row, describe(predicted.error())});
  }
  return result;
}

}  // namespace moe
