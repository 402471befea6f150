#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/training/training_setup.h"

namespace moe {

/// What adapting a model to a task takes. Fields are the options of `moeplan adapt`.
struct AdaptRequest {
  std::string model;  ///< name in the catalog, FILE.toml or a config.json
  std::string catalog_dir;
  std::vector<std::string> methods;  ///< names; empty or "all": every method that the model allows

  // Methods.
  std::vector<std::string> targets;  ///< of LoRA and MoLORA; empty: all
  int rank = 8;
  int mixture = 10;  ///< parts of MoV and MoLORA
  bool freeze_router = false;

  // ESFT.
  std::vector<std::string> routing;   ///< folders and files of one or more tasks
  std::string task;                   ///< whose experts are trained; the first by name when empty
  std::optional<double> p;            ///< none: 0.2 for tokens, 0.1 for gates
  std::string score_average;          ///< "pooled" (when empty) or "per-sequence"
  std::optional<int> score_decimals;  ///< of scores computed here; none: 4; -1: not rounded
  bool train_shared_experts = false;
  bool train_non_experts = false;
  std::string save_config;  ///< file for the selection; empty: none

  // Training.
  std::string hardware;  ///< empty: no time, memory of a device or price
  std::optional<int> devices;
  std::optional<double> tokens;  ///< of the run; none: 500 steps
  std::optional<double>
      sequence_length;  ///< none: 4096, or the model's context where it is shorter
  double batch_sequences = 32;
  double micro_batch_sequences = 1;
  Recompute recompute = Recompute::kNone;
  std::optional<int> zero_stage;  ///< none: the least that fits
  std::optional<double> mfu;
  std::optional<double> usd_per_device_hour;

  // Serving.
  std::optional<int> adapters;  ///< none: serving is not asked for
  double prompt_tokens = 512;
  double output_tokens = 256;
  std::optional<int> serving_devices;  ///< none: the fewest that hold the base and one request
};

}  // namespace moe
