#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/error.h"

namespace moe {

enum class ThroughputMetric {
  kOutputOfAllDevices,  ///< output tokens per second of the whole replica
  kOutputPerDevice,     ///< of one device of it
  kFirstToken,          ///< seconds to the first token of one request
};

/// A published result of an offline benchmark: all requests are there at the start.
struct ThroughputRow {
  std::string model;      ///< as written; aliases of the catalog are understood later
  std::string hardware;   ///< likewise
  std::string source;     ///< document and release
  std::string engine;     ///< with its version: "TensorRT-LLM 0.14.0"
  std::string precision;  ///< of weights: "bf16" (also for FP16), "fp8", "fp4"
  int devices = 1;
  int tensor_parallel = 1;
  int expert_parallel = 0;  ///< 0: not stated
  int pipeline_parallel = 1;
  std::optional<double> batch;  ///< static batch; nothing: as many as the engine takes
  double prompt_tokens = 0;
  double output_tokens = 0;
  ThroughputMetric metric = ThroughputMetric::kOutputOfAllDevices;
  double value = 0;  ///< tokens per second; seconds for kFirstToken
  std::string notes;
  std::string where;  ///< file and line
};

/// Reads a CSV with the columns of data/tables/serving/trtllm_published_throughput.csv.gz:
/// catalog_model, hardware, source, engine, precision, n_gpus, tp, batch_or_concurrency, input_len,
/// output_len, metric, value, unit are needed; ep, pp and notes may be absent. What a throughput
/// counts must be in the words of `metric`: of all GPUs or per GPU, which has changed between
/// releases. Errors (kInput) name file, line, column and value: also a metric or unit that is not
/// known, and devices that are not tensor parallel x pipeline parallel.
Result<std::vector<ThroughputRow>> readThroughputRows(const std::filesystem::path& file);

/// The 714 rows of TensorRT-LLM that ship.
std::vector<ThroughputRow> shippedThroughputRows();

}  // namespace moe
