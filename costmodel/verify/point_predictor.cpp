#include "costmodel/verify/point_predictor.h"

#include <fmt/format.h>

#include <algorithm>

namespace moe {
namespace {

constexpr MemoryRules kBenchmarkMemory{.fraction = 0.95, .block_tokens = 1};

/// In published measurements on racks of 72 the devices of all replicas of a disaggregated
/// deployment are counted as one tensor-parallel group. A compute tray of such a rack holds four,
/// and one replica is read as a tray with its share of the requests.
ServingMeasurement oneReplica(ServingMeasurement point, const HardwareEntry& machine) {
  constexpr int kBoard = 8;
  constexpr int kTray = 4;
  const bool rack = machine.link_domain > kBoard;
  const bool total = point.tensor_parallel > kBoard && point.tensor_parallel == point.devices;
  if (!rack || !total || point.devices % kTray != 0) return point;
  point.concurrency = std::max(1.0, point.concurrency * kTray / point.devices);
  point.tensor_parallel = kTray;
  point.devices = kTray;
  point.moe_tensor_parallel = 0;
  point.repaired = true;
  return point;
}

Parallelism parallelismOf(const ServingMeasurement& point, const ModelEntry& model) {
  Parallelism p;
  p.tensor_parallel = point.tensor_parallel;
  p.data_parallel = point.data_parallel;
  p.expert_parallel = model.experts > 0 ? point.expert_parallel : 1;
  p.moe_tensor_parallel = point.moe_tensor_parallel > 0 && model.experts > 0
                              ? point.moe_tensor_parallel
                              : std::max(1, p.stageDevices() / p.expert_parallel);
  p.pipeline_parallel = std::max(1, point.devices / p.stageDevices());
  return p;
}

Result<void> checkDevices(const Parallelism& p, const ServingMeasurement& point) {
  if (p.devices() == point.devices) return {};
  return fail(ErrorKind::kInput, "devices",
              fmt::format("{} is not a multiple of tensor_parallel {} x attention_data_parallel {}",
                          point.devices, p.tensor_parallel, p.data_parallel));
}

Result<Precision> kvPrecisionOf(const ServingMeasurement& point, const ModelEntry& model,
                                Precision weights) {
  if (!point.kv_cache.empty()) return precisionOf(point.kv_cache, "kv_cache");
  const bool small = weights == Precision::kFp8 || weights == Precision::kFp4;
  return small && model.native_precision != "mxfp4" ? Precision::kFp8 : Precision::kBf16;
}

/// Models that differ in their training only.
std::string familyOf(const ModelEntry& model) {
  return model.name == "DeepSeek-R1" ? "DeepSeek-V3" : model.name;
}

Basis basisOf(const ServingModel& model, const PassTime& decode) {
  Basis weakest = Basis::kMeasured;
  for (std::size_t i = 0; i < kOperatorGroups; ++i)
    if (decode.seconds[i] >= 0.1 * decode.total())
      weakest = std::max(weakest, model.basis(static_cast<OperatorGroup>(i)));
  return weakest;
}

/// Errors name options; here the value stands in the column of that name.
std::string reasonOf(const Error& error) {
  if (!error.where.starts_with("--")) return describe(error);
  std::string column = error.where.substr(2);
  std::replace(column.begin(), column.end(), '-', '_');
  return column + " " + error.message;
}

}  // namespace

Result<KernelLibrary> loadKernels(const HardwareEntry& entry, const HardwareCatalog& catalog,
                                  const std::filesystem::path& directory) {
  const Accelerator target = acceleratorOf(entry);
  const std::string measured{measuredAccelerator(entry.kernel_tables)};
  if (measured.empty() || measured == entry.name)
    return KernelLibrary::load(target, target, kernelOperations(), directory);
  const auto source = findHardware(catalog, measured);
  if (!source) return tl::unexpected(source.error());
  return KernelLibrary::load(target, acceleratorOf(*source), kernelOperations(), directory);
}

PointPredictor::PointPredictor(const HardwareCatalog& hardware, const ModelCatalog& models,
                               std::filesystem::path kernel_directory)
    : hardware_(hardware), models_(models), kernel_directory_(std::move(kernel_directory)) {}

Result<const KernelLibrary*> PointPredictor::kernelsOf(const HardwareEntry& entry) {
  const auto known = libraries_.find(entry.name);
  if (known != libraries_.end()) return &known->second;
  auto library = loadKernels(entry, hardware_, kernel_directory_);
  if (!library) return tl::unexpected(library.error());
  return &libraries_.emplace(entry.name, *std::move(library)).first->second;
}

Result<const PointPredictor::Deployed*> PointPredictor::deployed(const ServingMeasurement& point) {
  const std::string key =
      fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", point.model, point.hardware, point.engine,
                  point.weights, point.kv_cache, point.tensor_parallel, point.data_parallel,
                  point.moe_tensor_parallel, point.expert_parallel, point.devices);
  const auto known = deployed_.find(key);
  if (known != deployed_.end()) return &known->second;
  const auto model = findModel(models_, point.model, "model");
  if (!model) return tl::unexpected(model.error());
  const auto machine = findHardware(hardware_, point.hardware, "hardware");
  if (!machine) return tl::unexpected(machine.error());
  const auto weights = precisionOf(point.weights, "weights");
  if (!weights) return tl::unexpected(weights.error());
  const auto kv_cache = kvPrecisionOf(point, *model, *weights);
  if (!kv_cache) return tl::unexpected(kv_cache.error());
  const auto engine = engineOf(point.engine, "engine");
  if (!engine) return tl::unexpected(engine.error());
  const Parallelism parallelism = parallelismOf(point, *model);
  if (const auto good = checkDevices(parallelism, point); !good)
    return tl::unexpected(good.error());
  if (const auto good = checkParallelism(parallelism, *model); !good)
    return tl::unexpected(good.error());
  const auto kernels = kernelsOf(*machine);
  if (!kernels) return tl::unexpected(kernels.error());
  const Accelerator& accelerator = (*kernels)->target();
  const auto formats = formatsOf(*model, *weights, *kv_cache, accelerator);
  if (!formats) return tl::unexpected(formats.error());
  auto architecture = architectureOf(*model);
  if (!architecture) return tl::unexpected(architecture.error());
  Deployed result;
  result.model = *std::move(architecture);
  result.serving = std::make_shared<const ServingModel>(
      ServingModel::Request{result.model, parallelism, *formats, *engine, {}}, **kernels);
  result.memory = deviceMemory(result.model, parallelism, *formats, accelerator, kBenchmarkMemory);
  return &deployed_.emplace(key, std::move(result)).first->second;
}

