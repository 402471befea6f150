#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "costmodel/verify/offline_run.h"
#include "data/catalog/catalog.h"
#include "data/readers/throughput_rows.h"

namespace moe {

/// How a release of TensorRT-LLM ran its published benchmark, as its documents and the source of
/// trtllm-bench say.
struct BenchmarkRules {
  MemoryRules memory;
  double most_requests = 4096;      ///< at once, whatever the cache holds
  double pass_tokens = 8192;        ///< prefilled together; 0: by the heuristic of trtllm-bench
  bool host_overlapped = false;     ///< scheduled in Python beside the device
  bool attention_parallel = false;  ///< experts run with attention data parallel, expert parallel
};

/// Releases on the PyTorch backend (1.0): 0.95 of the free memory in blocks of 32 tokens. Before
/// (0.10 to 0.14): 0.90 in blocks of 64. The scheduler evicts nobody, so a request holds the room
/// of its whole prompt and answer from the start. 0.5.0 ran static batches, for which only the
/// memory matters.
BenchmarkRules benchmarkRules(const ThroughputRow& row);

/// Requests of the benchmark with these lengths, from the same documents; 3000 for others.
double benchmarkRequests(double prompt_tokens, double output_tokens);

/// A published row beside its prediction.
struct PredictedThroughput {
  ThroughputRow measured;
  std::string model;  ///< catalog names
  std::string hardware;
  std::string shape;    ///< equal for models that differ in their training only
  bool routed = false;  ///< has experts
  double concurrency = 0;
  double kv_limit = 0;   ///< requests that the cache holds
  double predicted = 0;  ///< in the unit of the row

  /// Predicted over measured.
  double ratio() const { return predicted / measured.value; }
};

struct SkippedThroughput {
  ThroughputRow measured;
  std::string reason;
};

struct PredictedThroughputs {
  std::vector<PredictedThroughput> rows;
  std::vector<SkippedThroughput> skipped;  ///< unknown names, impossible splits, no room
};

/// Predicts with the cost model that `cost` uses and the constants of TensorRT-LLM; nothing here is
/// fitted to these rows. Weights and cache in fp8 where the row says FP8, weights in nvfp4 and
/// cache in fp8 where it says FP4. Rows of all models take 0.2 s.
PredictedThroughputs predictThroughput(const std::vector<ThroughputRow>& rows,
                                       const HardwareCatalog& hardware, const ModelCatalog& models,
                                       const std::filesystem::path& kernel_directory);

}  // namespace moe
