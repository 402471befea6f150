#pragma once

#include <map>
#include <string>

#include "costmodel/engine/serving_point.h"
#include "tests/costmodel/operators/measured_kernels.h"

namespace moe::test {

/// A few roundings of times and figures near one.
inline constexpr double kTiny = 1e-12;

inline ModelEntry modelEntry(const std::string& name) {
  static const ModelCatalog kCatalog = loadModels({}).value();
  return findModel(kCatalog, name).value();
}

inline ModelArchitecture architecture(const std::string& name) {
  return architectureOf(modelEntry(name)).value();
}

/// Attention data parallel over `devices`, each with experts of its own.
inline Parallelism dataParallel(int devices) {
  return {.data_parallel = devices, .expert_parallel = devices};
}

/// One model on one machine, as an engine runs it.
struct Deployment {
  std::string model;
  std::string accelerator;
  Precision weights = Precision::kBf16;
  Precision kv_cache = Precision::kBf16;
  Engine engine = Engine::kVllm;
  Parallelism parallelism = {};

  ModelFormats formats() const {
    return formatsOf(modelEntry(model), weights, kv_cache, test::accelerator(accelerator)).value();
  }
  ServingModel serving(const RouterSkew& skew = {}) const {
    EXPECT_TRUE(checkParallelism(parallelism, modelEntry(model)));
    return {{architecture(model), parallelism, formats(), engine, skew}, library(accelerator)};
  }
  DeviceMemory memory() const {
    return deviceMemory(architecture(model), parallelism, formats(), test::accelerator(accelerator),
                        memoryRulesOf(engine));
  }
};

inline Deployment llama8b() { return {.model = "Llama-3.1-8B", .accelerator = "H100"}; }

inline Deployment mixtral() {
  return {.model = "Mixtral-8x7B", .accelerator = "H100", .parallelism = tensorParallel(2)};
}

inline Deployment gptOss() {
  return {.model = "gpt-oss-120b",
          .accelerator = "H100",
          .weights = Precision::kFp4,
          .parallelism = tensorParallel(2)};
}

inline Deployment deepSeek(const Parallelism& parallelism) {
  return {.model = "DeepSeek-V3",
          .accelerator = "H200",
          .weights = Precision::kFp8,
          .kv_cache = Precision::kFp8,
          .engine = Engine::kSglang,
          .parallelism = parallelism};
}

inline double secondsOf(const PassTime& time, OperatorGroup group) {
  return time.seconds[static_cast<std::size_t>(group)];
}

}  // namespace moe::test
