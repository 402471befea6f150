#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/error.h"

namespace moe {

/// One measured training speed with all that its source says of the setup. Splits that a source
/// does not state are 1, or assumed ones that `notes` names.
struct TrainingRow {
  std::string model;      ///< a name in the model catalog
  std::string hardware;   ///< a name in the hardware catalog
  std::string source;     ///< "llm-foundry", "Megatron-Bridge", ...: whose program and measurement
  std::string release;    ///< of that program: "25.11" or a year
  std::string precision;  ///< of the matrix products: "bf16", "fp8", "fp4"
  int devices = 0;
  int tensor_parallel = 1;
  int pipeline_parallel = 1;
  std::optional<int> interleaved_stages;  ///< model chunks per pipeline stage; none: not stated
  int context_parallel = 1;
  int expert_parallel = 1;
  bool overlapped_dispatch = false;  ///< all-to-all hidden beside computation
  int zero_stage = 1;
  double micro_batch_sequences = 1;
  double global_batch_sequences = 0;
  double sequence_length = 0;  ///< tokens
  bool full_recompute = false;
  double tokens_per_s_per_device = 0;
  std::optional<double> published_model_tflops_per_device;
  std::string verification;  ///< "source-read", "second-hand"
  std::string notes;
  std::string where;  ///< table and line
};

/// Months since January 2000 of a release: "25.11", "24.03.01", "2024-12", or a year ("2023",
/// taken as its middle). None for anything else.
std::optional<int> releaseMonth(std::string_view release);

/// Reads a table with the columns of data/tables/training/SOURCE.md. Errors (kInput) name file,
/// line and column: a column that is missing, a number that is none, a speed of zero.
Result<std::vector<TrainingRow>> parseTrainingRows(std::string_view text, const std::string& file);

/// The rows that ship with the program.
std::vector<TrainingRow> shippedTrainingRows();

}  // namespace moe