Result<PredictedPoint> PointPredictor::predictOne(const ServingMeasurement& point,
                                                  const EngineConstants& constants) {
  const auto found = deployed(point);
  if (!found) return tl::unexpected(found.error());
  const Deployed& deployment = **found;
  const ServingLoad load{point.concurrency, point.prompt_tokens, point.output_tokens};
  PredictedPoint predicted;
  predicted.measured = point;
  predicted.model = deployment.model.entry.name;
  predicted.family = familyOf(deployment.model.entry);
  predicted.hardware = deployment.serving->kernels().target().name;
  predicted.point =
      servingPoint(*deployment.serving, load, deployment.memory, kBenchmarkMemory, constants);
  predicted.basis = basisOf(*deployment.serving, predicted.point.decode);
  predicted.other_accelerator = !deployment.serving->kernels().transferredFrom().empty();
  if (predicted.point.kv_limit < 1)
    return fail(ErrorKind::kInfeasible, point.where,
                fmt::format("does not fit: room for {:.2f} requests", predicted.point.kv_limit));
  return predicted;
}

PredictedPoints PointPredictor::predict(const std::vector<ServingMeasurement>& points,
                                        const EngineConstants& constants) {
  PredictedPoints result;
  for (const ServingMeasurement& measured : points) {
    const auto machine = findHardware(hardware_, measured.hardware, "hardware");
    const ServingMeasurement point = machine ? oneReplica(measured, *machine) : measured;
    auto predicted = predictOne(point, constants);
    if (predicted)
      result.points.push_back(*std::move(predicted));
    else
      result.skipped.push_back({point, reasonOf(predicted.error())});
  }
  return result;
}

double tpotWith(const ServingPoint& point, const EngineConstants& constants) {
  const double host =
      point.host * (constants.host_step_s + constants.host_sequence_s * point.concurrency);
  const double step = point.decode_kernels_s + constants.prefill_share * point.others_prefill_s +
                      host + constants.multi_device_layer_s * point.layers;
  return std::max(step, kLeastShareOfDecode * point.decode.total());
}

double ttftWith(const ServingPoint& point, const EngineConstants& constants) {
  const double tpot = tpotWith(point, constants);
  return constants.first_s + constants.first_prefill * point.first_prefill_s +
         constants.waiting_share * point.waiting_prefill_s +
         constants.contention_share * contentionSeconds(point, tpot) +
         constants.first_steps * tpot + queueSeconds(point, tpot);
}

}  // namespace moe
